"""Managing who has access to an organisation (U30, W05, O07): invite, change, deactivate, send again, revoke.

Every verb runs as the role for accounts with all memberships of the organisation locked, so that two managers at the
same moment cannot leave nobody in charge; every one is in the trail. What is refused leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime

from django.db import transaction

from collectief.audit import actions as audit
from collectief.brands.catalogue import brand as brand_of
from collectief.scope.database import managing_accounts, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission, Role

from . import rules
from .invitations import place, renew
from .models import Invitation, LeaveWish, Membership
from .queries import NoColleague, member_of
from .rules import AccessRefused, Standing, WishState
from .tokens import new_nonce


@transaction.atomic
def invite(
    scope: Scope, *, name: str, email: str, roles: Iterable[Role], now: datetime, mobile: str = "", language: str = "nl"
) -> int:
    """A new colleague with an invitation by mail; the id of the membership.

    Who has an account at this insurer already gets a place here with it, and learns of it by the same letter. Raises
    NotAllowed, AccessRefused.
    """
    scope.require(Permission.MANAGE_ACCOUNTS)
    rules.judge_address(email)
    wanted = frozenset(roles)
    rules.judge_roles(scope.profile, scope.roles, (), wanted)
    with _managing(scope):
        _locked(scope)
    membership_id = place(
        organisation_id=scope.organisation_id, insurer_id=scope.insurer_id, brand=brand_of(scope.brand), name=name,
        email=email, roles=wanted, language=language, invited_by=scope.account, now=now, mobile=mobile,
    )  # fmt: skip
    _record(scope, "account.invite", membership_id, roles=sorted(wanted))
    return membership_id


@transaction.atomic
def change_roles(scope: Scope, membership_id: int, roles: Iterable[Role], *, now: datetime) -> None:
    """Give a colleague another profile. Raises NotAllowed, NoColleague, AccessRefused."""
    scope.require(Permission.MANAGE_ACCOUNTS)
    wanted = frozenset(roles)
    with _managing(scope):
        members, membership = _colleague(scope, membership_id, now)
        before = frozenset(map(Role, membership.roles))
        rules.judge_roles(scope.profile, scope.roles, before, wanted)
        _still_managed(scope, members, membership_id, roles=wanted)
        membership.roles = sorted(wanted)
        membership.save(update_fields=["roles"])
    _record(scope, "account.change_roles", membership_id, before=sorted(before), roles=sorted(wanted))


@transaction.atomic
def deactivate(scope: Scope, membership_id: int, *, now: datetime) -> None:
    """Close the door to a colleague, from this moment on. Raises NotAllowed, NoColleague, AccessRefused."""
    scope.require(Permission.MANAGE_ACCOUNTS)
    with _managing(scope):
        members, membership = _colleague(scope, membership_id, now)
        rules.judge_giving(scope.profile, scope.roles, map(Role, membership.roles))
        _still_managed(scope, members, membership_id, standing=Standing.INACTIVE)
        membership.is_active = False
        membership.save(update_fields=["is_active"])
        LeaveWish.objects.filter(membership=membership, state=WishState.OPEN).update(state=WishState.DONE)
    _record(scope, "account.deactivate", membership_id)


@transaction.atomic
def reactivate(scope: Scope, membership_id: int, *, now: datetime) -> None:
    """Open it again, as it was. Raises NotAllowed, NoColleague, AccessRefused."""
    scope.require(Permission.MANAGE_ACCOUNTS)
    with _managing(scope):
        _, membership = _colleague(scope, membership_id, now)
        rules.judge_giving(scope.profile, scope.roles, map(Role, membership.roles))
        membership.is_active = True
        membership.save(update_fields=["is_active"])
    _record(scope, "account.reactivate", membership_id)


@transaction.atomic
def resend(scope: Scope, membership_id: int, *, now: datetime) -> None:
    """Send the invitation again, with a new link: the old one is worthless.

    Raises NotAllowed, NoColleague, AccessRefused.
    """
    scope.require(Permission.MANAGE_ACCOUNTS)
    with _managing(scope):
        _colleague(scope, membership_id, now)
        invitation = _open_invitation(scope, membership_id)
        rules.judge_resend(invitation.sent_at, now)
        renew(invitation, scope.insurer_id, now=now)
    _record(scope, "account.resend_invitation", membership_id)


@transaction.atomic
def revoke(scope: Scope, membership_id: int, *, now: datetime) -> None:
    """Take back an invitation that was not used. Raises NotAllowed, NoColleague, AccessRefused."""
    scope.require(Permission.MANAGE_ACCOUNTS)
    with _managing(scope):
        _colleague(scope, membership_id, now)
        invitation = _open_invitation(scope, membership_id)
        invitation.revoked_at, invitation.nonce = now, new_nonce()
        invitation.save(update_fields=["revoked_at", "nonce"])
    _record(scope, "account.revoke_invitation", membership_id)


def _managing(scope: Scope) -> AbstractContextManager[None]:
    return managing_accounts(scope.organisation_id, scope.insurer_id)


def _locked(scope: Scope) -> list[Membership]:
    own = Membership.objects.select_for_update(of=("self",)).filter(organisation_id=scope.organisation_id)
    return list(own.select_related("account", "invitation").order_by("id"))


def _colleague(scope: Scope, membership_id: int, now: datetime) -> tuple[list[rules.Member], Membership]:
    """Every member of the organisation, locked, and the one that is meant. Raises NoColleague, AccessRefused."""
    memberships = _locked(scope)
    meant = next((one for one in memberships if one.id == membership_id), None)
    if meant is None:
        raise NoColleague(membership_id)
    rules.judge_colleague(scope.account_id, member_of(meant, now=now))
    return [member_of(one, now=now) for one in memberships], meant


def _still_managed(
    scope: Scope,
    members: list[rules.Member],
    changed: int,
    *,
    roles: frozenset[Role] | None = None,
    standing: Standing | None = None,
) -> None:
    after = [
        rules.Member(one.id, one.account_id, roles if roles is not None else one.roles, standing or one.standing)
        if one.id == changed
        else one
        for one in members
    ]
    rules.judge_managed(scope.profile, after)


def _open_invitation(scope: Scope, membership_id: int) -> Invitation:
    found = Invitation.objects.filter(
        organisation_id=scope.organisation_id, membership_id=membership_id, accepted_at__isnull=True
    ).first()
    if found is None:
        raise AccessRefused("already_in")
    return found


def _record(scope: Scope, action: str, membership_id: int, **detail: object) -> None:
    with opened(scope):
        audit.record(scope, action, objects={"membership": [membership_id]}, detail=detail)
