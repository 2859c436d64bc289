"""What the pages of a second factor share: for who is half way in, and for who changes how they sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from collectief.access import authenticator, sessions, telephone
from collectief.access.passkeys import Site
from collectief.access.rules import AccessRefused

from ..accounts.words import access_refusal
from ..page import PortalRequest
from .forms import CodeForm, SentCodeForm, TelephoneForm

# What a form posts to have a code sent.
SEND = "stuur"
# The refusals of who came too often, or with too many others, whatever they filled in.
TOO_OFTEN = ("too_many_requests", "too_many_at_once")


def sent(request: PortalRequest) -> Any:
    """What a form is bound to."""
    return request.POST if request.method == "POST" else None


def drawn(request: PortalRequest, template: str, form: Form, **more: object) -> HttpResponse:
    """The page with its form; 422 when something is wrong with it."""
    return render(request, template, {"form": form, **more}, status=status_of(form))


def status_of(form: Form) -> int:
    """How the answer with this form is marked: fine, wrong, or too often."""
    if any(form.has_error(NON_FIELD_ERRORS, code) for code in TOO_OFTEN):
        return 429
    return 422 if form.errors else 200


def say(form: Form, refused: AccessRefused, request: PortalRequest, field: str | None = None) -> None:
    """Why it was refused and what to do, on top of the form or at a field."""
    said = " ".join(access_refusal(refused.code, refused.params, request.brand)).strip()
    form.add_error(field, ValidationError(said, code=refused.code))


def given[Outcome](request: PortalRequest, form: Form, verb: Callable[[dict[str, Any]], Outcome]) -> Outcome | None:
    """What came of what was typed; None when nothing was, or it was wrong, which the form then says."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return verb(form.cleaned_data)
    except AccessRefused as refused:
        say(form, refused, request)
    return None


def visitor(request: HttpRequest) -> str:
    """The network address tries are counted by: what the last proxy of ours saw, never what a visitor claims."""
    if settings.PROXIES:
        seen = request.headers.get("X-Forwarded-For", "").split(",")
        if len(seen) >= settings.PROXIES:
            return str(seen[-settings.PROXIES]).strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def site(request: HttpRequest) -> Site:
    """Where a passkey is made and used: this portal, at the address the browser shows."""
    host = request.get_host()
    return Site(host.partition(":")[0], f"{request.scheme}://{host}")


def linking_app[Outcome](
    request: PortalRequest, account_id: int, verb: Callable[[str, str], Outcome]
) -> tuple[Outcome | None, CodeForm, dict[str, str]]:
    """The step that links an app: its outcome, the form, and the QR code to draw. `verb` takes secret and code."""
    sealed = sessions.kept(request.session, "linking") or authenticator.new_secret(account_id)
    sessions.keep(request.session, linking=sealed)
    form = CodeForm(sent(request))
    outcome = given(request, form, lambda typed: verb(sealed, typed["code"]))
    secret = authenticator.opened_secret(account_id, sealed)
    address = authenticator.app_address(request.brand, request.brand.name, secret)
    picture = segno.make(address, micro=False).svg_data_uri(scale=5, border=4, light="#fff")
    shown = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return outcome, form, {"drawn": picture, "secret": shown}


def confirming_number[Outcome](
    request: PortalRequest, account_id: int, verb: Callable[[int, str], Outcome]
) -> tuple[Outcome | None, Form, dict[str, object]]:
    """The step that confirms a mobile number: first the number, then the code that went there.

    `verb` takes the row of the code and what was typed.
    """
    if request.method == "POST" and "number" in request.POST:
        asked = TelephoneForm(request.POST)
        row = given(request, asked, lambda typed: _send(request, account_id, telephone.NUMBER, typed["number"]))
        if row is None:
            return None, asked, {"waits": False}
        sessions.keep(request.session, number_code=row)
        return None, SentCodeForm(), {"waits": True, "fresh": True}
    row = sessions.kept(request.session, "number_code")
    if row is None or "opnieuw" in request.GET:
        return None, TelephoneForm(), {"waits": False}
    form = SentCodeForm(sent(request))
    return given(request, form, lambda typed: verb(row, typed["code"])), form, {"waits": True}


def proving_by_sms[Outcome](
    request: PortalRequest, account_id: int, verb: Callable[[int, str], Outcome]
) -> tuple[Outcome | None, Form, dict[str, object]]:
    """The step that asks for a code at the confirmed number: sent when asked for, and then typed."""
    if request.method == "POST" and SEND in request.POST:
        form = SentCodeForm()
        try:
            number = telephone.number_of(account_id)
            row = _send(request, account_id, telephone.SIGN_IN, number)
        except AccessRefused as refused:
            form = SentCodeForm({})
            form.errors.clear()
            say(form, refused, request)
            return None, form, {"waits": False}
        sessions.keep(request.session, sign_in_code=row)
        return None, form, {"waits": True, "fresh": True}
    row = sessions.kept(request.session, "sign_in_code")
    form = SentCodeForm(sent(request) if row is not None else None)
    outcome = given(request, form, lambda typed: verb(row, typed["code"])) if row is not None else None
    return outcome, form, {"waits": row is not None}


def _send(request: PortalRequest, account_id: int, purpose: str, number: str) -> int:
    return telephone.send_code(
        request.brand, account_id, purpose, number, language=request.LANGUAGE_CODE, now=timezone.now()
    )
