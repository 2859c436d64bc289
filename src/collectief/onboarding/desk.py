"""What an operator sees of applications at the command line, and decides by the same door as the pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from collectief.cases.queries import CaseView, open_cases
from collectief.cases.rules import Decision
from collectief.scope.database import office
from collectief.segments.catalogue import profile

from . import operator
from .actions import KIND, customer, managed
from .models import AccountApplication


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application that waits, as whoever judges it needs it."""

    case_id: int
    due_on: date
    late: bool
    portal: str
    segment: str
    organisation: str
    kvk: str
    name: str
    email: str
    phone: str
    roles: tuple[str, ...]
    # The customer it is for, by number; empty: no customer yet. And whether somebody there can let colleagues in.
    customer: str
    managed: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"due_on": self.due_on.isoformat(), "roles": list(self.roles)}


def waiting(insurer: str) -> list[Waiting]:
    """What waits at this insurer, what is due first on top."""
    found = operator.insurer_named(insurer)
    if found is None:
        return []
    with office(found.id):
        cases_ = open_cases(found.id, today=timezone.localdate(), kind=KIND)
        about = AccountApplication.objects.in_bulk([case.subject for case in cases_])
        by_subject = {str(id_): application for id_, application in about.items()}
        return [
            _waiting(case, one, found.id)
            for case in cases_
            if found and (one := by_subject.get(case.subject)) is not None
        ]


def _waiting(case: CaseView, one: AccountApplication, insurer_id: int) -> Waiting:
    known = customer(one, insurer_id)
    return Waiting(
        case.id, case.due_on, case.late, one.brand, one.segment, one.organisation, one.kvk, one.name, one.email,
        one.phone, tuple(one.roles), known.customer_number if known else "",
        known is not None and managed(known, profile(one.segment), now=timezone.now()),
    )  # fmt: skip


def decide(insurer: str, case_id: int, decision: Decision, *, by: str, reason: str = "") -> None:
    """Decide one, for an operator. Raises NoCase, and CaseRefused when it cannot be done: then it still waits."""
    operator.decide(insurer, case_id, decision, kinds=(KIND,), by=by, reason=reason)
