"""Where enrolling a household begins, and what became of one (G06, G07)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.mutations import queries as mutations
from collectief.mutations.rules import State
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..participants import present
from . import draft as drafts


@page(Permission.CHANGE_PARTICIPANTS, Capability.ENROL_HOUSEHOLD)
@require_GET
def start(request: PortalRequest) -> HttpResponse:
    """Nieuwe deelnemer: a client with their family, or relatives of who takes part already."""
    profile = request.scope.profile
    context = {
        "adds": profile.allows(Capability.ADD_RELATIVES), "off": profile.switched_off(Capability.ADD_RELATIVES),
    }  # fmt: skip
    return render(request, "household/start.html", context)


@page(Permission.SEE_PARTICIPANTS, Capability.ENROL_HOUSEHOLD)
@require_GET
def done(request: PortalRequest, mutation_id: int) -> HttpResponse:
    """What became of everyone who was enrolled together; one who was refused can be mended and sent again."""
    try:
        found = mutations.together_with(request.scope, mutation_id)
    except mutations.NotFound:
        raise Http404 from None
    known, today = contracts(request.scope), timezone.localdate()
    about = [view.participant_id for view in found if view.participant_id]
    audit.record(request.scope, "mutations.see", participants=about, objects={"mutation": [one.id for one in found]})
    lines = [present.mutation_line(view, known, request.scope, today) for view in found]
    rejected = any(view.state == State.REJECTED for view in found)
    processed = all(view.state == State.PROCESSED for view in found)
    sent = {view.id for view in found}
    if processed and (kept := drafts.sent_as(request.session, request.scope, sent)):
        drafts.drop(request.session, kept[0])
    context = {
        "lines": lines,
        "open": next((line for line in lines if line.view.open), None),
        "rejected": rejected,
        "processed": processed,
        "mended": _mended(request, sent) if rejected else "",
    }
    return render(request, "household/done.html", context)


def _mended(request: PortalRequest, sent: set[int]) -> str:
    """The draft that was sent as these and refused, open again; empty where it is gone."""
    kept = drafts.sent_as(request.session, request.scope, sent)
    if kept is None:
        return ""
    name, draft = kept
    draft.sent = None
    drafts.keep(request.session, request.scope, name, draft)
    return name
