"""Managing who has access to an organisation (U30, W05, O07): invite, change, deactivate, send again, revoke.

Every verb runs as the role for accounts with all memberships of the organisation locked, so that two managers at the
same moment cannot leave nobody in charge; every one is in the trail. What is refused leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from copy import replace
from datetime import datetime

from django.db import transaction

from collectief.audit import actions as audit
from collectief.brands.catalogue import brand as brand_of
from collectief.contracts.queries import contracts as contracts_of
from collectief.scope.database import managing_accounts, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission, Role

from . import rules
from .invitations import place, renew
from .models import Invitation, LeaveWish, Membership
from .queries import NoColleague, member_of, reach
from .rules import AccessRefused, Reach, Standing, WishState
from .tokens import new_nonce


@transaction.atomic
def invite(
    scope: Scope,
    *,
    name: str,
    email: str,
    roles: Iterable[Role],
    now: datetime,
    mobile: str = "",
    language: str = "nl",
    contracts: Reach = None,
) -> int:
    """A new colleague with an invitation by mail; the id of the membership. `contracts`: None is all of them.

    Who has an account at this insurer already gets a place here with it, and learns of it by the same letter. Raises
    NotAllowed, AccessRefused.
    """
    scope.require(Permission.MANAGE_ACCOUNTS)
    rules.judge_address(email)
    wanted = frozenset(roles)
    rules.judge_roles(scope.profile, scope.roles, (), wanted)
    _judge_contracts(scope, contracts)
    with _managing(scope):
        _locked(scope)
    membership_id = place(
        organisation_id=scope.organisation_id, insurer_id=scope.insurer_id, brand=brand_of(scope.brand), name=name,
        email=email, roles=wanted, language=language, invited_by=scope.account, now=now, mobile=mobile,
        contracts=contracts,
    )  # fmt: skip
    _record(scope, "account.invite", membership_id, contracts=contracts, roles=sorted(wanted))
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
def change_profile(scope: Scope, membership_id: int, roles: Iterable[Role], contracts: Reach, *, now: datetime) -> None:
    """Give a colleague other roles and other contracts at once: both, or neither.

    Raises NotAllowed, NoColleague, AccessRefused.
    """
    change_roles(scope, membership_id, roles, now=now)
    with _managing(scope):
        before = reach(Membership.objects.values_list("contracts", flat=True).get(id=membership_id))
    if before != contracts:
        change_contracts(scope, membership_id, contracts, now=now)


@transaction.atomic
def change_contracts(scope: Scope, membership_id: int, contracts: Reach, *, now: datetime) -> None:
    """Give a colleague other contracts to work in (G13); None is all of them, also those to come.

    What they have open shows it from the next click. Raises NotAllowed, NoColleague, AccessRefused.
    """
    scope.require(Permission.MANAGE_ACCOUNTS)
    with _managing(scope):
        members, membership = _colleague(scope, membership_id, now)
        before = reach(membership.contracts)
        rules.judge_giving(scope.profile, scope.roles, map(Role, membership.roles))
        _judge_contracts(scope, contracts)
        rules.judge_managed(
            scope.profile,
            [replace(one, contracts=contracts) if one.id == membership_id else one for one in members],
        )
        membership.contracts = None if contracts is None else sorted(contracts)
        membership.save(update_fields=["contracts"])
    _record(
        scope, "account.change_contracts", membership_id, contracts=contracts,
        before="all" if before is None else sorted(before),
    )  # fmt: skip


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
        open_ = LeaveWish.objects.filter(membership=membership, state=WishState.OPEN)
        open_.update(state=WishState.DONE, decided_at=now)
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


def _judge_contracts(scope: Scope, wanted: Reach) -> None:
    """Raises NotAllowed where nobody is given some of the contracts, AccessRefused."""
    if wanted is not None:
        scope.require(Permission.MANAGE_ACCOUNTS, Capability.CHOOSE_CONTRACTS)
    rules.judge_contracts(scope.contracts, _known(scope), wanted)


def _known(scope: Scope) -> set[int]:
    """The contracts there are, as far as the scope reaches."""
    with opened(scope):
        return {contract.id for contract in contracts_of(scope)}


def _managing(scope: Scope) -> AbstractContextManager[None]:
    return managing_accounts(scope.organisation_id, scope.insurer_id)


def _locked(scope: Scope) -> list[Membership]:
    own = Membership.objects.select_for_update(of=("self",)).filter(organisation_id=scope.organisation_id)
    return list(own.select_related("account", "invitation").order_by("id"))


def _colleague(scope: Scope, membership_id: int, now: datetime) -> tuple[list[rules.Member], Membership]:
    """Every member of the organisation, locked, and the one that is meant. Raises NoColleague, AccessRefused.

    Who works in a contract that the scope does not reach is nobody it knows.
    """
    memberships = _locked(scope)
    meant = next((one for one in memberships if one.id == membership_id), None)
    own = meant is not None and meant.account_id == scope.account_id
    if meant is None or not (own or rules.within(scope.contracts, reach(meant.contracts))):
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
        replace(one, roles=roles if roles is not None else one.roles, standing=standing or one.standing)
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


def _record(scope: Scope, action: str, membership_id: int, *, contracts: Reach = None, **detail: object) -> None:
    objects = {"membership": [membership_id], "contract": sorted(contracts or ())}
    with opened(scope):
        audit.record(scope, action, objects=objects, detail=detail)
