"""What reporting does month by month, as kinds of runs (K04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from collectief.runs.rules import Kind, Preview

from . import fixing
from .rules import due_month, months_back

# How many months back somebody can start what did not go by itself.
_MONTHS = 12


def _month(subject: str) -> date:
    return date.fromisoformat(f"{subject}-01")


def _subjects(today: date) -> Sequence[str]:
    return [f"{month:%Y-%m}" for month in months_back(due_month(today), _MONTHS)]


def _preview(insurer_id: int, subject: str) -> Preview:
    found = fixing.unfixed(insurer_id, _month(subject))
    return Preview(
        found.contracts,
        (
            (gettext_lazy("Contracten waarvan de maand wordt vastgesteld"), found.contracts),
            (gettext_lazy("Organisaties met zo'n contract"), found.organisations),
            (gettext_lazy("Contracten waarvan de maand al vaststaat"), found.fixed),
        ),
    )


def _step(insurer_id: int, subject: str, now: datetime) -> int:
    return fixing.fix_some(insurer_id, _month(subject), now=now)


FLOW_LISTS = Kind(
    "flow_lists",
    label=gettext_lazy("In- en uitstroomlijsten en contract gebruik"),
    does=gettext_lazy(
        "Stelt voor elk contract de lijst en de cijfers van een maand vast. Wat vaststaat, verandert daarna niet meer."
    ),
    planned=gettext_lazy("Vanzelf in de nacht na de 10e, over de maand ervoor."),
    unit=gettext_lazy("contracten"),
    subjects=_subjects,
    due=lambda today: f"{due_month(today):%Y-%m}",
    called=lambda subject: date_format(_month(subject), "F Y"),
    preview=_preview,
    step=_step,
)
KINDS = (FLOW_LISTS,)
