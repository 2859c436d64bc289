"""The S1 or E106 in words, and what its grounds are called (U09)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from collectief.documents.rules import Letter, LetterKind, Part
from collectief.foundation.dates import BirthDate, dutch

from .queries import FormView
from .rules import Ground


def grounds() -> dict[Ground, str]:
    """The two grounds, as somebody chooses one."""
    return {
        Ground.WORKS_HERE: _("Woont niet in Nederland, maar werkt wel in Nederland"),
        Ground.FAMILY: _("Wil gezinsleden in het thuisland meeverzekeren"),
    }


def s1_form(view: FormView, *, insurer: str, organisation: str, country: str) -> Letter:
    """The form that whoever it is about gives to the insurer where they live; `country` is its name.

    Without a BSN: an agency downloads it, which may not see one (U19).
    """
    until = dutch(view.last_day) if view.last_day else _("tot wijziging of opzegging")
    facts = (
        (_("Verzekerde"), str(view.name)),
        (_("Geboortedatum"), BirthDate.parse(view.birth_date).dutch if view.birth_date else "–"),
        (_("Relatienummer"), view.relation_number),
        (_("Verzekeraar"), insurer),
        (_("Via"), organisation),
        (_("Land"), country),
        (_("Woonadres in het thuisland"), ", ".join(view.address)),
        (_("Recht op zorg vanaf"), dutch(view.first_day)),
        (_("Recht op zorg t/m"), until),
    )
    works_here = _("De verzekerde woont in {country} en werkt in Nederland.")
    family = _("De verzekerde woont in Nederland. Het formulier is voor de gezinsleden die in {country} wonen.")
    said = (
        (works_here if view.ground == Ground.WORKS_HERE else family).format(country=country),
        _("Wij betalen de zorg waarop in {country} volgens de regels van dat land recht bestaat.").format(
            country=country
        ),
        _("Geef dit formulier aan de zorgverzekeraar in {country}: die schrijft de rechthebbenden in.").format(
            country=country
        ),
    )
    says = {
        "form": view.form, "country": view.country, "ground": str(view.ground),
        "first_day": view.first_day.isoformat(), "last_day": view.last_day.isoformat() if view.last_day else None,
    }  # fmt: skip
    title = _("Verdragsrecht: formulier {form}").format(form=view.form)
    return Letter(LetterKind.S1, title, facts, (Part(_("Recht op zorg"), said=said),), says)
