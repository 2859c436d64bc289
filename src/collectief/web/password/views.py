"""Password, second factor, in: pages that each open only after the one before (W02, W04)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from collectief.access import authenticator, factors, passkeys, password_sign_in, sessions, telephone
from collectief.access.factors import Factors
from collectief.access.rules import AccessRefused
from collectief.access.sessions import HalfWay
from collectief.segments.profile import Factor, Means

from ..page import PortalRequest, View, public
from ..sign_in import safe_next, say_stopped, way_in
from .forms import CodeForm, PasskeyForm, PasswordForm, RecoveryForm
from .steps import confirming_number, drawn, given, linking_app, proving_by_sms, say, sent, site, visitor

if TYPE_CHECKING:
    from collectief.access.models import Membership


# Where each factor is linked, the usual one first.
_LINKING = {
    Factor.APP: "link_authenticator", Factor.SMS: "link_telephone", Factor.PASSKEY: "link_passkey",
}  # fmt: skip


def half_way(view: Callable[[PortalRequest, HalfWay], HttpResponse]) -> View:
    """A page for who gave a password and still owes a second factor."""

    @public
    @never_cache
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def guarded(request: PortalRequest) -> HttpResponse:
        half = sessions.half_way(request.session, request.brand, now=timezone.now())
        return redirect("sign_in") if half is None else view(request, half)

    return guarded


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: PortalRequest) -> HttpResponse:
    """The first half: e-mail address and password."""
    _only_with_passwords(request)
    if request.method == "GET":
        return redirect("sign_in")
    form = PasswordForm(request.POST)
    if form.is_valid():
        typed, now = form.cleaned_data, timezone.now()
        try:
            membership = password_sign_in.check(
                request.brand, typed["email"], typed["password"], address=visitor(request), now=now
            )
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            sessions.open_half(request.session, request.brand, membership, safe_next(request), now=now)
            return redirect("second_step")
    return way_in(request, form, status=422)


@half_way
def second_step(request: PortalRequest, half: HalfWay) -> HttpResponse:
    """The second half: a code of the app, or what somebody has instead; who has nothing yet links one first."""
    held = _held(request, half)
    if not held.any:
        return redirect(next(page for factor, page in _LINKING.items() if factor in half.profile.factors))
    if held.app_since is None:
        return redirect("second_step_sms" if held.number else "second_step_passkey")
    form = CodeForm(sent(request))
    member = given(
        request, form,
        lambda typed: authenticator.prove(request.brand, half.membership_id, typed["code"], now=timezone.now()),
    )  # fmt: skip
    return _in(request, member, half) if member else drawn(request, "password/second_step.html", form, held=held)


@half_way
def second_step_sms(request: PortalRequest, half: HalfWay) -> HttpResponse:
    """A code by SMS to the confirmed number: sent when asked for, then typed."""
    held = _held(request, half)
    if not held.number:
        return redirect("second_step")
    member, form, more = proving_by_sms(
        request, half.account_id,
        lambda row, code: telephone.prove(request.brand, half.membership_id, row, code, now=timezone.now()),
    )  # fmt: skip
    if member:
        return _in(request, member, half)
    return drawn(request, "password/second_step_sms.html", form, held=held, **more)


@half_way
def second_step_passkey(request: PortalRequest, half: HalfWay) -> HttpResponse:
    """One of the passkeys."""
    held = _held(request, half)
    if not held.passkeys:
        return redirect("second_step")
    challenge = sessions.forget(request.session, "challenge")
    form = PasskeyForm(sent(request))
    member = given(
        request, form,
        lambda typed: passkeys.prove(
            request.brand, site(request), half.membership_id, challenge or "", typed["answer"], now=timezone.now()
        ),
    )  # fmt: skip
    if member:
        return _in(request, member, half)
    options, challenge = passkeys.to_use(site(request), half.account_id)
    sessions.keep(request.session, challenge=challenge)
    return drawn(request, "password/second_step_passkey.html", form, held=held, options=options)


@half_way
def link(request: PortalRequest, half: HalfWay) -> HttpResponse:
    """Link an authenticator app; once its code was right, the recovery codes are shown, and never again."""
    if Factor.APP not in half.profile.factors or _held(request, half).any:
        return redirect("second_step")
    linked, form, more = linking_app(
        request, half.account_id,
        lambda sealed, code: authenticator.link(
            request.brand, half.membership_id, sealed, code, now=timezone.now()
        ),
    )  # fmt: skip
    if linked:
        return _in(request, linked[0], half, codes=linked[1])
    return drawn(request, "password/link.html", form, half=half, later=_later(request), **more)


@half_way
def link_telephone(request: PortalRequest, half: HalfWay) -> HttpResponse:
    """Confirm a mobile number instead."""
    if Factor.SMS not in half.profile.factors or _held(request, half).any:
        return redirect("second_step")
    linked, form, more = confirming_number(
        request, half.account_id,
        lambda row, code: telephone.confirm(request.brand, half.membership_id, row, code, now=timezone.now()),
    )  # fmt: skip
    if linked:
        return _in(request, linked[0], half, codes=linked[1])
    return drawn(request, "password/telephone.html", form, half=half, **more)


@half_way
def link_passkey(request: PortalRequest, half: HalfWay) -> HttpResponse:
    """Make a passkey instead."""
    if Factor.PASSKEY not in half.profile.factors or _held(request, half).any:
        return redirect("second_step")
    challenge = sessions.forget(request.session, "challenge")
    form = PasskeyForm(sent(request), named=True)
    linked = given(
        request, form,
        lambda typed: passkeys.make(
            request.brand, site(request), half.membership_id, challenge or "", typed["answer"], name=typed["name"],
            first=True, now=timezone.now(),
        ),
    )  # fmt: skip
    if linked:
        return _in(request, linked[0], half, codes=linked[1])
    options, challenge = passkeys.to_make(request.brand, site(request), half.account_id)
    sessions.keep(request.session, challenge=challenge)
    return drawn(request, "password/passkey.html", form, half=half, options=options)


@half_way
def later(request: PortalRequest, half: HalfWay) -> HttpResponse:
    """Put the second factor off, as long as this portal allows it, for who has none yet."""
    until = _later(request)
    if request.method != "POST" or until is None or _held(request, half).any:
        return redirect("second_step")
    try:
        member = password_sign_in.put_off(request.brand, half.membership_id)
    except AccessRefused:
        return redirect("sign_in")
    return _in(request, member, half, proved=False)


@half_way
def recovery_code(request: PortalRequest, half: HalfWay) -> HttpResponse:
    """For who lost the telephone: a recovery code unlinks what there is, and another factor is linked at once."""
    if half.profile.only_passkeys or not _held(request, half).any:
        return redirect("second_step")
    form = RecoveryForm(sent(request))
    member = given(
        request, form, lambda typed: factors.recover(
            request.brand, half.membership_id, typed["code"], now=timezone.now()
        ),
    )  # fmt: skip
    if member is None:
        return drawn(request, "password/recovery_code.html", form)
    # Whoever has the lost telephone may be signed in with it.
    sessions.end_others(half.account_id, request.session.session_key)
    return redirect("link_authenticator")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_passkey(request: PortalRequest) -> HttpResponse:
    """In with a passkey alone: it is two factors in one, since the device asks who holds it."""
    _only_with_passwords(request)
    challenge = sessions.forget(request.session, "challenge")
    form = PasskeyForm(sent(request))
    member = given(
        request, form,
        lambda typed: passkeys.sign_in(
            request.brand, site(request), challenge or "", typed["answer"], now=timezone.now()
        ),
    )  # fmt: skip
    if member:
        return _in(request, member, None, where=safe_next(request))
    options, challenge = passkeys.to_use(site(request))
    sessions.keep(request.session, challenge=challenge)
    return drawn(request, "password/sign_in_passkey.html", form, options=options)


def _held(request: PortalRequest, half: HalfWay) -> Factors:
    """What somebody has that counts here."""
    return factors.factors_here(half.account_id, request.brand, half.profile)


def _in(
    request: PortalRequest,
    member: Membership,
    half: HalfWay | None,
    *,
    codes: list[str] | None = None,
    where: str = "",
    proved: bool = True,
) -> HttpResponse:
    """In, under a new key; recovery codes are shown on the way."""
    stopped = sessions.open_session(
        request.session, request.brand, member, None, now=timezone.now(), proved=proved,
        browser=request.headers.get("User-Agent", ""),
    )  # fmt: skip
    say_stopped(request, stopped)
    where = (half.next if half else where) or reverse("dashboard")
    if codes:
        return render(request, "password/recovery_codes.html", {"codes": codes, "next": where})
    return HttpResponseRedirect(where)


def _later(request: PortalRequest) -> object:
    """Until when the second factor may be put off; None when it may not (any more)."""
    until = request.brand.second_factor_from
    return until if until is not None and timezone.localdate() < until else None


def _only_with_passwords(request: PortalRequest) -> None:
    if Means.PASSWORD not in request.brand.means:
        raise Http404
