"""The page behind the link in an invitation: opening it does nothing, the button begins (W01, U30, O02)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from collectief.access import invitations
from collectief.access.queries import door
from collectief.access.rules import AccessRefused, Standing
from collectief.gateways.eherkenning.port import SignInRefused

from .. import sign_in
from ..page import PortalRequest, public
from .words import access_refusal


@public
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: PortalRequest, token: str) -> HttpResponse:
    """Who is invited, by whom and for what; an expired invitation is sent anew, to the address we have."""
    try:
        invited = invitations.look_up(request.brand, token, now=timezone.now())
        if invited.standing == Standing.EXPIRED:
            invitations.renew_expired(request.brand, token, now=timezone.now())
            return render(request, "accounts/invitation_renewed.html")
        if invited.standing != Standing.INVITED:
            raise AccessRefused("invitation_over")
    except AccessRefused as refused:
        return refused_page(request, refused)
    if request.method == "POST":
        try:
            return HttpResponseRedirect(sign_in.begun(request, invitation=token))
        except SignInRefused as silent:
            return sign_in.refused_page(request, silent)
    context = {"invited": invited, "minimum": door(request.brand, invited.segment).level.label}
    return render(request, "accounts/invitation.html", context)


def refused_page(request: PortalRequest, refused: AccessRefused) -> HttpResponse:
    """An invitation that opens no door; whatever is wrong with it, the answer looks the same."""
    reason, remedy = access_refusal(refused.code, refused.params, request.brand)
    return render(request, "accounts/invitation_refused.html", {"reason": reason, "remedy": remedy}, status=404)
