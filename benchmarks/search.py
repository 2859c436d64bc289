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

import os
import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from .report import Line, median, p95, seconds, watched_memory

STATE = Path(".data/bench")
SIZES = (10_000, 100_000, 1_000_000)
TODAY = date.today()
# Per search, spread over this many people looked for.
TRIES = 40
WARM_UP = 2
PEOPLE = 5
PAGE = 50

# Everything is made in the database: what is measured is reading. Chance is the id's digest, so that every run has
# the same world. Names follow a skewed alphabet.
_FILL = """
SET work_mem = '256MB';
INSERT INTO person (insurer_id, bsn_index, bsn_sealed, key_id)
  SELECT %(insurer)s, decode(md5('p' || n), 'hex'), '\\x00', 1 FROM generate_series(1, %(rows)s) n;
INSERT INTO participant (insurer_id, organisation_id, person_id, bsn_index, relation_number, external_reference,
                         initials, prefix, surname, birth_date, sort_key)
  SELECT %(insurer)s, CASE WHEN n %% 10 < 6 THEN %(large)s ELSE %(others)s END, p.id, p.bsn_index,
         (400000000 + n)::text, 'P' || n, 'A.', '', initcap(name),
         (date '1960-01-01' + ('x' || substr(md5('b' || n), 1, 7))::bit(28)::int %% 16000)::text, name || ' a'
    FROM (SELECT id, bsn_index, row_number() OVER () AS n FROM person) p,
         LATERAL (SELECT substr('abcdefghijklmnoprstvwz', (1 + 21 * power(abs(sin(n)), 2))::int, 1)
                         || substr(md5(n::text), 1, 7) AS name) made;
CREATE TEMPORARY TABLE plan AS
  SELECT p.*, contracts.ids[CASE WHEN chance %% 100 < 70 THEN 1 WHEN chance %% 100 < 90 THEN 2
                                 ELSE cardinality(contracts.ids) END] AS contract_id,
         CASE WHEN share < %(former)s * 10 THEN %(today)s - chance %% 900
              WHEN share > 1000 - (1000 - %(former)s * 10) / 50 THEN %(today)s + 1 + chance %% 60 END AS end_day,
         %(today)s - 20 - chance %% 400 AS first_day
    FROM (SELECT *, ('x' || substr(md5('s' || id), 1, 7))::bit(28)::int %% 1000 AS share,
                 ('x' || substr(md5('c' || id), 1, 7))::bit(28)::int AS chance FROM participant) p
    JOIN (SELECT organisation_id, array_agg(id ORDER BY id) AS ids FROM group_contract GROUP BY 1) contracts
         USING (organisation_id);
UPDATE plan SET first_day = end_day - 20 - chance %% 400 WHERE end_day IS NOT NULL;
UPDATE plan SET first_day = %(today)s + 1 + chance %% 60
 WHERE end_day IS NULL AND share - %(former)s * 10 <= (1000 - %(former)s * 10) / 100;
INSERT INTO participation (insurer_id, organisation_id, contract_id, participant_id, period, settled_end, reason,
                           sort_key, birth_date, relation_number, external_reference)
  SELECT insurer_id, organisation_id, contract_id, id, daterange(first_day, end_day),
         CASE WHEN end_day <= %(today)s THEN end_day END, '', sort_key, birth_date, relation_number, external_reference
    FROM plan
   UNION ALL
  SELECT insurer_id, organisation_id, contract_id, id,
         daterange(least(first_day, %(today)s) - 300 - chance %% 300, least(first_day, %(today)s) - 30 - chance %% 90),
         least(first_day, %(today)s) - 30 - chance %% 90, '', sort_key, birth_date, relation_number, external_reference
    FROM plan WHERE chance / 1000 %% 5 = 0;
INSERT INTO mutation (insurer_id, organisation_id, participant_id, account_id, account, kind, state, channel, code,
                      params, asked, touched, trail, participation_ids, source)
  SELECT insurer_id, organisation_id, id, 1, 'Anna', done.*, '', '{}'::jsonb, '{}'::jsonb, '[]'::jsonb, '[]'::jsonb,
         '{}'::bigint[], ''
    FROM plan, (VALUES ('enrol', 'processed', 'upload'), ('terminate', 'waiting', 'form')) done (kind, state, channel)
   WHERE state = 'processed' OR chance %% 200 = 0;
"""


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
    scope = world(size, former=former)
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


def world(size: int, *, former: int) -> Any:
    """The scope of an organisation with 60% of `size` people; the database is made once and kept."""
    from collectief.config.stack import Stack

    stack = Stack(int(os.environ.get("BENCH_PORT", "18900")), STATE, database=f"lists_{size}_{former}", scale=0)
    server = stack.start_server()
    if server is None:
        raise RuntimeError("this benchmark fills its own database: unset DATABASE_URL")
    stack.prepare()
    os.environ.update(stack.environment)
    import django
    from django.db import connections
    from psycopg import ClientCursor

    django.setup()
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = stack.database
    from collectief.demo.cast import BRUG, OTTO
    from collectief.demo.world import scope_of
    from collectief.enrolment.settling import settle_all

    scope = scope_of(BRUG, BRUG.colleagues[0])
    with server.superuser(stack.database) as connection:
        if connection.execute("SELECT 1 FROM mutation LIMIT 1").fetchone():
            # Made on an earlier day: what has ended since then is settled, as it is within a minute in life.
            settle_all(TODAY)
            return scope
        connection.cursor_factory = ClientCursor
        with connection.transaction():
            for statement in _FILL.strip().split(";\n"):
                connection.execute(
                    statement,
                    {
                        "insurer": scope.insurer_id, "rows": size, "large": scope.organisation_id, "today": TODAY,
                        "others": scope_of(OTTO, OTTO.colleagues[0]).organisation_id, "former": former,
                    },
                )  # fmt: skip
        # As autovacuum would within minutes.
        connection.execute("VACUUM ANALYZE")
    return scope
