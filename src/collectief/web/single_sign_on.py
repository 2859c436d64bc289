"""The way in for the insurer's own staff by the insurer's own identity provider, called their werkaccount (K05)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.access import single_sign_on as access
from collectief.access.rules import AccessRefused
from collectief.brands.catalogue import Brand
from collectief.gateways.sign_in import SignInRefused

from .page import PortalRequest, public
from .sign_in import INVITATION, enter, safe_next

_PENDING = "single_sign_on"
# What the address that begins says when somebody is to prove once more who they are.
AGAIN = "opnieuw"
# Who is signed in at the provider, but not as it must be: coming back like that would end here again.
_OTHERWISE = ("no_second_factor", "work_account_taken")


@public
@require_GET
def begin(request: PortalRequest) -> HttpResponse:
    """Off to the provider, outside any transaction; what must be recognised on return stays in the session."""
    _only_where_offered(request)
    try:
        begun = access.provider_of(request.brand).begin(return_url=_return_url(request), again=AGAIN in request.GET)
    except SignInRefused as refused:
        return _refused(request, refused.code)
    # An invitation is looked at once it is known who comes: beginning uses nothing up.
    invitation = request.GET.get(INVITATION, "")[:200]
    request.session[_PENDING] = {"keep": dict(begun.keep), "next": safe_next(request), "invitation": invitation}
    return HttpResponseRedirect(begun.url)


@public
@require_GET
def complete(request: PortalRequest) -> HttpResponse:
    """Back from the provider, outside any transaction: in, or told why not and what to do."""
    _only_where_offered(request)
    pending = request.session.pop(_PENDING, None)
    try:
        if pending is None:
            raise SignInRefused("expired")
        # Forgotten before it is asked about: an answer counts once, also when two come at the same time.
        request.session.save()
        employee = access.provider_of(request.brand).complete(
            return_url=_return_url(request), answer=request.GET.dict(), keep=pending["keep"]
        )
        if pending["invitation"]:
            member = access.accept(request.brand, pending["invitation"], employee, now=timezone.now())
        else:
            member = access.admit(request.brand, employee)
    except (SignInRefused, AccessRefused) as refused:
        return _refused(request, refused.code, pending["invitation"] if pending else "")
    since = datetime.fromtimestamp(employee.since, UTC)
    return enter(request, member, None, pending["next"], single_sign_on=since)


def _only_where_offered(request: PortalRequest) -> None:
    if not access.is_offered(request.brand):
        raise Http404


def _return_url(request: PortalRequest) -> str:
    return request.build_absolute_uri(reverse("single_sign_on_complete"))


def _refused(request: PortalRequest, code: str, invitation: str = "") -> HttpResponse:
    """Why nobody was let in, and what to do; where that is to sign in otherwise, the provider is told to ask again."""
    reason, remedy = refusal_words(code, request.brand)
    context = {"reason": reason, "remedy": remedy}
    if code in _OTHERWISE:
        query = {AGAIN: "1", **({INVITATION: invitation} if invitation else {})}
        context["again"] = f"{reverse('single_sign_on')}?{urlencode(query)}"
    return render(request, "sign_in_refused.html", context, status=403)


def refusal_words(code: str, brand: Brand) -> tuple[str, str]:
    """Why somebody does not get in by their werkaccount, and what to do."""
    again = _("Begin opnieuw met inloggen. Gebeurt het weer, bel dan {desk}.")
    invite = _("Vraag wie in dit kantoor accounts beheert om u uit te nodigen, of bel {desk}.")
    words = {
        "cancelled": (_("U heeft het inloggen afgebroken."), _("Begin opnieuw als u toch wilt inloggen.")),
        "expired": (_("Het inloggen heeft te lang geduurd of is al gebruikt."), _("Begin opnieuw met inloggen.")),
        "invalid_response": (_("Het antwoord van uw werkaccount klopt niet, daarom laten we niemand binnen."), again),
        "unavailable": (
            _("Inloggen met een werkaccount kan nu even niet."),
            _("Probeer het over een paar minuten opnieuw, of log in met wachtwoord en passkey."),
        ),
        "no_second_factor": (
            _("U bent met uw werkaccount ingelogd zonder tweede factor, en zonder laten we niemand binnen."),
            _("Kies Opnieuw inloggen en gebruik dan ook uw tweede factor."),
        ),
        "no_account": (_("Uw werkaccount heeft geen toegang tot dit kantoor."), invite),
        "account_inactive": (
            _("Uw account is gedeactiveerd."),
            _("Vraag wie in dit kantoor accounts beheert om uw account weer actief te maken."),
        ),
        "work_account_taken": (
            _("Met dit werkaccount heeft een collega al toegang tot dit kantoor."),
            _("Kies Opnieuw inloggen en log in als uzelf."),
        ),
        "invitation_over": (_("Deze uitnodiging is gebruikt, ingetrokken of verlopen."), invite),
        "unknown_error": (_("Er ging bij het inloggen met uw werkaccount iets mis."), again),
    }
    reason, remedy = words.get(code, words["unknown_error"])
    return reason, remedy.format(desk=brand.support_phone)
