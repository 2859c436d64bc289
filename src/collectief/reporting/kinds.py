"""What reporting does month by month, as kinds of runs (K04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from collectief.contracts.models import GroupContract
from collectief.inbox.delivering import deliver
from collectief.inbox.facts import About, Tiding
from collectief.runs.rules import Kind, Preview
from collectief.scope.database import office
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, MessageCategory

from . import fixing
from .rules import Span, due_month, months_back

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
    fixed = fixing.fix_some(insurer_id, _month(subject), now=now)
    _tell(insurer_id, fixed, Span.month(_month(subject)), now)
    return len(fixed)


def _tell(insurer_id: int, contract_ids: Sequence[int], month: Span, now: datetime) -> None:
    """Tell whose contract had begun and was not over that its list stands, where there are such lists."""
    with office():
        found = list(
            GroupContract.objects.filter(id__in=contract_ids, first_day__lt=month.end)
            .exclude(end_day__lte=month.first)
            .values_list("id", "number", "organisation_id", "organisation__segment")
        )
    told = [
        (_tiding(contract_id, number, month), [(organisation_id, segment)])
        for contract_id, number, organisation_id, segment in found
        if PROFILES[segment].allows(Capability.FLOW_LISTS)
    ]
    deliver(insurer_id, told, at=now)


def _tiding(contract_id: int, number: str, month: Span) -> Tiding:
    facts = {"contract": number, "month": month.code}
    return Tiding(MessageCategory.FLOW, "flow.fixed", About.FLOW_LIST, contract_id, [contract_id], facts=facts)


FLOW_LISTS = Kind(
    "flow_lists",
    label=gettext_lazy("In- en uitstroomlijsten en contract gebruik"),
    does=gettext_lazy(
        "Stelt voor elk contract de lijst en de cijfers van een maand vast, en laat dat met een bericht weten. Wat"
        " vaststaat, verandert daarna niet meer."
    ),
    planned=gettext_lazy("Vanzelf in de nacht na de 10e, over de maand ervoor."),
    unit=gettext_lazy("contracten"),
    subjects=_subjects,
    due=lambda today: f"{due_month(today):%Y-%m}",
    called=lambda subject: date_format(_month(subject), "F Y"),
    preview=_preview,
    step=_step,
)
