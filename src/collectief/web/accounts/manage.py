"""Accountbeheer (U30, G13): who has access, for whom that changes, and who comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectief.access import colleagues as actions
from collectief.access import queries
from collectief.access.queries import Colleague, NoColleague
from collectief.access.role_names import ROLE_NAMES
from collectief.access.rules import AccessRefused, Standing, Wish
from collectief.access.wishes import open_wishes
from collectief.audit import actions as audit
from collectief.contracts.queries import ContractView, contracts
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Means, Permission, Role

from ..page import PortalRequest, page
from .forms import ALL, SOME, NewColleagueForm, ProfileForm
from .words import STANDINGS, WISHES, access_refusal

MANAGE = Permission.MANAGE_ACCOUNTS
# At which field a refusal is shown; the rest stands above the form.
_FIELDS = {
    "free_mail": "email", "shared_mailbox": "email", "already_here": "email", "no_role": "roles",
    "role_not_yours": "roles", "last_manager": "roles", "no_contract": "contracts", "contract_not_yours": "contracts",
}  # fmt: skip


@page(MANAGE)
@require_GET
def accounts(request: PortalRequest) -> HttpResponse:
    """Het overzicht van de gebruikers."""
    found = queries.colleagues(request.scope, now=timezone.now())
    audit.record(request.scope, "account.list", detail={"members": len(found)})
    known, wishes = _contracts(request.scope), open_wishes(request.scope)
    context = {
        "lines": [_line(request.scope, one, known) | _leaving(one, wishes, request.scope) for one in found],
        "mandates": request.scope.profile.knows_mandates,
        "some_only": request.scope.contracts is not None,
        "by_contract": len(known) > 1 or any(one.member.contracts is not None for one in found),
    }
    return render(request, "accounts/list.html", context)


@page(MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Nieuw account aanmaken: a colleague gets an invitation by mail."""
    form = NewColleagueForm(_sent(request), roles=_offered(request.scope), mobile=request.scope.profile.confirms_mobile)
    form.offer_contracts(request.scope.contracts, _contracts(request.scope))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            actions.invite(
                request.scope, name=asked["name"], email=asked["email"], roles=asked["roles"], now=timezone.now(),
                language=get_language() or "nl", mobile=asked.get("mobile", ""),
                contracts=form.chosen,
            )  # fmt: skip
        except AccessRefused as refused:
            _say(form, refused)
        else:
            messages.success(request, _("We sturen {name} een uitnodiging.").format(name=asked["name"]))
            return redirect("accounts")
    context = {"form": form, "with_password": Means.PASSWORD in request.scope.profile.means}
    return render(request, "accounts/new.html", context, status=422 if form.errors else 200)


@page(MANAGE)
@require_http_methods(["GET", "POST"])
def account(request: PortalRequest, membership_id: int) -> HttpResponse:
    """One colleague: another profile, and what else can be done."""
    found = _found(request, membership_id)
    known = _contracts(request.scope)
    form = ProfileForm(_sent(request), roles=_offered(request.scope, found), initial=_profile(found))
    form.offer_contracts(request.scope.contracts, known, found.member.contracts)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_profile(
                request.scope, membership_id, form.cleaned_data["roles"], form.chosen, now=timezone.now()
            )
        except AccessRefused as refused:
            _say(form, refused)
        else:
            messages.success(request, _("Het profiel van {name} is gewijzigd.").format(name=found.name))
            return redirect("accounts")
    context = {"line": _line(request.scope, found, known), "form": form}
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@page(MANAGE)
@require_http_methods(["GET", "POST"])
def deactivate(request: PortalRequest, membership_id: int) -> HttpResponse:
    """Asked once more; from then on this colleague gets in no more."""
    if request.method == "GET":
        found = _found(request, membership_id)
        line = _line(request.scope, found, _contracts(request.scope))
        return render(request, "accounts/deactivate.html", {"line": line})
    return _done(request, membership_id, actions.deactivate, _("{name} heeft geen toegang meer."))


@page(MANAGE)
@require_POST
def reactivate(request: PortalRequest, membership_id: int) -> HttpResponse:
    """And in again."""
    return _done(request, membership_id, actions.reactivate, _("{name} heeft weer toegang."))


@page(MANAGE)
@require_POST
def resend(request: PortalRequest, membership_id: int) -> HttpResponse:
    """The invitation once more, with a new link."""
    return _done(request, membership_id, actions.resend, _("We sturen {name} een nieuwe uitnodiging."))


@page(MANAGE)
@require_POST
def revoke(request: PortalRequest, membership_id: int) -> HttpResponse:
    """The invitation is no longer good."""
    return _done(request, membership_id, actions.revoke, _("De uitnodiging van {name} is ingetrokken."))


def _done(request: PortalRequest, membership_id: int, verb: Callable[..., None], said: str) -> HttpResponse:
    found = _found(request, membership_id)
    try:
        verb(request.scope, membership_id, now=timezone.now())
    except AccessRefused as refused:
        messages.error(request, " ".join(access_refusal(refused.code, refused.params, request.brand)))
        return redirect("account", membership_id=membership_id)
    messages.success(request, said.format(name=found.name))
    return redirect("accounts")


def _found(request: PortalRequest, membership_id: int) -> Colleague:
    try:
        return queries.colleague(request.scope, membership_id, now=timezone.now())
    except NoColleague:
        raise Http404 from None


def _say(form: Any, refused: AccessRefused) -> None:
    reason, remedy = access_refusal(refused.code, refused.params, None)
    form.add_error(_FIELDS.get(refused.code), f"{reason} {remedy}".strip())


def _offered(scope: Scope, colleague: Colleague | None = None) -> list[Role]:
    """The roles that can be given, and those a colleague has that cannot be taken: in the order of the segment."""
    held = colleague.member.roles if colleague else frozenset()
    can = scope.profile.grantable(scope.roles)
    return [role for role in scope.profile.roles if role in can or role in held]


def _sent(request: PortalRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _contracts(scope: Scope) -> list[ContractView]:
    """The contracts that can be given; none where everyone works in all of them."""
    return contracts(scope) if scope.profile.allows(Capability.CHOOSE_CONTRACTS) else []


def _profile(found: Colleague) -> dict[str, Any]:
    """What the form about a colleague begins with."""
    held = found.member.contracts
    return {
        "roles": sorted(found.member.roles),
        "reach": ALL if held is None else SOME,
        "contracts": [str(id_) for id_ in sorted(held or ())],
    }


def _line(scope: Scope, found: Colleague, known: list[ContractView]) -> dict[str, Any]:
    held = found.member.contracts
    standing = found.member.standing
    words, colour = STANDINGS[standing]
    return {
        "id": found.member.id,
        "name": found.name,
        "email": found.email,
        "roles": ", ".join(str(ROLE_NAMES[role]) for role in scope.profile.roles if role in found.member.roles),
        "contracts": _("alle") if held is None else ", ".join(one.number for one in known if one.id in held),
        "standing": words,
        "colour": colour,
        "since": _since(found),
        "until": found.invitation.expires_at if found.invitation and standing == Standing.INVITED else None,
        "undeliverable": bool(found.invitation and found.invitation.undeliverable and standing == Standing.INVITED),
        "mine": found.member.account_id == scope.account_id,
        "invited": standing in (Standing.INVITED, Standing.EXPIRED, Standing.REVOKED),
        "can_revoke": standing in (Standing.INVITED, Standing.EXPIRED),
        "active": standing == Standing.ACTIVE,
    }


def _leaving(found: Colleague, wishes: dict[int, Wish], scope: Scope) -> dict[str, Any]:
    wish = wishes.get(found.member.id)
    return {
        "wish": WISHES[wish] if wish else "",
        "wants_out": wish == Wish.STOP and found.member.account_id != scope.account_id,
    }


def _since(found: Colleague) -> datetime | None:
    return found.last_login
