"""Mijn account, inloggen: what one signs in with, and changing it with a second factor of just now (W04, O05, O06)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectief.access import authenticator, factors, mailed_links, passkeys, sessions, telephone
from collectief.access.queries import linked_identity, own_email, own_membership
from collectief.access.rules import AccessRefused
from collectief.segments.profile import Factor, Means

from ..accounts.words import access_refusal
from ..page import PortalRequest, View, oneself
from ..paging import whole_number
from ..sign_in import LINK
from .forms import AddressForm, ChangedPasswordForm, PasskeyForm
from .steps import confirming_number, drawn, given, linking_app, say, sent, site


def own(view: Callable[[PortalRequest], HttpResponse]) -> View:
    """A page about one's own password and factors, where there are any."""

    @oneself
    @wraps(view)
    def guarded(request: PortalRequest) -> HttpResponse:
        # Who came by single sign-on has proved nothing of an own password or passkey, and cannot change or make one.
        if Means.PASSWORD not in request.scope.profile.means or sessions.by_single_sign_on(request.session):
            raise Http404
        return view(request)

    return guarded


def fresh(view: Callable[[PortalRequest], HttpResponse]) -> View:
    """One that changes how one signs in: only after a second factor in the last ten minutes, else that comes first."""

    @own
    @wraps(view)
    def guarded(request: PortalRequest) -> HttpResponse:
        if sessions.is_fresh(request.session, now=timezone.now()):
            return view(request)
        back = request.path if request.method == "GET" else reverse("own_sign_in")
        return redirect(f"{reverse('prove_again')}?{urlencode({REDIRECT_FIELD_NAME: back})}")

    return guarded


@own
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """What there is: address, password, app, number, passkeys, recovery codes, eHerkenning."""
    profile = request.scope.profile
    return render(request, "password/own.html", {
        "held": factors.factors_here(request.scope.account_id, request.brand, profile), "taken": profile.factors,
        "email": own_email(request.scope), "eherkenning": Means.EHERKENNING in profile.means,
        "linked": linked_identity(request.scope),
    })  # fmt: skip


@fresh
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: PortalRequest) -> HttpResponse:
    """Another password, knowing the present one."""
    form = ChangedPasswordForm(sent(request), brand=request.brand)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            mailed_links.change_password(
                request.scope, typed["present"], typed["password"], session=request.session.session_key,
                now=timezone.now(),
            )  # fmt: skip
        except AccessRefused as refused:
            say(form, refused, request, "present" if refused.code == "wrong_present_password" else "password")
        else:
            messages.success(request, _("Het wachtwoord is gewijzigd. Op andere plekken is uitgelogd."))
            return redirect("own_sign_in")
    return drawn(request, "password/change_password.html", form)


@fresh
@require_http_methods(["GET", "POST"])
def change_address(request: PortalRequest) -> HttpResponse:
    """Another e-mail address: it counts once the link in a mail to it was used."""
    form = AddressForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            mailed_links.ask_address(request.scope, form.cleaned_data["email"], now=timezone.now())
        except AccessRefused as refused:
            say(form, refused, request, "email")
        else:
            said = _("We sturen een link naar {address}. Tot die gebruikt is, blijft het oude adres gelden.")
            messages.success(request, said.format(address=form.cleaned_data["email"]))
            return redirect("own_sign_in")
    return drawn(request, "password/change_address.html", form, email=own_email(request.scope))


@fresh
@require_http_methods(["GET", "POST"])
def link_app(request: PortalRequest) -> HttpResponse:
    """Link an app, in place of the one there is."""
    _only_where_taken(request, Factor.APP)
    linked, form, more = linking_app(
        request, request.scope.account_id,
        lambda sealed, code: authenticator.link(
            request.brand, own_membership(request.scope), sealed, code, now=timezone.now(), replaces=True
        ),
    )  # fmt: skip
    return (
        _done(request, linked[1], _("De app is gekoppeld."))
        if linked
        else drawn(request, "password/link.html", form, **more)
    )


@fresh
@require_http_methods(["GET", "POST"])
def change_telephone(request: PortalRequest) -> HttpResponse:
    """Confirm a mobile number, in place of the one there is."""
    _only_where_taken(request, Factor.SMS)
    linked, form, more = confirming_number(
        request, request.scope.account_id,
        lambda row, code: telephone.confirm(
            request.brand, own_membership(request.scope), row, code, now=timezone.now(), replaces=True
        ),
    )  # fmt: skip
    return (
        _done(request, linked[1], _("Het mobiele nummer is bevestigd."))
        if linked
        else drawn(request, "password/telephone.html", form, **more)
    )


@fresh
@require_http_methods(["GET", "POST"])
def new_passkey(request: PortalRequest) -> HttpResponse:
    """Make a passkey, beside the ones there are."""
    _only_where_taken(request, Factor.PASSKEY)
    challenge = sessions.forget(request.session, "challenge")
    form = PasskeyForm(sent(request), named=True)
    made = given(
        request, form,
        lambda typed: passkeys.make(
            request.brand, site(request), own_membership(request.scope), challenge or "", typed["answer"],
            name=typed["name"], first=False, now=timezone.now(),
        ),
    )  # fmt: skip
    if made:
        return _done(request, made[1], _("De passkey is gemaakt."))
    options, challenge = passkeys.to_make(request.brand, site(request), request.scope.account_id)
    sessions.keep(request.session, challenge=challenge)
    return drawn(request, "password/passkey.html", form, options=options)


@fresh
@require_GET
def link_identity(request: PortalRequest) -> HttpResponse:
    """Off to eHerkenning, to link an own means of it (O05); what comes back is judged once more."""
    if Means.EHERKENNING not in request.scope.profile.means:
        raise Http404
    return redirect(f"{reverse('sign_in_begin')}?{urlencode({LINK: 1})}")


@fresh
@require_POST
def remove_factor(request: PortalRequest) -> HttpResponse:
    """Unlink an app, a number or a passkey; never the last."""
    kind = request.POST.get("soort", "")
    if kind not in ("app", "telephone", "passkey"):
        raise Http404
    try:
        factors.remove(request.scope, kind, id_=whole_number(request.POST.get("nummer")) or 0)
    except AccessRefused as refused:
        messages.error(request, " ".join(access_refusal(refused.code, refused.params, request.brand)))
    else:
        sessions.end_others(request.scope.account_id, request.session.session_key)
        messages.success(request, _("Verwijderd. Op andere plekken is uitgelogd."))
    return redirect("own_sign_in")


@fresh
@require_POST
def new_codes(request: PortalRequest) -> HttpResponse:
    """Ten other recovery codes; the old ones no longer count."""
    if request.scope.profile.only_passkeys:
        raise Http404
    codes = factors.new_codes(request.scope)
    shown = {"codes": codes, "next": reverse("own_sign_in"), "anew": True}
    return render(request, "password/recovery_codes.html", shown)


def _only_where_taken(request: PortalRequest, factor: Factor) -> None:
    if factor not in request.scope.profile.factors:
        raise Http404


def _done(request: PortalRequest, codes: list[str], said: str) -> HttpResponse:
    """It was changed: nobody stays signed in elsewhere, and this session goes on under a new key."""
    sessions.forget(request.session, "linking")
    sessions.forget(request.session, "number_code")
    sessions.prove_again(request.session, now=timezone.now())
    sessions.end_others(request.scope.account_id, request.session.session_key)
    if codes:
        return render(request, "password/recovery_codes.html", {"codes": codes, "next": reverse("own_sign_in")})
    messages.success(request, said)
    return HttpResponseRedirect(reverse("own_sign_in"))
