"""The list query, under row security: every search, first and tenth page, sorted on every column both ways.

A list query is what asks for one page of rows: the rows with their names, what is pending for each of them, and
whether the shelf is settled. That is one statement, asked as the organisation's role in a transaction that is open
already, as in a request. The capped count above the list is a statement of its own and measured as such
(`capped_count`); what the page around them costs is `list-page`.

The world has as many people as the size says, a fifth of them with an earlier stay as well. One organisation holds
60% of them, in three contracts; 30% of them are former, once 95%. Of who is current, 2% leave within two months and
1% begin later; 0.5% have something pending. Searches are for people picked by chance: a surname by its first two
letters and whole, the others whole, and the first letters of relation number and reference. Both lists are measured,
each with its own search keys. The floor is a primary-key SELECT of the columns shown, of 50 rows of the same table,
by the same role through the same driver.

`ratio` and `worst` are of the search whose median was slowest; `page_one` is the worst of the first pages,
`by_key` those that are not resorted. `p95_growth` is how much the 95th percentile of all searches grew from the
smallest size to the largest, in terms of the floor's own growth.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from .filling import TODAY, filled
from .report import Line, median, p95, seconds, watched_memory

SIZES = (10_000, 100_000, 1_000_000)
# Per search, spread over this many people looked for.
TRIES = 40
WARM_UP = 2
PEOPLE = 5
PAGE = 50


def lists() -> Iterator[Line]:
    """A line per size, and one with 95% former participants."""
    growth: dict[int, tuple[float, float]] = {}
    for size in SIZES:
        line, growth[size] = _measure(size, former=30)
        if size == SIZES[-1]:
            (p95_before, floor_before), (p95_after, floor_after) = growth[SIZES[0]], growth[size]
            line.more["p95_growth"] = round(p95_after / p95_before / (floor_after / floor_before), 2)
        yield line
    yield _measure(SIZES[-1], former=95)[0]


def _measure(size: int, *, former: int) -> tuple[Line, tuple[float, float]]:
    scope = filled(size, former=former)
    from collectief.enrolment.queries import Search, current_participants
    from collectief.scope.database import opened

    with watched_memory() as memory, opened(scope):
        rows = current_participants(scope, Search(), today=TODAY, sort="referentie", size=500).rows
        ids = [row.id for row in rows]
        chance = random.Random(size)
        floors = [_floor(chance.sample(ids, PAGE)) for _ in range(PEOPLE)]
        searches, counts = dict(_searches(scope, random.Random(size))), dict(_counts(scope))
        timed: dict[str, list[float]] = {name: [] for name in (*searches, *counts)}
        floor: list[float] = []
        # In turn, and the floor in between: what else the machine is doing meanwhile is then in all of them.
        for round_ in range(-WARM_UP, TRIES):
            for name, works in (searches | counts).items():
                taken = seconds(works[round_ % len(works)]), seconds(floors[round_ % len(floors)])
                if round_ >= 0:
                    timed[name].append(taken[0])
                    floor.append(taken[1])
    base = median(floor)
    ratios = {name: round(median(timed[name]) / base, 2) for name in searches}
    worst = max(ratios, key=lambda name: ratios[name])
    first = {name: ratio for name, ratio in ratios.items() if name.endswith("/1")}
    plain = {name: ratio for name, ratio in ratios.items() if "/all/" in name or "/naam/" in name}
    more = {
        "former": former,
        "worst": worst,
        "page_one": max(first.values()),
        "page_one_worst": max(first, key=lambda name: first[name]),
        "by_key": max(plain.values()),
        "by_key_worst": max(plain, key=lambda name: plain[name]),
        "typical": round(median(list(ratios.values())), 2),
        "capped_count": max(round(median(timed[name]) / base, 2) for name in counts),
    }
    every = [second for name in searches for second in timed[name]]
    line = Line("search", size, 1 / median(timed[worst]), 1 / base, memory.peak / 2**20, more)
    return line, (p95(every), p95(floor))


def _searches(scope: Any, chance: random.Random) -> Iterator[tuple[str, list[Callable[[], Any]]]]:
    """What is asked: a name, and the same search for each of some people."""
    from collectief.enrolment.queries import SORTS, Search, current_participants, former_participants
    from collectief.segments.profile import SearchKey

    for name, find, keys in (
        ("current", current_participants, scope.profile.current_search),
        ("former", former_participants, scope.profile.former_search),
    ):
        known = [row for sort in SORTS for row in find(scope, Search(), today=TODAY, sort=sort, page=7, size=200).rows]
        people = chance.sample(known, PEOPLE)
        makes: dict[str, Callable[[Any], Search]] = {
            "all": lambda row: Search(),
            "surname_2": lambda row: Search(surname=row.name.surname[:2]),
            "surname": lambda row: Search(surname=row.name.surname),
            "relation_number": lambda row: Search(relation_number=row.relation_number),
            "birth_date": lambda row: Search(birth_date=row.birth_date),
        }
        if SearchKey.EXTERNAL_REFERENCE in keys:
            makes["reference"] = lambda row: Search(external_reference=row.external_reference)
        for key, make in makes.items():
            for sort in (*SORTS, *(f"-{column}" for column in SORTS)):
                for page in (1, 10):
                    yield (
                        f"{name}/{key}/{sort}/{page}",
                        [_asked(find, scope, make(row), sort, page) for row in people],
                    )


def _asked(find: Callable[..., Any], scope: Any, search: Any, sort: str, page: int) -> Callable[[], Any]:
    from collectief.enrolment import queries

    shown, keys = (
        (queries._CURRENT, scope.profile.current_search)
        if find is queries.current_participants
        else (queries._FORMER, scope.profile.former_search)
    )
    return lambda: queries._rows(scope, search, shown, keys, TODAY, sort, page, PAGE)


def _counts(scope: Any) -> Iterator[tuple[str, list[Callable[[], Any]]]]:
    from collectief.enrolment import queries

    given = {"organisation": scope.organisation_id, "today": TODAY}
    for name, shown in (("current", queries._CURRENT), ("former", queries._FORMER)):
        yield f"count/{name}", [lambda w=shown.shelf: queries._count(w, "", given, cap=queries.COUNT_CAP + 1)]


def _floor(ids: list[int]) -> Callable[[], Any]:
    from django.db import connection

    def work() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, participant_id, contract_id, sort_key, relation_number, birth_date, external_reference,"
                " first_day, upper(period) FROM participation WHERE id = ANY (%s)",
                [ids],
            )
            return cursor.fetchall()

    return work
