"""Tweede stap loskoppelen: one asks, another decides, and whoever it is about stops it by a link (K05, W04)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectief.access import resets as actions
from collectief.access import stopping, users
from collectief.access.resets import Asked
from collectief.access.rules import AccessRefused
from collectief.access.users import NoUser
from collectief.segments.profile import Permission

from ..accounts.words import access_refusal
from ..page import PortalRequest, page, public
from ..password.steps import drawn, given, sent
from . import present
from .forms import AskForm

HELP = Permission.HELP_USERS


@page(HELP)
@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest, account_id: int) -> HttpResponse:
    """Ask for it, having called back."""
    form = AskForm(sent(request))
    try:
        found = users.user(request.scope, account_id, now=timezone.now())
        number = given(request, form, lambda typed: actions.ask(
            request.scope, account_id, Asked(typed["spoken_with"], typed["call_note"], typed["reason"]),
            now=timezone.now(),
        ))  # fmt: skip
    except NoUser:
        raise Http404 from None
    if number is not None:
        messages.success(request, _("Gevraagd. Een tweede medewerker van de helpdesk beslist."))
        return redirect("reset", reset_id=number)
    return drawn(request, "helpdesk/ask.html", form, account_id=account_id, known=found.known)


@page(HELP)
@require_GET
def show(request: PortalRequest, reset_id: int) -> HttpResponse:
    """One request: what was noted, who did what, and what can be done."""
    try:
        found, name = users.reset(request.scope, reset_id)
    except NoUser:
        raise Http404 from None
    line = present.reset_line(found, name)
    return render(request, "helpdesk/reset.html", {"line": line, "mine": found.asked_by_id == request.scope.account_id})


@page(HELP)
@require_POST
def approve(request: PortalRequest, reset_id: int) -> HttpResponse:
    """Yes, after the waiting time."""
    return _done(request, reset_id, actions.approve, _("Goedgekeurd. De wachttijd loopt; de gebruiker krijgt bericht."))


@page(HELP)
@require_POST
def refuse(request: PortalRequest, reset_id: int) -> HttpResponse:
    """No."""
    return _done(request, reset_id, actions.refuse, _("Afgewezen. De gebruiker krijgt bericht."))


@page(HELP)
@require_POST
def stop(request: PortalRequest, reset_id: int) -> HttpResponse:
    """Not any more."""
    return _done(request, reset_id, actions.stop, _("Gestopt. De gebruiker krijgt bericht."))


@public
@never_cache
@require_http_methods(["GET", "POST"])
def stop_by_link(request: PortalRequest, token: str) -> HttpResponse:
    """Behind the link in a notice: stop it at once, whoever is signed in or not. Opening it stops nothing."""
    try:
        found = stopping.look_up(request.brand, token)
        line = present.reset_line(found, "")
        if request.method == "POST":
            stopping.stop_by_link(request.brand, token, now=timezone.now())
            return render(request, "helpdesk/stopped_by_link.html")
    except AccessRefused as refused:
        reason, remedy = access_refusal(refused.code, refused.params, request.brand)
        return render(request, "password/link_over.html", {"reason": reason, "remedy": remedy}, status=404)
    return render(request, "helpdesk/stop_by_link.html", {"line": line})


def _done(request: PortalRequest, reset_id: int, verb: Callable[..., None], said: str) -> HttpResponse:
    try:
        verb(request.scope, reset_id, now=timezone.now())
    except NoUser:
        raise Http404 from None
    except AccessRefused as refused:
        messages.error(request, " ".join(access_refusal(refused.code, refused.params, request.brand)))
    else:
        messages.success(request, said)
    return redirect("reset", reset_id=reset_id)
