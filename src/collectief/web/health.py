"""For machines: is it alive, is it ready, what does it count."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from collectief.scope.secret import WrongSecret

from .page import public


@public
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 once the database answers, under our secret, and a worker beats; 503 with what is missing otherwise."""
    state = {"database": False, "secret": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')"
            )
            state = {"database": True, "secret": True, "worker": bool(cursor.fetchone()[0])}
    except WrongSecret:
        state["database"] = True
    except DatabaseError:
        connection.close()
    return JsonResponse(state, status=200 if all(state.values()) else 503)


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters of this process in Prometheus' text format; not on the host of a portal, which everyone can reach."""
    if request.brand is not None:  # type: ignore[attr-defined]
        raise Http404
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
