"""The auditor's search: an insurer's events by whom, about whom, what and when, as many as there are (K06)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from collectief.scope.database import auditing
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

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


# Beyond this a count is "1.000+".
COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for; what is None does not count. `since` is inclusive, `until` exclusive.

    `newest` is the number of the last event that counts: what came later belongs to another answer.
    """

    participants: Sequence[int] | None = None
    account: int | None = None
    actions: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    organisations: Sequence[int] | None = None
    outcome: str | None = None
    newest: int | None = None

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """As SQL, and its values."""
        asked = {
            "e.id IN (SELECT audit_about_at_insurer(one) FROM unnest(%(participants)s::bigint[]) one)": (
                "participants", self.participants and list(self.participants)
            ),
            "e.account_id = %(account)s": ("account", self.account),
            "e.action = ANY (%(actions)s::text[])": ("actions", self.actions and list(self.actions)),
            "e.at >= %(since)s": ("since", self.since),
            "e.at < %(until)s": ("until", self.until),
            "e.organisation_id = ANY (%(organisations)s::bigint[])": (
                "organisations", self.organisations and list(self.organisations)
            ),
            "e.outcome = %(outcome)s": ("outcome", self.outcome),
            "e.id <= %(newest)s": ("newest", self.newest),
        }  # fmt: skip
        meant = {text: value for text, value in asked.items() if value[1] is not None}
        return "".join(f" AND {text}" for text in meant), dict(meant.values())

    def objects(self) -> dict[str, list[int]]:
        """The organisations and account that it is about, as an event names them."""
        asked = {"organisation": list(self.organisations or ()), "account": [self.account] if self.account else []}
        return {kind: ids for kind, ids in asked.items() if ids}

    def detail(self) -> dict[str, Any]:
        """The rest of it, as an event tells it: codes and moments."""
        return {
            "actions": list(self.actions or ()), "outcome": self.outcome or "",
            "since": _written(self.since), "until": _written(self.until),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """One event with every field of it (NEN 7513)."""

    id: int
    at: datetime
    organisation_id: int | None
    action: str
    outcome: str
    account_id: int | None
    account: str
    roles: list[str]
    responsible: str
    purpose: str
    access_point: str
    participant_ids: list[int]
    object_ids: dict[str, list[int]]
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page of an answer, latest first, and how many there are: `count` is capped unless `exact`."""

    events: list[FoundEvent]
    count: int
    exact: bool
    number: int
    size: int

    @property
    def has_next(self) -> bool:
        return self.number * self.size < self.count or (not self.exact and len(self.events) == self.size)


_ANSWER = "FROM audit_event e WHERE e.insurer_id = %(insurer)s{more}"


def newest(scope: Scope) -> int:
    """The number of the last event there is: with it, later pages and the file are of the same answer."""
    with auditing(scope.insurer_id), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM audit_event WHERE insurer_id = %s", [scope.insurer_id])
        return int(cursor.fetchone()[0])


def page_of(scope: Scope, question: Question, *, page: int, size: int) -> FoundPage:
    """One page of the answer for the auditor of the scope's insurer. Raises NotAllowed."""
    scope.require(Permission.SEARCH_TRAIL)
    more, values = question.conditions()
    given = {"insurer": scope.insurer_id, **values}
    with auditing(scope.insurer_id), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 {_ANSWER.format(more=more)} LIMIT %(cap)s) capped",
            {**given, "cap": COUNT_CAP + 1},
        )
        [count] = cursor.fetchone()
        # Beyond the end, as an old link may lead: the last page that is known of.
        page = min(page, max(1, -(-count // size))) if count <= COUNT_CAP else page
        events = _events(cursor, more, given, page, size)
        if not events and page > 1:
            page = COUNT_CAP // size
            events = _events(cursor, more, given, page, size)
    return FoundPage(events, min(count, COUNT_CAP), count <= COUNT_CAP, page, size)


def whole_answer(scope: Scope, question: Question, *, most: int) -> Iterator[list[FoundEvent]]:
    """Everything that answers, up to `most`, latest first, some at a time. Raises NotAllowed."""
    scope.require(Permission.SEARCH_TRAIL)
    more, values = question.conditions()
    with auditing(scope.insurer_id), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {_SELECTED} {_ANSWER.format(more=more)} ORDER BY e.at DESC, e.id DESC LIMIT %(most)s",
            {"insurer": scope.insurer_id, "most": most, **values},
        )
        while rows := cursor.fetchmany(_AT_ONCE):
            yield [_found(row) for row in rows]


def _events(cursor: Any, more: str, given: dict[str, Any], page: int, size: int) -> list[FoundEvent]:
    cursor.execute(
        f"SELECT {_SELECTED} {_ANSWER.format(more=more)} ORDER BY e.at DESC, e.id DESC"
        " LIMIT %(size)s OFFSET %(offset)s",
        {**given, "size": size, "offset": (page - 1) * size},
    )
    return [_found(row) for row in cursor.fetchall()]


def _found(row: Sequence[Any]) -> FoundEvent:
    return FoundEvent(
        *(from_json(value) if name in _AS_JSON else value for name, value in zip(COLUMNS, row, strict=True))
    )


def search(insurer_id: int, insurer: str, question: Question, *, operator: str) -> Iterator[dict[str, Any]]:
    """The events that answer, first to last, a few at a time, for an operator at the command line.

    That the operator looked, and for what, is in the trail before the first event is given (law 8).
    """
    record_operator(
        insurer_id, insurer, operator, "audit.search", participants=question.participants or (),
        objects=question.objects(), detail=question.detail(),
    )  # fmt: skip
    conditions, values = question.conditions()
    with auditing(insurer_id), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {_SELECTED} {_ANSWER.format(more=conditions)} ORDER BY e.clock, e.id",
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
