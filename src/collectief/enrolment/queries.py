"""The lists of participants: found and sorted by one table's index, counted with a cap (DESIGN, Scope).

The organisation stands in every statement beside row security: without it the planner may not use the index.

A list is one shelf of stays (migration 0003_shelves). The shelf of what is current holds what has ended since it was
last settled as well, for a minute or so after midnight: each page asks for the first last day on it, and when that has
passed it is asked again by the days as well. That is as quick for the current list; for the former one it reads all of
the organisation's stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from collectief.foundation.names import PersonName, search_key, split_prefix, tidy
from collectief.mutations.rules import OPEN
from collectief.scope.scope import Scope
from collectief.segments.profile import Field, Permission, SearchKey

# A count above this is shown as "1.000+" until the exact one is asked for.
COUNT_CAP = 1000

# What a list can be sorted on, the column that does it, and what one must be shown to sort on it.
SORTS: dict[str, tuple[str, Field | None]] = {
    "naam": ("sort_key", None),
    "relatienummer": ("relation_number", Field.RELATION_NUMBER),
    "geboortedatum": ("birth_date", Field.BIRTH_DATE),
    "referentie": ("external_reference", Field.EXTERNAL_REFERENCE),
    "ingang": ("first_day", Field.FIRST_DAY),
    "einde": ("end_day", Field.LAST_DAY),
}
DEFAULT_SORT = "naam"


# Above every text that begins with what stands before it, in the collation of the lists.
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; empty fields match everyone. Text is a prefix, a birth date exact.

    A surname may have its prefix before it: "van der Veen" finds Veen, and also who is called Van der Veen as a whole.
    """

    surname: str = ""
    relation_number: str = ""
    birth_date: str = ""
    external_reference: str = ""
    contract_id: int | None = None

    def conditions(self, keys: Sequence[SearchKey]) -> tuple[str, dict[str, Any]]:
        """SQL and its parameters, of the keys that this list has."""
        clauses: list[str] = []
        given: dict[str, Any] = {}
        surname = tidy(self.surname)
        for key, column, prefixes in (
            (SearchKey.SURNAME, "sort_key", {search_key(surname), search_key(split_prefix(surname)[1])}),
            (SearchKey.RELATION_NUMBER, "relation_number", {self.relation_number.strip()}),
            (SearchKey.EXTERNAL_REFERENCE, "external_reference", {self.external_reference.strip()}),
        ):
            if key not in keys:
                continue
            either = []
            for number, prefix in enumerate(sorted(prefixes - {""})):
                # Not LIKE, which row security leaves without its index.
                name = f"{column}_{number}"
                either.append(f"s.{column} >= %({name})s AND s.{column} < %({name}_end)s")
                given |= {name: prefix, f"{name}_end": prefix + _AFTER_ALL}
            if either:
                clauses.append(f"AND ({' OR '.join(either)})")
            elif key == SearchKey.SURNAME and surname:
                # Something was typed, and no letter or digit of it: nobody has that name.
                clauses.append("AND FALSE")
        if self.birth_date and SearchKey.BIRTH_DATE in keys:
            clauses.append("AND s.birth_date = %(birth_date)s")
            given["birth_date"] = self.birth_date
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


@dataclass(frozen=True, slots=True)
class _List:
    """Which stays a list shows: by the shelf they are on, and by their days when a shelf waits to be settled."""

    shelf: str
    days: str


_CURRENT = _List("s.shelf = 'c'", "s.shelf = 'c' AND s.end_day > %(today)s")
# The last stay of who has no later one: who came back stands among the current participants.
_FORMER = _List("s.shelf = 'f'", "s.end_day <= %(today)s AND s.latest")

# Of who works in some contracts (G13) the last stay within reach counts: a later one elsewhere is not theirs to know.
# The shelves are made of all stays, so that what is past may be the last one here.
_NONE_LATER = """
NOT EXISTS (SELECT FROM participation o WHERE o.organisation_id = %(organisation)s
  AND o.participant_id = s.participant_id AND (o.end_day, o.id) > (s.end_day, s.id){reach})
"""


def _within_reach(scope: Scope, shown: _List) -> _List:
    """A list as the scope sees it."""
    if scope.contracts is None:
        return shown
    reach = scope.within_reach("s.contract_id")
    if shown is _FORMER:
        none_later = _NONE_LATER.format(reach=scope.within_reach("o.contract_id"))
        return _List(
            f"(s.shelf = 'f' OR s.shelf = 'p' AND {none_later}){reach}",
            f"s.end_day <= %(today)s AND {none_later}{reach}",
        )
    return _List(shown.shelf + reach, shown.days + reach)


# What a row needs of its stay; the index of the name holds all of it, and `infinity` is no date to Python.
_STAY = """
s.id, s.participant_id, s.sort_key, s.initials, s.prefix, s.surname, s.relation_number, s.birth_date,
s.external_reference, s.contract_id, s.first_day, s.end_day
"""
_COLUMNS = f"""
s.id, s.participant_id, s.initials, s.prefix, s.surname, s.relation_number, s.birth_date, s.external_reference,
s.contract_id, s.first_day, nullif(s.end_day, 'infinity') - 1,
(SELECT m.kind FROM mutation m
  WHERE m.organisation_id = %(organisation)s AND m.participant_id = s.participant_id{{pending}}
    AND m.state IN ({", ".join(f"'{state}'" for state in OPEN)}) ORDER BY m.id DESC LIMIT 1)
"""
# Not EXISTS: the planner, counting on many that have ended, would read the table for it.
_OVERDUE = """
(SELECT end_day FROM participation WHERE organisation_id = %(organisation)s AND shelf = 'c'
  ORDER BY end_day LIMIT 1) <= %(today)s
"""
_FOUND = """
FROM participation s WHERE s.organisation_id = %(organisation)s AND {which} {search}
ORDER BY s.{column} {way}, s.id {way} LIMIT %(size)s OFFSET %(offset)s
"""
# Rows that are only passed over are not worth a visit to the table, where the index of the column knows their ids.
_FAR = f"(SELECT s.id {_FOUND}) found JOIN participation s USING (id)"
_NEAR = f"(SELECT {_STAY} {_FOUND}) s"
_PAGE = f"""
SELECT {_OVERDUE}, {_COLUMNS} FROM {{rows}}
 ORDER BY s.{{column}} {{way}}, s.id {{way}}
"""
_COUNT = """
SELECT count(*) FROM (SELECT FROM participation s WHERE s.organisation_id = %(organisation)s AND {which} {search}
 LIMIT %(cap)s) s
"""
_STAYS = f"""
SELECT {_COLUMNS} FROM participation s
 WHERE s.organisation_id = %(organisation)s AND s.{{column}} = ANY(%(ids)s){{reach}}
 ORDER BY s.first_day DESC, s.id DESC
"""

_WHOLE = f"""
SELECT {_COLUMNS} FROM participation s
 WHERE s.organisation_id = %(organisation)s AND {{which}} {{search}} ORDER BY s.sort_key, s.id
"""
# Rows fetched at once of a list that is downloaded.
_AT_ONCE = 1_000


def current_participants(
    scope: Scope, search: Search, *, today: date, sort: str = DEFAULT_SORT, page: int = 1, size: int = 50
) -> ListPage:
    """Who takes part today or will (U04). `sort` is a key of SORTS, with "-" in front for the other way round."""
    return _list(scope, search, _CURRENT, scope.profile.current_search, today, sort, page, size)


def former_participants(
    scope: Scope, search: Search, *, today: date, sort: str = DEFAULT_SORT, page: int = 1, size: int = 50
) -> ListPage:
    """Who took part before and does no more, each once, by their last stay (U12)."""
    return _list(scope, search, _FORMER, scope.profile.former_search, today, sort, page, size)


def exact_count(scope: Scope, search: Search, *, today: date, former: bool = False) -> int:
    """How many there are, counted to the last one."""
    which, conditions, given = _shown(scope, search, today, former=former)
    return _count(which, conditions, given, cap=None)


def whole_list(scope: Scope, search: Search, *, today: date, former: bool = False) -> Iterator[ListRow]:
    """Everyone on a list by name, some at a time (G05). Must run inside `opened` until the last is read.

    Raises NotAllowed.
    """
    scope.require(Permission.SEE_PARTICIPANTS)
    which, conditions, given = _shown(scope, search, today, former=former)
    query = _WHOLE.format(which=which, search=conditions, pending=scope.within_reach("m.contract_id"))
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, given)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from _drawn(scope, rows, today)


def _shown(scope: Scope, search: Search, today: date, *, former: bool) -> tuple[str, str, dict[str, Any]]:
    """What finds the stays of a list, whether or not something on the shelf of what is current has ended meanwhile."""
    shown, keys = (_FORMER, scope.profile.former_search) if former else (_CURRENT, scope.profile.current_search)
    shown = _within_reach(scope, shown)
    given = {"organisation": scope.organisation_id, "today": today}
    [[overdue]] = _fetch(f"SELECT {_OVERDUE}", given)
    conditions, more = search.conditions(keys)
    return shown.days if overdue else shown.shelf, conditions, given | more


def participation(scope: Scope, participation_id: int, *, today: date) -> ListRow | None:
    """One row of either list; None for one that is not the scope's."""
    return next(iter(_stays(scope, "id", [participation_id], today)), None)


def stays_of(scope: Scope, participant_id: int, *, today: date) -> list[ListRow]:
    """Every participation of one participant, latest first."""
    return _stays(scope, "participant_id", [participant_id], today)


def stays_of_all(scope: Scope, participant_ids: Collection[int], *, today: date) -> dict[int, list[ListRow]]:
    """The same of several, by participant, in one query."""
    found: dict[int, list[ListRow]] = defaultdict(list)
    for row in _stays(scope, "participant_id", participant_ids, today):
        found[row.participant_id].append(row)
    return found


def _stays(scope: Scope, column: str, ids: Collection[int], today: date) -> list[ListRow]:
    given = {"organisation": scope.organisation_id, "ids": list(ids)}
    query = _STAYS.format(
        column=column, reach=scope.within_reach("s.contract_id"), pending=scope.within_reach("m.contract_id")
    )
    return _drawn(scope, _fetch(query, given), today)


_ON_A_DAY = """
SELECT asked.key, min(s.contract_id)
  FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS asked (key, participant_id, day)
  JOIN participation s ON s.participant_id = asked.participant_id AND s.period @> asked.day{reach}
 GROUP BY asked.key HAVING count(DISTINCT s.contract_id) = 1
"""


def contracts_on(scope: Scope, asked: Mapping[int, tuple[int, date]]) -> dict[int, int]:
    """In which contract a participant takes part on a day, by the key it is asked with, in one query.

    Nothing of who takes part in none that day, or in more than one.
    """
    if not asked:
        return {}
    people, days = zip(*asked.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _ON_A_DAY.format(reach=scope.within_reach("s.contract_id")), [list(asked), list(people), list(days)]
        )
        return dict(cursor.fetchall())


def _list(
    scope: Scope, search: Search, shown: _List, keys: Sequence[SearchKey], today: date, sort: str, page: int, size: int
) -> ListPage:
    rows, which = _rows(scope, search, shown, keys, today, sort, page, size)
    if page == 1 and len(rows) < size:
        return ListPage(rows, min(len(rows), COUNT_CAP), len(rows) <= COUNT_CAP, page, size)
    conditions, given = search.conditions(keys)
    given |= {"organisation": scope.organisation_id, "today": today}
    count = _count(which, conditions, given, cap=COUNT_CAP + 1)
    return ListPage(rows, min(count, COUNT_CAP), count <= COUNT_CAP, page, size)


def _rows(
    scope: Scope, search: Search, shown: _List, keys: Sequence[SearchKey], today: date, sort: str, page: int, size: int
) -> tuple[list[ListRow], str]:
    """The rows of a page, and the condition that found them."""
    shown = _within_reach(scope, shown)
    conditions, given = search.conditions(keys)
    given |= {"organisation": scope.organisation_id, "today": today, "size": size, "offset": (page - 1) * size}
    shape = {
        "search": conditions,
        "column": _sorted_on(scope, sort.removeprefix("-")),
        "way": "DESC" if sort.startswith("-") else "ASC",
        "pending": scope.within_reach("m.contract_id"),
    }
    which = shown.shelf
    overdue, rows = _page(which, shape, given)
    if overdue:
        which = shown.days
        _, rows = _page(which, shape, given)
    return _drawn(scope, rows, today), which


def _sorted_on(scope: Scope, key: str) -> str:
    """The column of a key; of an order that would tell what is not shown, the name's."""
    column, told = SORTS.get(key, SORTS[DEFAULT_SORT])
    return column if told is None or scope.sees(told) else SORTS[DEFAULT_SORT][0]


def _page(which: str, shape: dict[str, str], given: dict[str, Any]) -> tuple[bool, list[tuple[Any, ...]]]:
    """A page of rows, and whether something on the shelf of what is current has ended meanwhile."""
    far = given["offset"] and not shape["search"] and shape["column"] != SORTS[DEFAULT_SORT][0]
    rows = (_FAR if far else _NEAR).format(which=which, **shape)
    fetched = _fetch(_PAGE.format(rows=rows, **shape), given)
    overdue = fetched[0][0] if fetched else _fetch(f"SELECT {_OVERDUE}", given)[0][0]
    return overdue, [row[1:] for row in fetched]


def _count(which: str, conditions: str, given: dict[str, Any], *, cap: int | None) -> int:
    [[count]] = _fetch(_COUNT.format(which=which, search=conditions), given | {"cap": cap})
    return int(count)


def _fetch(query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall()


# What of a row may be hidden, by its place; days and contract are what a stay is.
_HIDEABLE = {5: Field.RELATION_NUMBER, 6: Field.BIRTH_DATE, 7: Field.EXTERNAL_REFERENCE}


def _drawn(scope: Scope, rows: Sequence[Sequence[Any]], today: date) -> list[ListRow]:
    """Rows as the scope is shown them: what the profile does not show is empty (U07)."""
    hidden = [place for place, field in _HIDEABLE.items() if not scope.sees(field)]
    return [_row([("" if n in hidden else v) for n, v in enumerate(row)] if hidden else row, today) for row in rows]


def _row(row: Sequence[Any], today: date) -> ListRow:
    id_, participant_id, initials, prefix, surname, number, birth_date, reference, contract_id, *days, open_kind = row
    first_day, last_day = days
    if open_kind:
        pending = str(open_kind)
    elif first_day > today:
        pending = "begins"
    else:
        pending = "leaves" if last_day is not None and last_day >= today else ""
    name = PersonName(initials, prefix, surname)
    return ListRow(id_, participant_id, name, number, birth_date, reference, contract_id, first_day, last_day, pending)
