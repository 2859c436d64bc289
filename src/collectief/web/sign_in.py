"""The way in and out: eHerkenning, the portal's own account, and the session between (U01)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectief.access import actions as access
from collectief.access import choosing, invitations, linking, sessions, single_sign_on
from collectief.access.identity import identity_provider
from collectief.access.queries import lowest_level, own_membership
from collectief.access.rules import AccessRefused
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.port import Identity, SignInRefused
from collectief.scope.database import signing_in
from collectief.scope.scope import Scope
from collectief.segments.profile import Means

from .page import ENDED, NOT_SENT, PortalRequest, public, signed_in
from .password.forms import PasswordForm
from .words import sign_in_refusal

if TYPE_CHECKING:
    from collectief.access.models import Membership

_PENDING = "signing_in"
# Which invitation one comes in with, in the address that begins.
INVITATION = "uitnodiging"
# What the address that begins says when one's own account gets an eHerkenning (O05).
LINK = "koppelen"
# What a broker's form may bring.
_ANSWER = ("SAMLart", "RelayState")


@public
@require_GET
def home(request: PortalRequest) -> HttpResponse:
    """The front door: the dashboard for who is in, the way in for who is not."""
    if request.scope is not None:
        return redirect("dashboard")
    return sign_in(request)


@public
@require_GET
def sign_in(request: PortalRequest) -> HttpResponse:
    """What one needs to get in, and the button that begins."""
    return way_in(request, PasswordForm())


def way_in(request: PortalRequest, form: PasswordForm, *, status: int = 200) -> HttpResponse:
    """The way-in page, with the means of signing in that this portal has."""
    context = {
        "next": safe_next(request),
        "minimum": lowest_level(request.brand).label,
        "ended": ENDED in request.GET,
        "not_sent": NOT_SENT in request.GET,
        "signed_out": "uitgelogd" in request.GET,
        "eherkenning": Means.EHERKENNING in request.brand.means,
        "single_sign_on": single_sign_on.is_offered(request.brand),
        "form": form if Means.PASSWORD in request.brand.means else None,
    }
    return render(request, "sign_in.html", context, status=status)


@public
@require_GET
def begin(request: PortalRequest) -> HttpResponse:
    """Off to eHerkenning, outside any transaction; what must be recognised on return stays in the session."""
    _only_with_eherkenning(request)
    try:
        begun = identity_provider(request.brand).begin(
            return_url=return_url(request), minimum=lowest_level(request.brand)
        )
    except SignInRefused as refused:
        return refused_page(request, refused)
    # An invitation is looked at once it is known who comes: beginning uses nothing up.
    invitation = request.GET.get(INVITATION, "")[:200]
    request.session[_PENDING] = {
        "keep": dict(begun.keep), "next": safe_next(request), "invitation": invitation, "link": LINK in request.GET,
    }  # fmt: skip
    return HttpResponseRedirect(begun.url)


@csrf_exempt
@public
@require_http_methods(["GET", "POST"])
def complete(request: PortalRequest) -> HttpResponse:
    """Back from eHerkenning, outside any transaction: in, or told why not and what to do.

    A broker may send the browser here with a form (SAML artifact by POST). That comes from another site, so without
    the session (SameSite=Lax) and without our form token: nothing is done with it but to come again by GET, which
    brings the session. What counts is then the same as ever: the answer must fit the question in that session.
    """
    _only_with_eherkenning(request)
    if request.method == "POST":
        answer = {name: request.POST[name] for name in _ANSWER if name in request.POST}
        response = HttpResponseRedirect(f"{reverse('sign_in_complete')}?{urlencode(answer)}")
        response.status_code = 303
        return response
    pending = request.session.pop(_PENDING, None)
    minimum = lowest_level(request.brand)
    try:
        if pending is None:
            raise SignInRefused("expired")
        # Forgotten before it is asked about: an answer counts once, also when two come at the same time.
        request.session.save()
        identity = identity_provider(request.brand).complete(
            return_url=return_url(request), answer=request.GET.dict(), keep=pending["keep"], minimum=minimum
        )
        if pending["link"]:
            return _linked(request, identity)
        if pending["invitation"]:
            invited = invitations.accept(request.brand, pending["invitation"], identity, now=timezone.now())
            return enter(request, invited, identity.level, pending["next"])
        memberships = access.admit(request.brand, identity)
    except SignInRefused as refused:
        return refused_page(request, refused)
    except AccessRefused as over:
        return refused_page(request, SignInRefused(over.code))
    if len(memberships) > 1:
        choosing.hold(request.session, request.brand, identity, memberships, next_=pending["next"], now=timezone.now())
        return redirect("choose_organisation")
    return enter(request, memberships[0], identity.level, pending["next"])


def _still_in(request: PortalRequest) -> Scope | None:
    """Who is signed in; nobody any more when the session ended on the way to eHerkenning and back."""
    try:
        return sessions.scope_of(request.session, request.brand, now=timezone.now())
    except sessions.SessionOver:
        return None


def _linked(request: PortalRequest, identity: Identity) -> HttpResponse:
    """Their own account gets this eHerkenning, if a second factor was given just now; else that comes first."""
    now = timezone.now()
    with signing_in():
        scope = _still_in(request)
        fresh = sessions.is_fresh(request.session, now=now)
    if scope is None:
        return redirect("sign_in")
    # Under a mandate that page leads to one's own organisation first.
    if not fresh or scope.mandate is not None:
        return redirect("own_sign_in")
    linking.link(scope, own_membership(scope), identity)
    messages.success(request, _("eHerkenning is gekoppeld. Voortaan kan inloggen daarmee ook."))
    return redirect("own_sign_in")


def enter(
    request: PortalRequest,
    membership: Membership,
    level: AssuranceLevel | None,
    where: str,
    *,
    single_sign_on: datetime | None = None,
) -> HttpResponse:
    """In: a session for this membership, and on to where somebody was going."""
    stopped = sessions.open_session(
        request.session, request.brand, membership, level, now=timezone.now(),
        browser=request.headers.get("User-Agent", ""), single_sign_on=single_sign_on,
    )  # fmt: skip
    say_stopped(request, stopped)
    return HttpResponseRedirect(where or first_page(request))


def first_page(request: PortalRequest) -> str:
    """Where who goes nowhere in particular begins: choosing in whose name, for who has a choice (X07)."""
    with signing_in():
        scope = sessions.scope_of(request.session, request.brand, now=timezone.now())
    return reverse("on_behalf" if scope is not None and scope.represents else "dashboard")


def say_stopped(request: PortalRequest, stopped: bool) -> None:
    """Tell who got in that the reset of their second factor, if one was under way, was stopped by it (K05)."""
    if stopped:
        messages.warning(
            request,
            _(
                "Bij de helpdesk was gevraagd om uw tweede stap los te koppelen. U kunt nog inloggen, dus dat is"
                " gestopt. Had u er niet om gevraagd? Bel dan {phone}."
            ).format(phone=request.brand.support_phone),
        )


@public
@require_POST
def sign_out(request: PortalRequest) -> HttpResponse:
    """Out, here and now."""
    if request.scope is not None:
        access.sign_out(request.scope)
    request.session.flush()
    return redirect(f"{reverse('sign_in')}?uitgelogd")


@signed_in
@require_POST
def stay(request: PortalRequest) -> HttpResponse:
    """ "Ingelogd blijven": the session counts as used; the middleware did the work."""
    return HttpResponse(status=204)


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Dutch or English, kept in a cookie; back to the page one was on."""
    chosen = request.POST.get("language", "")
    where = request.POST.get(REDIRECT_FIELD_NAME, "/")
    if not url_has_allowed_host_and_scheme(where, {request.get_host()}, require_https=request.is_secure()):
        where = "/"
    response = HttpResponseRedirect(where)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    return response


def _only_with_eherkenning(request: PortalRequest) -> None:
    if Means.EHERKENNING not in request.brand.means:
        raise Http404


def return_url(request: HttpRequest) -> str:
    """Where eHerkenning sends the browser back to."""
    return request.build_absolute_uri(reverse("sign_in_complete"))


def safe_next(request: HttpRequest) -> str:
    """The page of this portal that somebody was going to; empty when there is none."""
    where = request.GET.get(REDIRECT_FIELD_NAME, "")
    safe = url_has_allowed_host_and_scheme(where, {request.get_host()}, require_https=request.is_secure())
    return where if safe else ""


def refused_page(request: PortalRequest, refused: SignInRefused) -> HttpResponse:
    """Why nobody was let in, and what to do."""
    reason, remedy = sign_in_refusal(refused.code, refused.params, request.brand)
    context = {"reason": reason, "remedy": remedy, "minimum": lowest_level(request.brand).label}
    return render(request, "sign_in_refused.html", context, status=403)
