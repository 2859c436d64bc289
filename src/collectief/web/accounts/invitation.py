"""The page behind the link in an invitation: opening it uses nothing up, signing in does (W01, U30, O02)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from collectief.access import invitations, sessions
from collectief.access.invitations import Invited
from collectief.access.queries import door
from collectief.access.rules import AccessRefused, Standing
from collectief.segments.profile import Means

from ..page import PortalRequest, public
from ..password.forms import NewPasswordForm
from ..password.views import say
from ..sign_in import INVITATION
from .words import access_refusal


@public
@never_cache
@sensitive_post_parameters()
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
    if Means.PASSWORD in door(request.brand, invited.segment).profile.means:
        return _with_password(request, token, invited)
    context = {
        "invited": invited,
        "minimum": door(request.brand, invited.segment).level.label,
        "begin": f"{reverse('sign_in_begin')}?{urlencode({INVITATION: token})}",
    }
    return render(request, "accounts/invitation.html", context)


def _with_password(request: PortalRequest, token: str, invited: Invited) -> HttpResponse:
    """Choose a password and agree to the terms; the second factor is next. Who has a password keeps it."""
    terms = request.brand.terms[request.LANGUAGE_CODE]
    form = NewPasswordForm(request.POST if request.method == "POST" else None, brand=request.brand, terms=terms)
    if invited.has_password:
        del form.fields["password"], form.fields["again"]
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            chosen = form.cleaned_data.get("password", "")
            member = invitations.accept_with_password(request.brand, token, chosen, now=now)
        except AccessRefused as refused:
            if refused.code == "invitation_over":
                return refused_page(request, refused)
            say(form, refused, request, "password")
        else:
            if invited.has_password:
                return redirect("sign_in")
            sessions.open_half(request.session, request.brand, member, "", now=now)
            return redirect("second_step")
    context = {"invited": invited, "form": form}
    return render(request, "accounts/invitation_password.html", context, status=422 if form.errors else 200)


def refused_page(request: PortalRequest, refused: AccessRefused) -> HttpResponse:
    """An invitation that opens no door; whatever is wrong with it, the answer looks the same."""
    reason, remedy = access_refusal(refused.code, refused.params, request.brand)
    return render(request, "accounts/invitation_refused.html", {"reason": reason, "remedy": remedy}, status=404)
