"""The customer reads its own trail (X09): of the whole organisation, or about one participant."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .rules import from_json

# Beyond this a count is "1.000+".
COUNT_CAP = 1000
_AT_ONCE = 1000

_COLUMNS = "e.id, e.at, e.action, e.outcome, e.account, e.roles, cardinality(e.participant_ids), e.object_ids::text"
_ABOUT = " AND e.id IN (SELECT audit_about(%(participant)s))"
_FROM = "FROM audit_event e WHERE e.organisation_id = %(organisation)s"
_PAGE = f"SELECT {_COLUMNS} {_FROM}{{more}} ORDER BY e.at DESC, e.id DESC LIMIT %(size)s OFFSET %(offset)s"
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_FROM}{{more}} LIMIT %(cap)s) capped"
_ALL = f"SELECT {_COLUMNS} {_FROM}{{more}} ORDER BY e.at DESC, e.id DESC LIMIT %(cap)s"


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which events; what is None does not count. `since` is inclusive, `until` exclusive."""

    account_id: int | None = None
    actions: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    # Whose acts, for who may not see everybody's.
    accounts: Sequence[int] | None = None

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """As SQL, and its values."""
        asked = {
            "e.account_id = %(account)s": ("account", self.account_id),
            "e.account_id = ANY (%(accounts)s::bigint[])": ("accounts", self.accounts and list(self.accounts)),
            "e.action = ANY (%(actions)s::text[])": ("actions", self.actions and list(self.actions)),
            "e.at >= %(since)s": ("since", self.since),
            "e.at < %(until)s": ("until", self.until),
        }
        meant = {text: value for text, value in asked.items() if value[1] is not None}
        return "".join(f" AND {text}" for text in meant), dict(meant.values())


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event as the customer reads it: how many participants it was about, not who they are."""

    id: int
    at: datetime
    action: str
    outcome: str
    account: str
    roles: list[str]
    participants: int
    object_ids: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page, latest first, and how many there are: `count` is capped unless `exact`."""

    lines: list[LogLine]
    count: int
    exact: bool
    number: int
    size: int

    @property
    def has_next(self) -> bool:
        return self.number * self.size < self.count or (not self.exact and len(self.lines) == self.size)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A time that somebody was not let in: why by code, and with what level of eHerkenning where one said."""

    at: datetime
    organisation_id: int
    action: str
    code: str
    level: str


def latest_refusals(account_id: int, organisations: Sequence[int], *, since: datetime, most: int) -> list[Refusal]:
    """When and why an account was not let in, latest first. Must run inside `helping`: it sees nothing else (K05)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, organisation_id, action, detail->>'code', coalesce(detail->>'level', '') FROM audit_event"
            " WHERE organisation_id = ANY (%s::bigint[]) AND account_id = %s AND at >= %s AND outcome = 'failure'"
            " ORDER BY at DESC, id DESC LIMIT %s",
            [list(organisations), account_id, since, most],
        )
        return [Refusal(at, where, action, code or "", level) for at, where, action, code, level in cursor.fetchall()]


def organisation_log(scope: Scope, asked: LogFilter, *, page: int = 1, size: int = 50) -> LogPage:
    """What was done in the organisation's name (X09). Raises NotAllowed."""
    scope.require(Permission.SEE_LOG)
    more, values = asked.conditions()
    return _page(scope, more + _reached(scope), values, page, size)


def participant_log(scope: Scope, participant_id: int, *, page: int = 1, size: int = 50) -> LogPage:
    """Who at the organisation saw or changed one participant (X09). Raises NotAllowed."""
    scope.require(Permission.SEE_PARTICIPANTS)
    return _page(scope, _ABOUT + _reached(scope), {"participant": participant_id}, page, size)


def whole_log(scope: Scope, asked: LogFilter, *, most: int) -> Iterator[LogLine]:
    """Everything that answers, up to `most`, latest first, a few at a time. Raises NotAllowed."""
    scope.require(Permission.SEE_LOG)
    more, values = asked.conditions()
    given = {"organisation": scope.organisation_id, "cap": most, **values}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ALL.format(more=more + _reached(scope)), given)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from map(_line, rows)


def _reached(scope: Scope) -> str:
    """What was done about a contract that the scope does not reach, is not for it to know (G13)."""
    if scope.contracts is None:
        return ""
    return f" AND coalesce(e.object_ids -> 'contract', '[]') <@ '{json.dumps(sorted(scope.contracts))}'::jsonb"


def _page(scope: Scope, more: str, values: dict[str, Any], page: int, size: int) -> LogPage:
    given = {"organisation": scope.organisation_id, **values}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(more=more), {**given, "cap": COUNT_CAP + 1})
        [count] = cursor.fetchone()
        if count <= COUNT_CAP:
            # Beyond the end, as an old link may lead: the last page there is.
            page = min(page, max(1, -(-count // size)))
        lines = _lines(cursor, more, given, page, size)
        if not lines and page > 1:
            # Beyond the end of what was not counted: the last page of what was.
            page = COUNT_CAP // size
            lines = _lines(cursor, more, given, page, size)
    return LogPage(lines, min(count, COUNT_CAP), count <= COUNT_CAP, page, size)


def _lines(cursor: Any, more: str, given: dict[str, Any], page: int, size: int) -> list[LogLine]:
    cursor.execute(_PAGE.format(more=more), {**given, "size": size, "offset": (page - 1) * size})
    return [_line(row) for row in cursor.fetchall()]


def _line(row: Sequence[Any]) -> LogLine:
    id_, at, action, outcome, account, roles, participants, object_ids = row
    return LogLine(id_, at, action, outcome, account, roles, participants, from_json(object_ids))
