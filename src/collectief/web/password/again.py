"""Bevestigen dat u het bent: a second factor once more, before how one signs in can be changed (ASVS 7.5.1)."""

from __future__ import annotations

from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from collectief.access import authenticator, factors, passkeys, password_sign_in, sessions, telephone
from collectief.access.factors import Factors
from collectief.access.queries import own_membership

from ..page import PortalRequest
from ..sign_in import safe_next
from .forms import CodeForm, PasskeyForm, PresentPasswordForm
from .own import own
from .steps import drawn, given, proving_by_sms, sent, site

_ACTION = "account.confirm"
_PASSWORD = "wachtwoord"  # noqa: S105 - a word in addresses


@own
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def prove_again(request: PortalRequest) -> HttpResponse:
    """By the app, or what was chosen instead; who has no factor yet gives the password once more."""
    held = factors.factors_here(request.scope.account_id, request.brand, request.scope.profile)
    by = _means(request, held)
    if by == _PASSWORD and not held.recoverable:
        # Where nothing but a passkey will do, a password stands in for none.
        raise Http404
    return _STEPS[by](request, held)


def _means(request: PortalRequest, held: Factors) -> str:
    there = [
        name for name, has in (("app", held.app_since), ("sms", held.number), ("passkey", held.passkeys)) if has
    ]  # fmt: skip
    wanted = request.GET.get("met", "")
    return wanted if wanted in there else next(iter(there), _PASSWORD)


def _by_app(request: PortalRequest, held: Factors) -> HttpResponse:
    form = CodeForm(sent(request))
    member = given(request, form, lambda typed: authenticator.prove(
        request.brand, own_membership(request.scope), typed["code"], now=timezone.now(), action=_ACTION
    ))  # fmt: skip
    return _on(request) if member else _drawn(request, "app", form, held)


def _by_sms(request: PortalRequest, held: Factors) -> HttpResponse:
    member, form, more = proving_by_sms(request, request.scope.account_id, lambda row, code: telephone.prove(
        request.brand, own_membership(request.scope), row, code, now=timezone.now(), action=_ACTION
    ))  # fmt: skip
    return _on(request) if member else _drawn(request, "sms", form, held, **more)


def _by_passkey(request: PortalRequest, held: Factors) -> HttpResponse:
    challenge = sessions.forget(request.session, "challenge")
    form = PasskeyForm(sent(request))
    member = given(request, form, lambda typed: passkeys.prove(
        request.brand, site(request), own_membership(request.scope), challenge or "", typed["answer"],
        now=timezone.now(), action=_ACTION,
    ))  # fmt: skip
    if member:
        return _on(request)
    options, challenge = passkeys.to_use(site(request), request.scope.account_id)
    sessions.keep(request.session, challenge=challenge)
    return _drawn(request, "passkey", form, held, options=options)


def _by_password(request: PortalRequest, held: Factors) -> HttpResponse:
    form = PresentPasswordForm(sent(request))
    account = given(
        request, form, lambda typed: password_sign_in.confirm(request.scope, typed["present"], now=timezone.now())
    )
    return _on(request) if account else _drawn(request, _PASSWORD, form, held)


_STEPS = {"app": _by_app, "sms": _by_sms, "passkey": _by_passkey, _PASSWORD: _by_password}


def _drawn(request: PortalRequest, by: str, form: Form, held: Factors, **more: object) -> HttpResponse:
    return drawn(request, "password/again.html", form, by=by, held=held, next=safe_next(request), **more)


def _on(request: PortalRequest) -> HttpResponse:
    sessions.prove_again(request.session, now=timezone.now())
    return HttpResponseRedirect(safe_next(request) or reverse("own_sign_in"))
