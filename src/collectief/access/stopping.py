"""Stopping the reset of a second factor: whoever it is about, by a link or by signing in; the desk; or time (K05)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from copy import replace
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.scope.database import helping, opened, signing_in
from collectief.scope.scope import Scope

from . import tokens
from .models import FactorReset, Membership
from .queries import NoAccess, scope_of, scope_without_rights
from .reset_rules import OPEN, Act, ResetState, Why, after
from .rules import AccessRefused

_PURPOSE = "stop-reset"


def stop_token(reset: FactorReset) -> str:
    """What stands in the link of each notice of this reset."""
    return tokens.token(_PURPOSE, reset.id, bytes(reset.nonce))


def look_up(brand: Brand, token: str) -> FactorReset:
    """The reset that this link stops; opening it stops nothing. Raises AccessRefused("link_over")."""
    id_ = tokens.row_of(token)
    with signing_in():
        found = None if id_ is None else FactorReset.objects.filter(id=id_, brand=brand.slug).first()
    nonce = bytes(found.nonce) if found else tokens.new_nonce()
    if not tokens.belongs(token, _PURPOSE, id_ or 0, nonce) or found is None:
        raise AccessRefused("link_over")
    return found


def stop_by_link(brand: Brand, token: str, *, now: datetime) -> None:
    """Whoever got the notice stops it, without signing in. Raises AccessRefused: link_over, reset_over."""
    found = look_up(brand, token)
    with signing_in():
        stopped = _stopped(found.id, Why.BY_OWNER, now)
    if not stopped:
        raise AccessRefused("reset_over")
    for scope in _own_scopes(brand, found.account_id):
        with opened(scope):
            record_at(scope, found, "account.stop_reset", Why.BY_OWNER)


def stop_by_sign_in(brand: Brand, member: Membership, *, now: datetime) -> bool:
    """Somebody gave a second factor they have beside their password: nothing needs to be reset. Whether anything was.

    Not for who came by eHerkenning or a work account: that says nothing of what they lost.

    Must run inside `signing_in`.
    """
    found = FactorReset.objects.filter(account_id=member.account_id, state__in=OPEN).first()
    # A passkey of an office says nothing of what was lost for another portal, nor the reverse.
    if found is None or brand_of(found.brand).only_passkeys != brand.only_passkeys:
        return False
    if not _stopped(found.id, Why.SIGNED_IN, now):
        return False
    scope = scope_of(member, brand)
    with opened(scope):
        record_at(scope, found, "account.stop_reset", Why.SIGNED_IN)
    return True


def stop_by_time(reset: FactorReset, why: Why, *, now: datetime) -> None:
    """What stood in the way when it was to be carried out. Must run inside `signing_in`, the row locked."""
    if _stopped(reset.id, why, now):
        record_for_staff(reset, "account.stop_reset", why)


def tell(reset_id: int, stage: str) -> None:
    """Notices to whoever it is about, wherever they can be reached, in the transaction of what they tell."""
    # By name, since jobs stand above actions.
    queue.configure_task("access.spread_reset_notice").defer(reset_id=reset_id, stage=stage)


def record_at(scope: Scope, reset: FactorReset, action: str, why: str = "", **more: str) -> None:
    """One event about a reset, in the trail of the scope's organisation."""
    about = {"account": [reset.account_id], "reset": [reset.id]}
    audit.record(scope, action, objects=about, detail={"code": str(why), **more})


def record_operator(reset: FactorReset, action: str, operator: str, why: str = "") -> None:
    """An act at the command line, under the account itself and with the name of who did it."""
    for own in _own_scopes(brand_of(reset.brand), reset.account_id, channel="command"):
        with opened(own):
            record_at(own, reset, action, why, by=operator)


def record_for_staff(reset: FactorReset, action: str, why: str = "") -> None:
    """What time did with what an employee began: under their name, at the office and at whom it is about."""
    if reset.asked_by_id is not None and reset.asked_office is not None:
        with suppress(NoAccess):
            # A savepoint: what is not found must not undo what is told of.
            with transaction.atomic():
                scope = scope_without_rights(reset.asked_by_id, reset.asked_office, reset.asked_portal, channel="job")
            record_everywhere(scope, reset, action, why)
            return
    record_operator(reset, action, reset.asked_by, why)


def record_everywhere(scope: Scope, reset: FactorReset, action: str, why: str = "") -> None:
    """An employee's act in the trail of the office and of each organisation that the account has a place in."""
    with helping(scope.insurer_id):
        places = Membership.objects.filter(account_id=reset.account_id).values_list("organisation_id", flat=True)
        for one in at_organisations(scope, places):
            record_at(one, reset, action, why)


def at_organisations(scope: Scope, organisations: Iterable[int]) -> list[Scope]:
    """The scope of somebody at the office, writing in its own trail and in these customers'."""
    return [replace(scope, organisation_id=id_) for id_ in sorted({scope.organisation_id, *organisations})]


def _stopped(reset_id: int, why: Why, now: datetime) -> bool:
    """Stop it if it is under way; whether it was. Of two at the same moment one finds it stopped."""
    fresh = FactorReset.objects.filter(id=reset_id, state__in=OPEN)
    if not fresh.update(state=after(ResetState.ASKED, Act.STOP), ended_at=now, ended_why=why):
        return False
    tell(reset_id, "stopped")
    return True


def _own_scopes(brand: Brand, account_id: int, *, channel: str = "link") -> list[Scope]:
    """The account's own scopes at a portal."""
    with signing_in():
        own = Membership.objects.select_related("account", "organisation__insurer").filter(
            account_id=account_id, organisation__insurer__slug=brand.insurer, organisation__segment__in=brand.segments
        )
        return [scope_of(one, brand, channel=channel) for one in own]
