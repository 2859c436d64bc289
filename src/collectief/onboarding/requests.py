"""What customers ask of the insurer about themselves, at the command line: every kind of case but applications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from collectief.cases.queries import open_cases
from collectief.cases.rules import About, Decision, registry
from collectief.scope.database import office

from . import asking_roles, changing, leaving, linking, operator

_KINDS = (linking.KIND, leaving.KIND, changing.KIND, asking_roles.KIND)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits: its title says what and for whom, `about` what the office's page shows of it."""

    case_id: int
    kind: str
    title: str
    due_on: date
    late: bool
    about: About

    def as_json(self) -> dict[str, Any]:
        return {
            "case_id": self.case_id, "kind": self.kind, "title": self.title, "due_on": self.due_on.isoformat(),
            "late": self.late, "facts": dict(self.about.facts), "warnings": list(self.about.warnings),
        }  # fmt: skip


def waiting(insurer: str) -> list[Request]:
    """What waits at this insurer, what is due first on top."""
    found = operator.insurer_named(insurer)
    if found is None:
        return []
    with office(found.id):
        cases_ = [case for case in open_cases(found.id, today=timezone.localdate()) if case.kind in _KINDS]
        return [
            Request(
                case.id, case.kind, registry.kind(case.kind).titles(found.id, [case.subject])[case.subject],
                case.due_on, case.late, registry.kind(case.kind).about(found.id, case.subject),
            )
            for case in cases_
        ]  # fmt: skip


def decide(insurer: str, case_id: int, decision: Decision, *, by: str, reason: str = "") -> None:
    """Decide one, for an operator. Raises NoCase, and CaseRefused when it cannot be done: then it still waits."""
    operator.decide(insurer, case_id, decision, kinds=_KINDS, by=by, reason=reason)
