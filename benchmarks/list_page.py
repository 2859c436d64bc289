"""The whole list page: requests per second through every middleware, with a million participants.

Session, scope, row security, the page of rows, the capped count, the audit event and the commit are all in it: a
browser's request, less the network. The floor is a bare Django view that renders the same 50 rows with the same
template and context, with no database, session or middleware. Requests of the two alternate, so that whatever else
the machine is doing is in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .filling import filled
from .report import Line, median, p95, seconds, watched_memory
from .search import SIZES

REQUESTS = 150
WARM_UP = 10
ADDRESSES = {"current": "/deelnemers/?per_pagina=50", "former": "/oud-deelnemers/?per_pagina=50"}


def whole_page() -> Iterator[Line]:
    """A line for each list."""
    scope = filled(SIZES[-1], former=30)
    from django.test.utils import setup_test_environment

    # Makes templates tell what they were rendered with, for the floor; undone before anything is timed.
    setup_test_environment(debug=False)
    client = signed_in(scope)
    bare = {name: _bare_view(client, scope, address) for name, address in ADDRESSES.items()}
    _quiet()
    for name, address in ADDRESSES.items():
        ours, floor = [], []
        with watched_memory() as memory:
            for number in range(WARM_UP + REQUESTS):
                pair = seconds(lambda a=address: client.get(a)), seconds(bare[name])
                if number >= WARM_UP:
                    ours.append(pair[0])
                    floor.append(pair[1])
        more = {"list": name, "p95_ms": round(p95(ours) * 1000, 1)}
        yield Line("list-page", SIZES[-1], 1 / median(ours), 1 / median(floor), memory.peak / 2**20, more)


def _bare_view(client: Any, scope: Any, address: str) -> Any:
    """A view without anything around it, that draws what `address` drew."""
    from django.http import HttpResponse
    from django.template.loader import get_template
    from django.test.signals import template_rendered

    drawn: list[dict[str, Any]] = []

    def remember(sender: Any, template: Any, context: Any, **kwargs: Any) -> None:
        drawn.append(context.flatten())

    template_rendered.connect(remember)
    response = client.get(address)
    template_rendered.disconnect(remember)
    if response.status_code != 200 or not drawn:
        raise RuntimeError(f"{address} answered {response.status_code}")
    template, context = get_template("participants/list.html"), drawn[0]
    context["shell"] = _counted(context["shell"], scope)
    if len(context["lines"]) != 50:
        raise RuntimeError(f"{address} shows {len(context['lines'])} rows")

    def view() -> HttpResponse:
        return HttpResponse(template.template.render(_plain(context)))

    if abs(len(view().content) - len(response.content)) > len(response.content) / 20:
        raise RuntimeError("the floor does not draw the same page")
    return view


def _counted(shell: Any, scope: Any) -> Any:
    """What stands around the page, with the count of new messages asked beforehand: the floor asks nobody."""
    from copy import replace
    from functools import partial

    from collectief.scope.database import opened

    with opened(scope):
        counts = {one.url: one.new() for one in shell.menu if one.new}
    menu = [replace(one, new=partial(counts.get, one.url)) if one.new else one for one in shell.menu]
    return replace(shell, menu=menu)


def _plain(context: dict[str, Any]) -> Any:
    from django.template import Context

    return Context(context)


def _quiet() -> None:
    from django.test.utils import teardown_test_environment

    teardown_test_environment()


def signed_in(scope: Any) -> Any:
    """A browser with a live session of the scope's account."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone
    from django.utils.module_loading import import_string

    from collectief.access import sessions
    from collectief.access.models import Membership
    from collectief.brands.catalogue import brand
    from collectief.foundation.assurance import AssuranceLevel
    from collectief.scope.database import office, signing_in

    with office():
        membership = Membership.objects.get(account_id=scope.account_id, organisation_id=scope.organisation_id)
    with signing_in():
        session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
        sessions.open_session(session, brand(scope.brand), membership, AssuranceLevel.EH3, now=timezone.now())
        session.save()
    client = Client(headers={"host": f"{scope.brand}.localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
