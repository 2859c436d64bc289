"""The queue as staff see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from .models import Case
from .rules import is_late


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case that waits."""

    id: int
    kind: str
    subject: str
    opened_at: datetime
    due_on: date
    late: bool


def open_cases(insurer_id: int, *, today: date, kind: str = "") -> list[CaseView]:
    """What waits for a decision, what is due first on top. Must run as staff."""
    found = Case.objects.filter(insurer_id=insurer_id, decision="").order_by("due_on", "id")
    if kind:
        found = found.filter(kind=kind)
    return [
        CaseView(case.id, case.kind, case.subject, case.opened_at, case.due_on, is_late(case.due_on, today))
        for case in found
    ]
