"""Password, second factor, in: pages that each open only after the one before (W02, W04)."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from collectief.access import factors, password_sign_in, sessions
from collectief.access.rules import AccessRefused
from collectief.access.sessions import HalfWay
from collectief.segments.profile import Means

from ..accounts.words import access_refusal
from ..page import PortalRequest, public
from ..sign_in import safe_next, way_in
from .forms import CodeForm, PasswordForm, RecoveryForm


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: PortalRequest) -> HttpResponse:
    """The first half: e-mail address and password."""
    if Means.PASSWORD not in request.brand.means:
        raise Http404
    if request.method == "GET":
        return redirect("sign_in")
    form = PasswordForm(request.POST)
    if form.is_valid():
        given, now = form.cleaned_data, timezone.now()
        try:
            membership = password_sign_in.check(
                request.brand, given["email"], given["password"], address=visitor(request), now=now
            )
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            sessions.open_half(request.session, request.brand, membership, safe_next(request), now=now)
            return redirect("second_step")
    return way_in(request, form, status=422)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: PortalRequest) -> HttpResponse:
    """The second half: a code of the app; who has none yet links one first."""
    half = _half(request)
    if half is None:
        return redirect("sign_in")
    if not factors.has_authenticator(half.account_id):
        return redirect("link_authenticator")
    form = CodeForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            membership = factors.prove(request.brand, half.membership_id, form.cleaned_data["code"], now=now)
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            sessions.open_session(request.session, request.brand, membership, None, now=now)
            return HttpResponseRedirect(half.next or reverse("dashboard"))
    return _page(request, "password/second_step.html", form)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def link(request: PortalRequest) -> HttpResponse:
    """Link an authenticator app; once its code was right, the recovery codes are shown, and never again."""
    half = _half(request)
    if half is None or factors.has_authenticator(half.account_id):
        return redirect("second_step" if half else "sign_in")
    sealed = half.linking or factors.new_secret(half.account_id)
    sessions.keep_linking(request.session, sealed)
    form = CodeForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            membership, codes = factors.link(
                request.brand, half.membership_id, sealed, form.cleaned_data["code"], now=now
            )
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            sessions.open_session(request.session, request.brand, membership, None, now=now)
            return render(request, "password/recovery_codes.html", {"codes": codes, "next": half.next})
    secret = factors.opened_secret(half.account_id, sealed)
    address = factors.app_address(request.brand, request.brand.name, secret)
    drawn = segno.make(address, micro=False).svg_data_uri(scale=5, border=4, light="#fff")
    shown = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return _page(request, "password/link.html", form, drawn=drawn, secret=shown)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def recovery_code(request: PortalRequest) -> HttpResponse:
    """For who lost the telephone: a recovery code unlinks the app, and another one is linked at once."""
    half = _half(request)
    if half is None:
        return redirect("sign_in")
    if not factors.has_authenticator(half.account_id):
        return redirect("link_authenticator")
    form = RecoveryForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            factors.recover(request.brand, half.membership_id, form.cleaned_data["code"], now=timezone.now())
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            return redirect("link_authenticator")
    return _page(request, "password/recovery_code.html", form)


def visitor(request: HttpRequest) -> str:
    """The network address tries are counted by: what the last proxy of ours saw, never what a visitor claims."""
    if settings.PROXIES:
        seen = request.headers.get("X-Forwarded-For", "").split(",")
        if len(seen) >= settings.PROXIES:
            return str(seen[-settings.PROXIES]).strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def say(form: Form, refused: AccessRefused, request: PortalRequest, field: str | None = None) -> None:
    """Why it was refused and what to do, on top of the form or at a field."""
    form.add_error(field, " ".join(access_refusal(refused.code, refused.params, request.brand)).strip())


def _half(request: PortalRequest) -> HalfWay | None:
    return sessions.half_way(request.session, request.brand, now=timezone.now())


def _sent(request: PortalRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _page(request: PortalRequest, template: str, form: Form, **more: object) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=422 if form.errors else 200)
