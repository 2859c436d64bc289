"""The lists of participants: found and sorted by one table's index, counted with a cap (DESIGN, Scope).

The organisation stands in every statement beside row security: without it the planner may not use the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from collectief.foundation.names import PersonName, search_key
from collectief.mutations.rules import OPEN
from collectief.scope.scope import Scope
from collectief.segments.profile import SearchKey

# A count above this is shown as "1.000+" until the exact one is asked for.
COUNT_CAP = 1000

# What a list can be sorted on, and the column that does it.
SORTS = {
    "naam": "sort_key",
    "relatienummer": "relation_number",
    "geboortedatum": "birth_date",
    "referentie": "external_reference",
    "ingang": "first_day",
    "einde": "end_day",
}
DEFAULT_SORT = "naam"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; empty fields match everyone. Text is a prefix, a birth date exact."""

    surname: str = ""
    relation_number: str = ""
    birth_date: str = ""
    external_reference: str = ""
    contract_id: int | None = None

    def conditions(self, keys: Sequence[SearchKey]) -> tuple[str, dict[str, Any]]:
        """SQL and its parameters, of the keys that this list has."""
        clauses: list[str] = []
        given: dict[str, Any] = {}
        for key, column, operator, value in (
            (SearchKey.SURNAME, "sort_key", "^@", search_key(self.surname)),
            (SearchKey.RELATION_NUMBER, "relation_number", "^@", self.relation_number.strip()),
            (SearchKey.BIRTH_DATE, "birth_date", "=", self.birth_date),
            (SearchKey.EXTERNAL_REFERENCE, "external_reference", "^@", self.external_reference.strip()),
        ):
            if value and key in keys:
                clauses.append(f"AND s.{column} {operator} %({column})s")
                given[column] = value
        if self.contract_id is not None:
            clauses.append("AND s.contract_id = %(contract)s")
            given["contract"] = self.contract_id
        return " ".join(clauses), given


@dataclass(frozen=True, slots=True)
class ListRow:
    """A participation in a list."""

    id: int
    participant_id: int
    name: PersonName
    relation_number: str
    birth_date: str
    external_reference: str
    contract_id: int
    first_day: date
    last_day: date | None
    # What is being done about it: a kind of mutation, "leaves" or "begins" (decided, not yet in effect), or "".
    pending: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, and how many rows there are: `count` is capped unless `exact`."""

    rows: list[ListRow]
    count: int
    exact: bool
    number: int
    size: int

    @property
    def has_next(self) -> bool:
        return self.number * self.size < self.count or (not self.exact and len(self.rows) == self.size)


_CURRENT = "s.end_day > %(today)s"
# The last stay of who has no later one: who came back stands among the current participants.
_FORMER = (
    "s.end_day <= %(today)s AND NOT EXISTS (SELECT 1 FROM participation l WHERE l.participant_id = s.participant_id"
    " AND l.end_day > s.end_day)"
)
_PAGE = """
SELECT s.id, s.participant_id, p.initials, p.prefix, p.surname, s.relation_number, s.birth_date,
       s.external_reference, s.contract_id, s.first_day, upper(s.period) - 1
  FROM (SELECT * FROM participation s WHERE s.organisation_id = %(organisation)s AND {which} {search}
         ORDER BY s.{column} {way}, s.id {way} LIMIT %(size)s OFFSET %(offset)s) s
  JOIN participant p ON p.id = s.participant_id
 ORDER BY s.{column} {way}, s.id {way}
"""
_COUNT = """
SELECT count(*) FROM (SELECT 1 FROM participation s WHERE s.organisation_id = %(organisation)s AND {which} {search}
 LIMIT %(cap)s) s
"""


def current_participants(
    scope: Scope, search: Search, *, today: date, sort: str = DEFAULT_SORT, page: int = 1, size: int = 50
) -> ListPage:
    """Who takes part today or will (U04). `sort` is a key of SORTS, with "-" in front for the other way round."""
    return _list(scope, search, _CURRENT, scope.profile.current_search, today, sort, page, size)


def former_participants(
    scope: Scope, search: Search, *, today: date, sort: str = DEFAULT_SORT, page: int = 1, size: int = 50
) -> ListPage:
    """Who took part before and does no more (U12)."""
    return _list(scope, search, _FORMER, scope.profile.former_search, today, sort, page, size)


def exact_count(scope: Scope, search: Search, *, today: date, former: bool = False) -> int:
    """How many there are, counted to the last one."""
    which, keys = (_FORMER, scope.profile.former_search) if former else (_CURRENT, scope.profile.current_search)
    return _count(scope, search, which, keys, today, cap=None)


def participation(scope: Scope, participation_id: int, *, today: date) -> ListRow | None:
    """One row of either list; None for one that is not the scope's."""
    given = {"organisation": scope.organisation_id, "id": participation_id, "size": 1, "offset": 0}
    query = _PAGE.format(which="s.id = %(id)s", search="", column="id", way="ASC")
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        rows = [_row(row) for row in cursor.fetchall()]
    return _with_pending(rows, today)[0] if rows else None


def stays_of(scope: Scope, participant_id: int, *, today: date) -> list[ListRow]:
    """Every participation of one participant, latest first."""
    given = {
        "organisation": scope.organisation_id, "participant": participant_id, "size": 500, "offset": 0,
    }  # fmt: skip
    query = _PAGE.format(which="s.participant_id = %(participant)s", search="", column="first_day", way="DESC")
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        rows = [_row(row) for row in cursor.fetchall()]
    return _with_pending(rows, today)


def _list(
    scope: Scope,
    search: Search,
    which: str,
    keys: Sequence[SearchKey],
    today: date,
    sort: str,
    page: int,
    size: int,
) -> ListPage:
    conditions, given = search.conditions(keys)
    column = SORTS.get(sort.removeprefix("-"), SORTS[DEFAULT_SORT])
    way = "DESC" if sort.startswith("-") else "ASC"
    given |= {"organisation": scope.organisation_id, "today": today, "size": size, "offset": (page - 1) * size}
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.format(which=which, search=conditions, column=column, way=way), given)
        rows = [_row(row) for row in cursor.fetchall()]
    if page == 1 and len(rows) < size:
        count = len(rows)
    else:
        count = _count(scope, search, which, keys, today, cap=COUNT_CAP + 1)
    return ListPage(_with_pending(rows, today), min(count, COUNT_CAP), count <= COUNT_CAP, page, size)


def _count(scope: Scope, search: Search, which: str, keys: Sequence[SearchKey], today: date, *, cap: int | None) -> int:
    conditions, given = search.conditions(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(which=which, search=conditions),
            given | {"organisation": scope.organisation_id, "today": today, "cap": cap},
        )
        return int(cursor.fetchone()[0])


def _row(row: Sequence[Any]) -> ListRow:
    id_, participant_id, initials, prefix, surname, *rest = row
    return ListRow(id_, participant_id, PersonName(initials, prefix, surname), *rest)


def _with_pending(rows: list[ListRow], today: date) -> list[ListRow]:
    """What is being done about these rows: one question for all of them."""
    if not rows:
        return rows
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT participant_id, kind FROM mutation WHERE participant_id = ANY (%s::bigint[])"
            " AND state = ANY (%s) ORDER BY id",
            [[row.participant_id for row in rows], [str(state) for state in OPEN]],
        )
        open_kinds = dict(cursor.fetchall())

    def pending(row: ListRow) -> str:
        if row.participant_id in open_kinds:
            return str(open_kinds[row.participant_id])
        if row.first_day > today:
            return "begins"
        return "leaves" if row.last_day is not None and row.last_day >= today else ""

    return [replace(row, pending=pending(row)) for row in rows]
