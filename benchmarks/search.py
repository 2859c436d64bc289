"""The list query, with every search key, first and tenth page, sorted, under row security; and the whole page.

One organisation holds 60% of the rows; once 95% of them are former. The floor of a query is the same 50 rows by
primary key through the same driver; the floor of the page is a bare view with the same rows and template.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from .report import Line, median, p95

STATE = Path(".data/bench")
SIZES = (10_000, 100_000, 1_000_000)
TODAY = date(2026, 11, 24)
TRIES = 40

# Everything is made in the database: what is measured is reading. Names follow a skewed alphabet.
_FILL = """
INSERT INTO person (insurer_id, bsn_index, bsn_sealed, key_id)
  SELECT %(insurer)s, decode(md5('p' || n), 'hex'), '\\x00', 1 FROM generate_series(1, %(rows)s) n;
INSERT INTO participant (insurer_id, organisation_id, person_id, bsn_index, relation_number, external_reference,
                         initials, prefix, surname, birth_date, sort_key)
  SELECT %(insurer)s, CASE WHEN n %% 10 < 6 THEN %(large)s ELSE %(others)s END, p.id, p.bsn_index,
         (400000000 + n)::text, 'P' || n, 'A.', '', initcap(name),
         (1960 + n %% 45)::text || '-0' || (1 + n %% 9) || '-15',
         name || ' a'
    FROM (SELECT id, bsn_index, row_number() OVER () AS n FROM person) p,
         LATERAL (SELECT substr('abcdefghijklmnoprstvwz', (1 + 21 * power(abs(sin(n)), 2))::int, 1)
                         || substr(md5(n::text), 1, 7) AS name) made;
INSERT INTO participation (insurer_id, organisation_id, contract_id, participant_id, period, reason, sort_key,
                           birth_date, relation_number, external_reference)
  SELECT insurer_id, organisation_id, %(contract)s, id,
         daterange(%(today)s - (id %% 900)::int - 400,
                   CASE WHEN hashint8(id) %% 100 < %(former)s AND hashint8(id) %% 100 > -%(former)s
                        THEN %(today)s - (id %% 300)::int END),
         '', sort_key, birth_date, relation_number, external_reference FROM participant;
ANALYZE person; ANALYZE participant; ANALYZE participation;
"""


def lists() -> Iterator[Line]:
    """A line per size, and one with 95% former participants."""
    p95s: dict[int, float] = {}
    floors: dict[int, float] = {}
    for size in SIZES:
        yield _measure(size, former=30, p95s=p95s, floors=floors)
    growth = p95s[SIZES[-1]] / p95s[SIZES[0]] / (floors[SIZES[-1]] / floors[SIZES[0]])
    line = _measure(SIZES[-1], former=95, p95s={}, floors={})
    yield Line("search-former", line.n, line.per_s, line.floor_per_s, 0, {**line.more, "p95_growth": round(growth, 2)})


def whole_page() -> Iterator[Line]:
    """The list page through Django, with a million participants, beside a bare view of the same rows."""
    scope = _world(SIZES[-1], former=30)
    from django.http import HttpRequest, HttpResponse
    from django.test import RequestFactory

    client = _client(scope)
    captured: dict[str, Any] = {}
    from django.template.loader import get_template
    from django.test.signals import template_rendered

    def remember(sender: Any, template: Any, context: Any, **kwargs: Any) -> None:
        captured.setdefault("context", context.flatten())

    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    template_rendered.connect(remember)
    response = client.get("/deelnemers/?per_pagina=50")
    template_rendered.disconnect(remember)
    if response.status_code != 200:
        raise RuntimeError(response.status_code)
    template = get_template("participants/list.html")
    context = {key: value for key, value in captured["context"].items() if key not in ("request", "csrf_token")}
    request = RequestFactory().get("/deelnemers/")

    def bare(asked: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render(context, asked))

    _times(lambda: client.get("/deelnemers/?per_pagina=50"), 5)
    ours = median(_times(lambda: client.get("/deelnemers/?per_pagina=50"), 60))
    request.brand, request.scope, request.session = None, None, client.session  # type: ignore[attr-defined]
    floor = median(_times(lambda: bare(request), 60))
    yield Line("list-page", SIZES[-1], 1 / ours, 1 / floor, 0)


def _measure(size: int, *, former: int, p95s: dict[int, float], floors: dict[int, float]) -> Line:
    scope = _world(size, former=former)
    from collectief.enrolment.queries import SORTS, Search, current_participants
    from collectief.scope.database import opened

    found = current_participants
    chance = random.Random(size)
    with opened(scope):
        sample = found(scope, Search(), today=TODAY, size=50, page=3).rows
    searches: dict[str, Callable[[], Any]] = {}
    for sort in (*SORTS, *(f"-{key}" for key in SORTS)):
        for page in (1, 10):
            searches[f"all/{sort}/{page}"] = lambda s=sort, p=page: found(scope, Search(), today=TODAY, sort=s, page=p)
    for name, make in {
        "surname": lambda row: Search(surname=row.name.surname[:2]),
        "surname_full": lambda row: Search(surname=row.name.surname),
        "relation_number": lambda row: Search(relation_number=row.relation_number),
        "birth_date": lambda row: Search(birth_date=row.birth_date),
        "reference": lambda row: Search(external_reference=row.external_reference),
    }.items():
        for page in (1, 10):
            searches[f"{name}/{page}"] = lambda m=make, p=page: found(
                scope, m(chance.choice(sample)), today=TODAY, page=p
            )
    with opened(scope):
        floor = _times(_floor([row.id for row in sample]), 200)
        timed = {}
        for name, work in searches.items():
            _times(work, 3)
            timed[name] = _times(work, TRIES)
    worst = max(timed, key=lambda name: median(timed[name]))
    every = [second for times in timed.values() for second in times]
    p95s[size], floors[size] = p95(every), p95(floor)
    ratios = {name: round(median(times) / median(floor), 2) for name, times in timed.items()}
    more = {"worst": worst, "page_one": max(ratio for name, ratio in ratios.items() if name.endswith("/1"))}
    return Line("search", size, 1 / median(timed[worst]), 1 / median(floor), 0, more)


def _floor(ids: list[int]) -> Callable[[], Any]:
    from django.db import connection

    def work() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM participation WHERE id = ANY (%s)", [ids])
            return cursor.fetchall()

    return work


def _times(work: Callable[[], Any], count: int) -> list[float]:
    taken = []
    for _ in range(count):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return taken


def _world(size: int, *, former: int) -> Any:
    """A database of `size` participants, made once per size and kept."""
    from collectief.config.stack import Stack

    stack = Stack(18_900, STATE, database=f"bench_{size}_{former}", scale=0)
    server = stack.start_server()
    if server is None:
        raise RuntimeError("this benchmark fills its own database: unset DATABASE_URL")
    new = False
    with server.superuser() as connection:
        new = not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [stack.database]).fetchone()
    if new:
        stack.prepare()
    os.environ.update(stack.environment)
    import django
    from django.db import connections

    django.setup()
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = stack.database
    from collectief.demo.cast import BRUG, OTTO
    from collectief.demo.world import scope_of

    scope = scope_of(BRUG, BRUG.colleagues[0])
    if new:
        other = scope_of(OTTO, OTTO.colleagues[0])
        with server.superuser(stack.database) as connection:
            contract = connection.execute("SELECT min(id) FROM group_contract").fetchone()[0]
            given = {
                "insurer": scope.insurer_id, "rows": size, "large": scope.organisation_id, "contract": contract,
                "others": other.organisation_id, "today": TODAY, "former": former,
            }  # fmt: skip
            for statement in _FILL.split(";\n"):
                if statement.strip():
                    wanted = {key: value for key, value in given.items() if f"%({key})s" in statement}
                    connection.execute(statement, wanted or None)
    return scope


def _client(scope: Any) -> Any:
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import Client
    from django.utils import timezone

    from collectief.access import sessions
    from collectief.access.models import Membership
    from collectief.brands.catalogue import brand
    from collectief.foundation.assurance import AssuranceLevel
    from collectief.scope.database import office, signing_in

    with office():
        membership = Membership.objects.get(account_id=scope.account_id, organisation_id=scope.organisation_id)
    with signing_in():
        session = SessionStore()
        sessions.open_session(session, brand(scope.brand), membership, AssuranceLevel.EH3, now=timezone.now())
        session.save()
    client = Client(headers={"host": f"{scope.brand}.localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
