"""Berichten: what happened and what is ready, by category and contract (U29, G11)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages as said
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collectief.audit import actions as audit
from collectief.contracts.queries import ContractView, contracts
from collectief.inbox import actions, queries
from collectief.inbox.queries import MessageView, NoMessage
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from .forms import MessagesForm
from .words import drawn

SIZE = 25


@page(Permission.SEE_MESSAGES, Capability.MESSAGES)
@require_GET
def messages(request: PortalRequest) -> HttpResponse:
    """All messages of one's roles, the latest first; by contract, category, person, and only what was not read."""
    known = contracts(request.scope)
    form = _form(request, known)
    asked = form.asked()
    if asked is None:
        return render(request, "inbox/list.html", {"form": form, "searched": True}, status=422)
    now = timezone.now()
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: queries.messages(request.scope, asked, now=now, page=page, size=SIZE),
    )  # fmt: skip
    _seen(request, "messages.list", found)
    context = {
        "form": form, "lines": drawn(found, request.scope), "total": total, "listed": True,
        "pages": pages(request.GET, number, last_page(total, SIZE)), "query": request.GET.urlencode(),
        "searched": any(request.GET.get(name) for name in form.fields),
        "kept": request.scope.profile.messages_kept.days, "any_unread": any(not view.read for view in found),
    }  # fmt: skip
    return render(request, "inbox/list.html", context)


@page(Permission.SEE_MESSAGES, Capability.MESSAGES)
@require_GET
def message(request: PortalRequest, message_id: int) -> HttpResponse:
    """One message; from here on it is read."""
    now = timezone.now()
    try:
        view = queries.message(request.scope, message_id, now=now)
    except NoMessage:
        raise Http404 from None
    actions.mark_read(request.scope, [message_id], now=now)
    _seen(request, "messages.see", [view])
    return render(request, "inbox/message.html", {"line": drawn([view], request.scope)[0]})


@page(Permission.SEE_MESSAGES, Capability.MESSAGES)
@require_POST
def read_all(request: PortalRequest) -> HttpResponse:
    """Everything that is filtered is read."""
    asked = _form(request, contracts(request.scope)).asked()
    if asked is not None:
        actions.mark_all_read(request.scope, asked, now=timezone.now())
        said.success(request, _("Deze berichten staan nu als gelezen."))
    query = request.GET.urlencode()
    return HttpResponseRedirect(reverse("messages") + (f"?{query}" if query else ""))


def _form(request: PortalRequest, known: Sequence[ContractView]) -> MessagesForm:
    readable = request.scope.profile.messages_for(request.scope.roles)
    return MessagesForm(request.GET or None, contracts=known, categories=readable)


def _seen(request: PortalRequest, action: str, found: Sequence[MessageView]) -> None:
    """Who was on the page; who is no participant is found by the message."""
    about = dict.fromkeys(view.participant_id for view in found if view.participant_id)
    audit.record(request.scope, action, participants=about, objects={"message": [view.id for view in found]})
