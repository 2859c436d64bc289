"""Dashboard and Mislukte verwerkingen: what was done, what failed and how to mend it (U03, U26)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.mutations.queries import latest, rejected_mutations
from collectief.mutations.rules import State
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..uploads.present import pages
from . import present

SIZE = 25


@page(Permission.SEE_DASHBOARD)
@require_GET
def dashboard(request: PortalRequest) -> HttpResponse:
    """The first page: news, and for who works with participants the last processings and failures."""
    scope = request.scope
    context: dict[str, object] = {"sees_people": scope.may(Permission.SEE_PARTICIPANTS)}
    if context["sees_people"]:
        known, today = contracts(scope), timezone.localdate()
        processed = latest(scope, State.PROCESSED)
        failed = latest(scope, State.REJECTED)
        about = [view.participant_id for view in (*processed, *failed) if view.participant_id]
        audit.record(scope, "mutations.latest", participants=about)
        context |= {
            "processed": [present.mutation_line(view, known, scope, today) for view in processed],
            "failed": [present.mutation_line(view, known, scope, today) for view in failed],
        }
    return render(request, "participants/dashboard.html", context)


@page(Permission.SEE_PARTICIPANTS, Capability.REJECTED_MUTATIONS)
@require_GET
def rejected(request: PortalRequest) -> HttpResponse:
    """What failed in the last 30 days: why, and what to do."""
    text = request.GET.get("pagina", "1")
    number = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    found, total = rejected_mutations(request.scope, now=timezone.now(), page=number, size=SIZE)
    known, today = contracts(request.scope), timezone.localdate()
    about = [view.participant_id for view in found if view.participant_id]
    audit.record(request.scope, "mutations.rejected", participants=about)
    context = {
        "lines": [present.mutation_line(view, known, request.scope, today) for view in found],
        "total": total,
        "pages": pages(number, total, SIZE, request.path),
    }
    return render(request, "participants/rejected.html", context)
