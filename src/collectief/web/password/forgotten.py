"""Wachtwoord vergeten, and the links that come by mail: opening one uses nothing up (W03, O06)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from collectief.access import mailed_links
from collectief.access.rules import AccessRefused
from collectief.segments.profile import Means

from ..accounts.words import access_refusal
from ..page import PortalRequest, public
from .forms import ChosenPasswordForm, ForgottenForm
from .steps import drawn, say, sent, visitor


@public
@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: PortalRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whether there is such an account or not."""
    if Means.PASSWORD not in request.brand.means:
        raise Http404
    form = ForgottenForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            mailed_links.ask_password(
                request.brand, form.cleaned_data["email"], address=visitor(request), now=timezone.now()
            )
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            return render(request, "password/forgotten_sent.html")
    return drawn(request, "password/forgotten.html", form)


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new_password(request: PortalRequest, token: str) -> HttpResponse:
    """Behind the link: choose another password. The second factor is asked as ever, at signing in."""
    try:
        mailed_links.look_up(request.brand, mailed_links.PASSWORD, token, now=timezone.now())
    except AccessRefused as refused:
        return _over(request, refused)
    form = ChosenPasswordForm(sent(request), brand=request.brand)
    if request.method == "POST" and form.is_valid():
        try:
            mailed_links.reset_password(request.brand, token, form.cleaned_data["password"], now=timezone.now())
        except AccessRefused as refused:
            if refused.code == "link_over":
                return _over(request, refused)
            say(form, refused, request, "password")
        else:
            request.session.flush()
            messages.success(request, _("Het nieuwe wachtwoord is bewaard. Log ermee in."))
            return redirect("sign_in")
    return drawn(request, "password/new_password.html", form)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def confirm_address(request: PortalRequest, token: str) -> HttpResponse:
    """Behind the link to a new address: confirm it."""
    try:
        link = mailed_links.look_up(request.brand, mailed_links.ADDRESS, token, now=timezone.now())
        if request.method == "POST":
            mailed_links.confirm_address(request.brand, token, now=timezone.now())
    except AccessRefused as refused:
        return _over(request, refused)
    if request.method == "POST":
        messages.success(request, _("Inloggen gaat voortaan met {address}.").format(address=link.address))
        return redirect("sign_in" if request.scope is None else "own_sign_in")
    return render(request, "password/confirm_address.html", {"address": link.address})


def _over(request: PortalRequest, refused: AccessRefused) -> HttpResponse:
    """A link that opens nothing; whatever is wrong with it, the answer looks the same."""
    reason, remedy = access_refusal(refused.code, refused.params, request.brand)
    return render(request, "password/link_over.html", {"reason": reason, "remedy": remedy}, status=404)
