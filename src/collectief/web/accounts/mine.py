"""Mijn account: who I am here, and where I am signed in (W05, ASVS 7.4)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from ua_parser import parse

from collectief.access import sessions
from collectief.brands.catalogue import brand as brand_of
from collectief.contracts.queries import contracts
from collectief.inbox import announcing
from collectief.inbox.rules import MailChoice
from collectief.segments.profile import Means

from ..page import PortalRequest, oneself
from ..single_sign_on import AGAIN
from .asking_roles import own_request
from .forms import MailForm
from .leave import own_wish


@oneself
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
    reach = [contract.label for contract in contracts(request.scope)] if request.scope.contracts is not None else []
    context = {
        "reach": reach, "lines": lines, "with_password": _with_password(request), "confirm": _confirming(request),
        "wish": own_wish(request), "further": own_request(request),
        "mail": _mail_form(request) if _reads_messages(request) else None,
        "fresh": sessions.is_fresh(request.session, now=timezone.now()),
    }  # fmt: skip
    return render(request, "accounts/mine.html", context)


@oneself
@require_POST
def end_sessions(request: PortalRequest) -> HttpResponse:
    """Sign out elsewhere: one session, or every other one; after a factor of the last ten minutes (ASVS 7.5.2)."""
    if not sessions.is_fresh(request.session, now=timezone.now()):
        # From here nobody is sent on: the page has the link that begins, also where eHerkenning is another site.
        messages.warning(request, _("Bevestig eerst dat u het bent. Daarna kunt u elders uitloggen."))
        return redirect("my_account")
    number = request.POST.get("sessie") or None
    ended = sessions.end_sessions(request.scope, request.session.session_key, number=number)
    said = ngettext("U bent op {count} andere plek uitgelogd.", "U bent op {count} andere plekken uitgelogd.", ended)
    messages.success(request, said.format(count=ended))
    return redirect("my_account")


@oneself
@require_POST
def choose_mail(request: PortalRequest) -> HttpResponse:
    """Say when mail is wanted about messages (X08)."""
    if not _reads_messages(request):
        raise Http404
    form = _mail_form(request)
    if form.is_valid():
        announcing.choose(
            request.scope, MailChoice(form.cleaned_data["berichten"]), language=request.LANGUAGE_CODE
        )  # fmt: skip
        messages.success(request, _("Uw keuze is bewaard."))
    else:
        messages.error(request, _("Maak een keuze."))
    return redirect("my_account")


def _reads_messages(request: PortalRequest) -> bool:
    return bool(request.scope.profile.messages_for(request.scope.roles))


def _mail_form(request: PortalRequest) -> MailForm:
    if request.method == "POST":
        return MailForm(request.POST)
    return MailForm(initial={"berichten": str(announcing.choice_of(request.scope))})


def _with_password(request: PortalRequest) -> bool:
    """Whether there is an own password and second step to look after, and this session may."""
    return Means.PASSWORD in request.scope.profile.means and not sessions.by_single_sign_on(request.session)


def _confirming(request: PortalRequest) -> str:
    """Where one gives a factor once more and comes back: the second step, or whatever one came by."""
    back = {REDIRECT_FIELD_NAME: reverse("my_account")}
    if sessions.by_single_sign_on(request.session):
        return f"{reverse('single_sign_on')}?{urlencode({AGAIN: '1', **back})}"
    return f"{reverse('prove_again' if _with_password(request) else 'sign_in_begin')}?{urlencode(back)}"


def _browser(said: str) -> str:
    """A browser and its system as people call them."""
    found = parse(said)
    parts = [part.family for part in (found.user_agent, found.os) if part is not None]
    return _(" op ").join(parts) or _("Onbekend apparaat")
