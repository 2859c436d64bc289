"""Why a file cannot be read, and what to do, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ..words import Shown


def file_refusal(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """The reason and the remedy for a refused file; for a code without words, that it cannot be read."""
    words = _words()
    looks = _looks().get(params.get("looks", "")) if code == "not_a_spreadsheet" else None
    reason, remedy = looks or words.get(code, words["unreadable"])
    shown = Shown({name: ", ".join(value) if isinstance(value, list) else value for name, value in params.items()})
    return reason.format_map(shown), remedy.format_map(shown)


def _words() -> dict[str, tuple[str, str]]:
    again = _("Download het sjabloon, vul het in en verstuur dat.")
    return {
        "not_a_spreadsheet": (
            _("Dit is geen spreadsheet."),
            _("Open uw gegevens in Excel of LibreOffice en bewaar ze als .xlsx, .xls of .ods."),
        ),
        "empty": (_("Dit bestand is leeg."), again),
        "no_access": (
            _("Het account dat dit bestand verstuurde heeft geen rechten meer, daarom zijn we gestopt."),
            _("Wat al verwerkt is, blijft zo. Laat een collega de overige regels opnieuw versturen."),
        ),
        "our_fault": (
            _("Er ging bij ons iets mis, daarom zijn we gestopt."),
            _("Wat al verwerkt is, blijft zo. Verstuur het bestand later opnieuw: niets telt dubbel."),
        ),
        "no_rows": (
            _("Er staan geen regels in dit bestand."),
            _("Vul vanaf de regel onder de kolomnamen per persoon een regel in en verstuur het bestand opnieuw."),
        ),
        "no_actions": (
            _("Bij geen enkele regel in dit bestand staat een actie."),
            _("Kies in de kolom Actie wat er met wie moet gebeuren en verstuur het bestand opnieuw."),
        ),
        "encrypted": (
            _("Dit bestand is beveiligd met een wachtwoord."),
            _("Bewaar het zonder wachtwoord en verstuur het opnieuw. De verbinding met dit portaal is beveiligd."),
        ),
        "too_large": (
            _("Dit bestand is te groot."),
            _("Splits het in bestanden van hooguit 25 MB en verstuur ze na elkaar."),
        ),
        "too_large_sheet": (
            _("Het werkblad is te groot om te lezen."),
            _("Verwijder lege rijen en kolommen buiten uw gegevens, bewaar het bestand en verstuur het opnieuw."),
        ),
        "unreadable": (
            _("Dit bestand kunnen we niet lezen: het lijkt beschadigd."),
            _("Open het in Excel of LibreOffice, bewaar het opnieuw als .xlsx en verstuur dat."),
        ),
        "wrong_version": (
            _("Dit is niet het huidige sjabloon."),
            _("Download het huidige sjabloon en neem uw regels daarin over."),
        ),
        "no_mark": (
            _("De regel met het versienummer boven de kolomnamen ontbreekt."),
            _("Zet Sjabloon {version} in een cel boven de kolomnamen en verstuur het bestand opnieuw."),
        ),
        "no_header": (_("We vinden de kolomnamen niet."), again),
        "several_sheets": (
            _("Meer dan één werkblad bevat regels: {sheets}."),
            _("Zet alle regels onder elkaar op één werkblad, of verstuur voor elk werkblad een eigen bestand."),
        ),
        "merged_headers": (
            _("In de regel met kolomnamen zijn cellen samengevoegd."),
            _("Maak de samenvoeging ongedaan, zodat elke kolom zijn eigen naam heeft, of begin met een leeg sjabloon."),
        ),
        "missing_columns": (
            _("Deze kolommen ontbreken: {columns}."),
            _("Neem de kolomnamen van het sjabloon precies over, of begin met een leeg sjabloon."),
        ),
        "unnamed_columns": (
            _("Er staan gegevens in een kolom zonder naam ({columns}), en de kolom Contractnummer ontbreekt."),
            _("Zet de kolomnaam van het sjabloon erboven of maak de kolom leeg, en verstuur het bestand opnieuw."),
        ),
        "doubled_columns": (
            _("Deze kolomnamen betekenen hetzelfde: {columns}."),
            _("Verwijder de kolom die te veel is en verstuur het bestand opnieuw."),
        ),
    }


def _looks() -> dict[str, tuple[str, str]]:
    """Of what is no spreadsheet, by what it looks like: what it is, and how to go on with that."""
    typed_over = _("Neem de gegevens over in het sjabloon en verstuur dat.")
    opened = _("Open het in Excel of LibreOffice, neem de gegevens over in het sjabloon en verstuur dat.")
    return {
        "pdf": (_("Dit is een PDF en geen spreadsheet."), typed_over),
        "picture": (_("Dit is een afbeelding en geen spreadsheet."), typed_over),
        "text": (_("Dit is een tekstbestand, zoals CSV, en geen spreadsheet."), opened),
        "web_page": (_("Dit is een webpagina en geen spreadsheet, ook al heet het misschien .xls."), opened),
        "archive": (
            _("Dit is een ingepakt bestand, zoals zip, en geen spreadsheet."),
            _("Pak het uit en verstuur de spreadsheet die erin zit."),
        ),
    }
