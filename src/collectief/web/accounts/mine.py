"""Mijn account: who I am here, and where I am signed in (W05, ASVS 7.4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from ua_parser import parse

from collectief.access import sessions
from collectief.brands.catalogue import brand as brand_of
from collectief.segments.profile import Means

from ..page import PortalRequest, signed_in
from .leave import own_wish


@signed_in
@require_GET
def mine(request: PortalRequest) -> HttpResponse:
    """My own data and sessions."""
    found = sessions.own_sessions(request.scope, request.session.session_key, now=timezone.now())
    lines = [
        {
            "number": one.number, "portal": brand_of(one.brand).name, "browser": _browser(one.browser),
            "since": one.since, "seen": one.seen, "current": one.current,
        }
        for one in found
    ]  # fmt: skip
    with_password = Means.PASSWORD in request.scope.profile.means
    context = {"lines": lines, "with_password": with_password, "wish": own_wish(request)}
    return render(request, "accounts/mine.html", context)


@signed_in
@require_POST
def end_sessions(request: PortalRequest) -> HttpResponse:
    """Sign out elsewhere: one session, or every other one."""
    number = request.POST.get("sessie") or None
    ended = sessions.end_sessions(request.scope, request.session.session_key, number=number)
    said = ngettext("U bent op {count} andere plek uitgelogd.", "U bent op {count} andere plekken uitgelogd.", ended)
    messages.success(request, said.format(count=ended))
    return redirect("my_account")


def _browser(said: str) -> str:
    """A browser and its system as people call them."""
    found = parse(said)
    parts = [part.family for part in (found.user_agent, found.os) if part is not None]
    return _(" op ").join(parts) or _("Onbekend apparaat")
