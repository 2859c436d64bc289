"""The list query, with every search key, first and tenth page, sorted, under row security; and the whole page.

One organisation holds 60% of the rows; once 95% of them are former. The floor of a query is the same 50 rows by
primary key through the same driver; the floor of the page is a bare view with the same rows and template.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from .filling import TODAY, filled
from .report import Line, median, p95

SIZES = (10_000, 100_000, 1_000_000)
TRIES = 40


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
    scope = filled(SIZES[-1], former=30)
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
    scope = filled(size, former=former)
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
