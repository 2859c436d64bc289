"""The auditor's search: an insurer's events by whom, about whom, what and when, as many as there are (K06)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from collectief.scope.database import auditing

from .actions import record_operator
from .rules import from_json

COLUMNS = (
    "id", "at", "organisation_id", "action", "outcome", "account_id", "account", "roles", "responsible", "purpose",
    "access_point", "participant_ids", "object_ids", "detail",
)  # fmt: skip
_AT_ONCE = 200
# JSON where the database's own form of an array or object is not what others read.
_SELECTED = (
    "id, at, organisation_id, action, outcome, account_id, account, to_jsonb(roles)::text, responsible, purpose,"
    " access_point, array_to_json(participant_ids)::text, object_ids::text, detail::text"
)
_AS_JSON = frozenset({"roles", "participant_ids", "object_ids", "detail"})


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for; what is None does not count. `since` is inclusive, `until` exclusive."""

    participant: int | None = None
    account: int | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """As SQL, and its values."""
        asked = {
            "e.id IN (SELECT audit_about_at_insurer(%(participant)s))": ("participant", self.participant),
            "e.account_id = %(account)s": ("account", self.account),
            "e.action = %(action)s": ("action", self.action),
            "e.at >= %(since)s": ("since", self.since),
            "e.at < %(until)s": ("until", self.until),
        }
        meant = {text: value for text, value in asked.items() if value[1] is not None}
        return "".join(f" AND {text}" for text in meant), dict(meant.values())


def search(insurer_id: int, insurer: str, question: Question, *, operator: str) -> Iterator[dict[str, Any]]:
    """The events that answer, first to last, a few at a time.

    That the operator looked, and for what, is in the trail before the first event is given (law 8).
    """
    record_operator(
        insurer_id, insurer, operator, "audit.search",
        participants=[question.participant] if question.participant is not None else [],
        objects={"account": [question.account]} if question.account is not None else {},
        detail={
            "action": question.action or "",
            "since": _written(question.since), "until": _written(question.until),
        },
    )  # fmt: skip
    conditions, values = question.conditions()
    with auditing(insurer_id), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {_SELECTED} FROM audit_event e WHERE e.insurer_id = %(insurer)s{conditions}"
            " ORDER BY e.clock, e.id",
            {"insurer": insurer_id, **values},
        )
        while rows := cursor.fetchmany(_AT_ONCE):
            for row in rows:
                yield {
                    name: from_json(value) if name in _AS_JSON else value
                    for name, value in zip(COLUMNS, row, strict=True)
                } | {"at": _written(row[1])}


def _written(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
