"""Dashboard, In behandeling and Mislukte verwerkingen: what was done, what waits, what failed (U03, U26, law 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.inbox.news import news_for
from collectief.inbox.queries import MessageView
from collectief.inbox.queries import latest as latest_messages
from collectief.mutations.queries import MutationView, latest, open_mutations, rejected_mutations
from collectief.mutations.rules import State
from collectief.segments.profile import Capability, Field, Permission

from ..inbox.words import drawn
from ..office import office_desk
from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from ..rich_text import rich
from . import present
from .enrolling import enrolling_at
from .failures import failures

SIZE = 25
# How many of each stand on the dashboard.
FEW = 5


@page(Permission.SEE_DASHBOARD)
@require_GET
def dashboard(request: PortalRequest) -> HttpResponse:
    """The first page: for who works with participants what waits, the last failures and the last processings."""
    scope = request.scope
    context: dict[str, object] = {
        "sees_people": scope.may(Permission.SEE_PARTICIPANTS), "shows_people": scope.profile.shows_people,
        "for_others": scope.profile.acts_for_others,
        "manages": scope.may(Permission.MANAGE_ACCOUNTS),
        "sees_contracts": scope.may(Permission.SEE_CONTRACTS, Capability.LINK_CONTRACTS),
        "comes": scope.profile.comes.get(request.LANGUAGE_CODE, ""),
    }  # fmt: skip
    if scope.profile.is_office:
        context |= {"office": office_desk(scope, today=timezone.localdate())}
    else:
        context["news"] = [
            (one.title[request.LANGUAGE_CODE], rich(one.text[request.LANGUAGE_CODE]), one.since)
            for one in news_for(scope, today=timezone.localdate())
        ]
    told = latest_messages(scope, now=timezone.now(), count=FEW)
    context |= {
        "messages_seen": bool(scope.profile.messages_for(scope.roles)),
        "told": drawn(told, scope),
    }
    if context["sees_people"]:
        waiting, waiting_total = open_mutations(scope, size=FEW)
        failed, failed_total = rejected_mutations(scope, now=timezone.now(), size=FEW)
        processed = latest(scope, State.PROCESSED, count=FEW)
        _seen(request, "mutations.latest", [*waiting, *failed, *processed], told)
        draw = _drawer(request)
        context |= {
            "waiting": draw(waiting), "waiting_total": waiting_total, "failed": draw(failed),
            "failed_total": failed_total, "processed": draw(processed),
            "sees_rejected": scope.may(Permission.SEE_PARTICIPANTS, Capability.REJECTED_MUTATIONS),
            "enrolling": enrolling_at(scope),
        }  # fmt: skip
    return render(request, "participants/dashboard.html", context)


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def waiting(request: PortalRequest) -> HttpResponse:
    """Everything that is not decided yet; each leads to where it can be withdrawn."""
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: open_mutations(request.scope, page=page, size=SIZE),
    )  # fmt: skip
    _seen(request, "mutations.open", found)
    context = {
        "lines": _drawer(request)(found), "total": total, "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip
    return render(request, "participants/waiting.html", context)


@page(Permission.SEE_PARTICIPANTS, Capability.REJECTED_MUTATIONS)
@require_GET
def rejected(request: PortalRequest) -> HttpResponse:
    """What failed in the last 30 days: why, and what to do."""
    now = timezone.now()
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: rejected_mutations(request.scope, now=now, page=page, size=SIZE),
    )  # fmt: skip
    _seen(request, "mutations.rejected", found)
    context = {
        "failures": failures(request.scope, _drawer(request)(found)), "total": total,
        "sees_reference": request.scope.sees(Field.EXTERNAL_REFERENCE),
        "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip
    return render(request, "participants/rejected.html", context)


def _drawer(request: PortalRequest) -> Callable[[Sequence[MutationView]], list[present.MutationLine]]:
    """Draws mutations; asks once for what all of them need."""
    known, today = contracts(request.scope), timezone.localdate()
    return lambda found: [present.mutation_line(view, known, request.scope, today) for view in found]


def _seen(request: PortalRequest, action: str, found: Sequence[MutationView], told: Sequence[MessageView] = ()) -> None:
    """Who was on the page; newcomers are no participants yet, so mutations and messages are named too."""
    ids = [*(view.participant_id for view in found), *(view.participant_id for view in told)]
    about = dict.fromkeys(id_ for id_ in ids if id_)
    objects = {"mutation": [view.id for view in found], "message": [view.id for view in told]}
    audit.record(request.scope, action, participants=about, objects={kind: ids for kind, ids in objects.items() if ids})
