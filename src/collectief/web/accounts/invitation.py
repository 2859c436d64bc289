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

from collectief.access import invitations, sessions, single_sign_on
from collectief.access.invitations import Invited
from collectief.access.queries import door
from collectief.access.rules import AccessRefused, Standing
from collectief.segments.profile import Means

from ..page import PortalRequest, public
from ..password.forms import NewPasswordForm
from ..password.steps import SEND, TOO_OFTEN, drawn, say, sent, visitor
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
            invitations.renew_expired(request.brand, token, address=visitor(request), now=timezone.now())
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
    """Choose a password and agree to the terms; the second factor is next. Who has a password keeps it.

    Where the account asks for a code by SMS (O03), that is sent first, when asked for: opening a link sends nothing,
    since programs open links too.
    """
    row = sessions.kept(request.session, _row(invited))
    if invited.asks_code and (SEND in request.POST or row is None):
        return _code(request, token, invited)
    form = NewPasswordForm(
        sent(request), brand=request.brand, terms=request.brand.terms[request.LANGUAGE_CODE], code=invited.asks_code,
        password=not invited.has_password,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        now, typed = timezone.now(), form.cleaned_data
        try:
            member, codes = invitations.accept_with_password(
                request.brand, token, typed.get("password", ""), sent=row or 0, code=typed.get("code", ""), now=now
            )
        except AccessRefused as refused:
            if refused.code == "invitation_over":
                return refused_page(request, refused)
            say(form, refused, request, "password" if refused.code.startswith("password") else "code")
        else:
            if invited.has_password:
                return redirect("sign_in")
            if not codes:
                sessions.open_half(request.session, request.brand, member, "", now=now)
                return redirect("second_step")
            # Password and confirmed number are the two factors: in.
            sessions.open_session(
                request.session, request.brand, member, None, now=now, browser=request.headers.get("User-Agent", "")
            )
            context = {"codes": codes, "next": reverse("dashboard")}
            return render(request, "password/recovery_codes.html", context)
    begin = f"{reverse('single_sign_on')}?{urlencode({INVITATION: token})}"
    offered = single_sign_on.is_offered(request.brand)
    return drawn(request, "accounts/invitation_password.html", form, invited=invited, begin=begin if offered else "")


def _code(request: PortalRequest, token: str, invited: Invited) -> HttpResponse:
    """The page that sends the code, and sends it again."""
    refusal = ""
    if SEND in request.POST:
        try:
            row = invitations.send_code(request.brand, token, language=request.LANGUAGE_CODE, now=timezone.now())
        except AccessRefused as refused:
            refusal = " ".join(access_refusal(refused.code, refused.params, request.brand))
        else:
            sessions.keep(request.session, **{_row(invited): row})
            return redirect("invitation", token=token)
    context = {"invited": invited, "ending": invited.mobile[-3:], "refusal": refusal}
    return render(request, "accounts/invitation_code.html", context, status=422 if refusal else 200)


def _row(invited: Invited) -> str:
    return f"invitation_{invited.id}"


def refused_page(request: PortalRequest, refused: AccessRefused) -> HttpResponse:
    """An invitation that opens no door; whatever is wrong with it, the answer looks the same."""
    reason, remedy = access_refusal(refused.code, refused.params, request.brand)
    status = 429 if refused.code in TOO_OFTEN else 404
    return render(request, "accounts/invitation_refused.html", {"reason": reason, "remedy": remedy}, status=status)
