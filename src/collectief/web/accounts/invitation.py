"""The page behind the link in an invitation: opening it uses nothing up, signing in does (W01, U30, O02)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from collectief.access import invitations
from collectief.access.queries import door
from collectief.access.rules import AccessRefused, Standing

from ..page import PortalRequest, public
from ..sign_in import INVITATION
from .words import access_refusal


@public
@never_cache
@require_GET
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
        return _refused(request, refused)
    context = {
        "invited": invited,
        "minimum": door(request.brand, invited.segment).level.label,
        "begin": f"{reverse('sign_in_begin')}?{urlencode({INVITATION: token})}",
    }
    return render(request, "accounts/invitation.html", context)


def _refused(request: PortalRequest, refused: AccessRefused) -> HttpResponse:
    """An invitation that opens no door; whatever is wrong with it, the answer looks the same."""
    reason, remedy = access_refusal(refused.code, refused.params, request.brand)
    return render(request, "accounts/invitation_refused.html", {"reason": reason, "remedy": remedy}, status=404)
