"""Planned lists in the words of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.exports.rules import DAYS, Every, Rhythm, Stopped, Which

LISTS: Mapping[Which, str | Promise] = {
    Which.CURRENT: gettext_lazy("Huidige deelnemers"),
    Which.FORMER: gettext_lazy("Oud deelnemers"),
    Which.FLOWS: gettext_lazy("In- en uitstroom van de maand ervoor"),
}
STOPPED: Mapping[Stopped, str | Promise] = {
    Stopped.BY_OWNER: gettext_lazy("Door u gestopt"),
    Stopped.NO_ACCESS: gettext_lazy("Gestopt: u mocht deze lijst niet meer zien"),
    Stopped.NO_CONTRACT: gettext_lazy("Gestopt: het contract is beëindigd of niet meer van u"),
}
# A Monday, to name the days of a week by.
_MONDAY = date(2024, 1, 1)


def rhythm_words(rhythm: Rhythm) -> str:
    """Elke maandag, or elke maand op dag 1."""
    if rhythm.every == Every.WEEK:
        return _("Elke {weekday}").format(weekday=date_format(_MONDAY.replace(day=rhythm.on), "l"))
    return _("Elke maand op dag {day}").format(day=rhythm.on)


def rhythms() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every rhythm there is to choose from, by how often."""
    names = {Every.WEEK: _("Elke week"), Every.MONTH: _("Elke maand")}
    return [
        (names[every], [(f"{every}/{on}", rhythm_words(Rhythm(every, on))) for on in DAYS[every]]) for every in Every
    ]


def rhythm_of(code: str) -> Rhythm:
    """The rhythm that an address or a form names. Raises ValueError."""
    every, _slash, on = code.partition("/")
    return Rhythm(Every(every), int(on))


def refusal(code: str) -> tuple[str, str]:
    """The field that is wrong, and what to do."""
    found: dict[str, tuple[str, Any]] = {
        "export_flows_monthly": (
            "wanneer", _("De lijst van de maand ervoor verandert één keer per maand. Kies een dag van de maand."),
        ),
        "export_flows_one_contract": ("contract", _("In- en uitstroom gaat over één contract. Kies een contract.")),
        "export_too_many": (
            "", _("U heeft al het grootste aantal geplande lijsten. Stop er eerst een die u niet meer nodig heeft."),
        ),
        "export_not_offered": ("lijst", _("Deze lijst kan niet worden gepland. Kies een andere.")),
    }  # fmt: skip
    return found[code]
