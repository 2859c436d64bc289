"""Terms in words: kinds of products, states, and why something cannot be entered so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.foundation.dates import dutch
from collectief.policies.kinds import ages, percent
from collectief.policies.rules import ProductKind, State, Tariff

KINDS = {
    ProductKind.BASIC: gettext_lazy("Basisverzekering"),
    ProductKind.SUPPLEMENTARY: gettext_lazy("Aanvullende verzekering"),
    ProductKind.DENTAL: gettext_lazy("Tandartsverzekering"),
}
STATES = {
    State.PROPOSED: (gettext_lazy("Wacht op een collega"), "info"),
    State.AGREED: (gettext_lazy("Akkoord"), "success"),
    State.REFUSED: (gettext_lazy("Niet akkoord"), "neutral"),
}


def premiums(tariff: Tariff | None) -> list[tuple[str, str]]:
    """The premium per month by age, as a person reads it."""
    return [(ages(band), band.monthly.dutch) for band in tariff.bands] if tariff else []


def voluntary(tariff: Tariff | None) -> list[tuple[str, str]]:
    """What each voluntary deductible takes off a month."""
    return [(f"€\u00a0{amount}", off.dutch) for amount, off in tariff.voluntary] if tariff else []


def terms_refusal(code: str, params: Mapping[str, Any]) -> str:
    """Why terms cannot be entered so, and what to do."""
    said: dict[str, Any] = dict(params)
    if isinstance(said.get("first_day"), date):
        said["first_day"] = dutch(said["first_day"])
    if "most" in said:
        said["most"] = percent(said["most"])
    return _refusals()[code].format(**said)


def _refusals() -> dict[str, str]:
    return {
        "no_bands": _("Er staat nog geen premie in de tabel. Vul ten minste één regel in."),
        "band_gap": _("Voor {age} jaar staat er geen premie in de tabel. Laat de leeftijden op elkaar aansluiten."),
        "band_overlap": _(
            "Voor {age} jaar staan er twee premies in de tabel. Laat de leeftijden op elkaar aansluiten."
        ),
        "band_backwards": _("De regel vanaf {age} jaar eindigt voor zij begint. Wissel de leeftijden om."),
        "below_zero": _("De premie vanaf {age} jaar is minder dan nul. Vul nul in als iemand niets betaalt."),
        "not_first_of_month": _("Een premie of product gaat in op de eerste van een maand. Kies zo'n dag."),
        "begins_in_the_past": _("De ingangsdatum is vandaag of al geweest. Kies de eerste van een maand die nog komt."),
        "begins_already": _(
            "Voor {first_day} is al iets voorgesteld of afgesproken. Kies een andere dag, of laat een collega dat "
            "voorstel eerst weigeren."
        ),
        "no_voluntary": _("Alleen een basisverzekering heeft een vrijwillig eigen risico. Laat die regels leeg."),
        "voluntary_unknown": _("Een vrijwillig eigen risico van € {amount} bestaat niet."),
        "voluntary_too_much": _(
            "De korting bij een vrijwillig eigen risico van € {amount} is minder dan nul of meer dan de premie. "
            "Controleer het bedrag."
        ),
        "minor_pays": _(
            "Wie nog geen {age} is, betaalt geen premie voor de basisverzekering. Zet tot {age} jaar nul in de tabel."
        ),
        "discount_negative": _("Een korting is niet minder dan nul."),
        "discount_too_high": _(
            "Op dit product mag de korting vanaf die dag hoogstens {most} zijn. Verlaag de korting."
        ),
        "before_contract": _("Het contract begint pas op {first_day}. Kies een dag vanaf dan."),
        "not_in_contract": _("Dit product is dan niet in het contract, en kan er dus niet uit."),
        "no_tariff": _("Dit product heeft op die dag nog geen premie. Stel eerst een premie voor."),
        "one_person": _("Wie voorstelt en wie akkoord geeft, zijn niet dezelfde. Laat een collega meekijken."),
        "uzovi_digits": _("Een UZOVI-code heeft vier cijfers. Controleer de code."),
        "uzovi_later": _("Vanaf {first_day} geldt al een andere code. Kies een latere dag."),
        "label_exists": _("Er is al een label met de naam {name}. Kies een andere naam."),
        "product_exists": _("Er is al een product met code {number}. Kies een andere code."),
    }
