"""From who signed in to how far they reach."""

from __future__ import annotations

from copy import replace
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from collectief.brands.catalogue import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.foundation.assurance import AssuranceLevel
from collectief.foundation.names import search_key
from collectief.scope.database import auditing, managing_accounts, signing_in
from collectief.scope.scope import Scope, UnderMandate
from collectief.segments.catalogue import profile
from collectief.segments.profile import Capability, Means, Permission, Role, SegmentProfile

from .identity import raised_minimum
from .models import Account, Invitation, Membership
from .rules import Member, Reach, mandated, standing_of, within

# How long the words for who did something may be in every table that has them.
_ACCOUNT = 120

# How many accounts a search by name gives at most.
_MOST_SOUGHT = 50


class NoAccess(PermissionError):
    """The account is no active member of that organisation at that portal (any more)."""


class NoColleague(LookupError):
    """The organisation has no member with that number."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a place in the organisation, as the list of accounts shows them."""

    member: Member
    name: str
    email: str
    last_login: datetime | None
    invitation: Invitation | None


@dataclass(frozen=True, slots=True)
class Door:
    """What a portal asks of whoever signs in for a segment."""

    profile: SegmentProfile
    level: AssuranceLevel


def door(brand: Brand, segment: str) -> Door:
    """The segment's profile as the brand narrows it, and the highest of the levels asked. KeyError: not served here."""
    if segment not in brand.segments:
        raise KeyError(segment)
    whole = profile(segment)
    narrowed = replace(whole, narrowed=frozenset(Capability(name) for name in brand.narrowed))
    level = max(whole.assurance_level, AssuranceLevel.from_label(brand.minimum_assurance))
    return Door(narrowed, raised_minimum(brand, level))


def password_segments(brand: Brand) -> list[str]:
    """The segments of this portal whose people sign in with an own password."""
    return [segment for segment in brand.segments if Means.PASSWORD in profile(segment).means]


def lowest_level(brand: Brand) -> AssuranceLevel:
    """What to ask of eHerkenning before it is known who comes: the least that any segment here takes."""
    return min(door(brand, segment).level for segment in brand.segments)


def scope_for(
    account_id: int,
    organisation_id: int,
    brand_slug: str,
    *,
    channel: str = "form",
    mandate_id: int | None = None,
    today: date | None = None,
    home_id: int | None = None,
) -> Scope:
    """The scope of an account in an organisation as it is now: rights are looked up again, never remembered.

    With a mandate, in the principal's name (X07), as somebody of `home_id` where that is known: one may work at two
    organisations of one company. Raises NoAccess. Must run inside `signing_in`.
    """
    if mandate_id is not None:
        return _acting(account_id, organisation_id, brand_slug, channel, mandate_id, today, home_id, only_active=True)
    return _scope(account_id, organisation_id, brand_slug, channel, only_active=True)


def scope_without_rights(
    account_id: int, organisation_id: int, brand_slug: str, *, channel: str, mandate_id: int | None = None
) -> Scope:
    """The scope of an account that may do nothing any more: in it, what it had begun can be ended properly.

    For jobs alone, which know that it had begun something. Raises NoAccess when it never was a member, or, under a
    mandate, of no organisation with the number that the mandate was given to.
    """
    with signing_in():
        if mandate_id is None:
            scope = _scope(account_id, organisation_id, brand_slug, channel, only_active=False)
        else:
            scope = _acting(account_id, organisation_id, brand_slug, channel, mandate_id, None, None, only_active=False)
        # It shows nobody anything; what was begun in a contract that is no longer theirs is ended too.
        return replace(scope, roles=frozenset(), contracts=None)


# What a scope is made of, in the order `_made` takes it. Asked for every page: written out, since the ORM takes three
# times as long to make the question as the database to answer it.
_MEMBER = """
SELECT i.id, i.slug, o.id, o.name, o.segment, a.id, a.name, m.roles, m.contracts,
       EXISTS (SELECT FROM mandate_person p WHERE p.membership_id = m.id)
  FROM membership m JOIN account a ON a.id = m.account_id JOIN organisation o ON o.id = m.organisation_id
  JOIN insurer i ON i.id = o.insurer_id
 WHERE m.account_id = %s AND m.organisation_id = %s AND ((m.is_active AND a.is_active) OR NOT %s)
"""


def _scope(account_id: int, organisation_id: int, brand_slug: str, channel: str, *, only_active: bool) -> Scope:
    with connection.cursor() as cursor:
        cursor.execute(_MEMBER, [account_id, organisation_id, only_active])
        found = cursor.fetchone()
    brand = brand_of(brand_slug)
    if found is None or found[1] != brand.insurer:
        raise NoAccess
    return replace(_made(brand, channel, *found[:-1]), represents=found[-1])


# The same for who acts under a mandate: for the principal, as somebody of whoever has the number it was given to. Who
# may not act under it any more is found too, where it is asked so: what they had begun is ended as theirs.
_UNDER_MANDATE = """
SELECT i.id, i.slug, o.id, o.name, o.segment, a.id, a.name, d.roles, d.contracts, coalesce(p.roles, '{}'), h.id, h.name
  FROM mandate d JOIN organisation o ON o.id = d.principal_id JOIN insurer i ON i.id = o.insurer_id
  JOIN membership m ON m.account_id = %s JOIN account a ON a.id = m.account_id
  JOIN organisation h ON h.id = m.organisation_id
  LEFT JOIN mandate_person p ON p.mandate_id = d.id AND p.membership_id = m.id
 WHERE d.id = %s AND o.id = %s AND h.id = coalesce(%s, h.id)
   AND h.insurer_id = o.insurer_id AND h.kvk = d.kvk
   AND ((p.id IS NOT NULL AND m.is_active AND a.is_active AND d.revoked_at IS NULL AND d.first_day <= %s
         AND coalesce(d.end_day, 'infinity') > %s) OR NOT %s)
 ORDER BY p.id IS NULL, h.id LIMIT 1
"""


def _acting(
    account_id: int,
    organisation_id: int,
    brand_slug: str,
    channel: str,
    mandate_id: int,
    today: date | None,
    home_id: int | None,
    *,
    only_active: bool,
) -> Scope:
    day = today or timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_MANDATE, [account_id, mandate_id, organisation_id, home_id, day, day, only_active])
        found = cursor.fetchone()
    brand = brand_of(brand_slug)
    if found is None or found[1] != brand.insurer:
        raise NoAccess
    *made, persons, home_id, home = found
    scope = _made(brand, channel, *made)
    return replace(
        scope,
        roles=mandated(scope.profile, scope.roles, map(Role, persons)),
        account=f"{scope.account} ({home})"[:_ACCOUNT],
        mandate=UnderMandate(mandate_id, home_id, home),
        represents=True,
    )


def scope_of(membership: Membership, brand: Brand, *, channel: str = "form") -> Scope:
    """The scope that a membership gives at a portal. Raises NoAccess when the portal does not serve its segment."""
    organisation = membership.organisation
    return _made(
        brand, channel, organisation.insurer_id, organisation.insurer.slug, organisation.id, organisation.name,
        organisation.segment, membership.account_id, membership.account.name, membership.roles, membership.contracts,
    )  # fmt: skip


def _made(
    brand: Brand,
    channel: str,
    insurer_id: int,
    insurer: str,
    organisation_id: int,
    organisation: str,
    segment: str,
    account_id: int,
    account: str,
    roles: list[str],
    contracts: list[int] | None,
) -> Scope:
    try:
        profile = door(brand, segment).profile
    except KeyError:
        raise NoAccess from None
    return Scope(
        insurer_id=insurer_id,
        insurer=insurer,
        organisation_id=organisation_id,
        organisation=organisation,
        account_id=account_id,
        account=account,
        roles=frozenset(map(Role, roles)),
        profile=profile,
        brand=brand.slug,
        channel=channel,
        contracts=reach(contracts),
    )


def reach(contracts: list[int] | None) -> Reach:
    """What a row has for the contracts somebody works in, as judging needs it."""
    return None if contracts is None else frozenset(contracts)


def scope_again(
    account_id: int,
    organisation_id: int,
    brand_slug: str,
    *,
    channel: str,
    mandate_id: int | None = None,
    today: date | None = None,
    home_id: int | None = None,
) -> Scope:
    """`scope_for` from outside a request: how a job or command gets the scope it works in."""
    with signing_in():
        return scope_for(
            account_id,
            organisation_id,
            brand_slug,
            channel=channel,
            mandate_id=mandate_id,
            today=today,
            home_id=home_id,
        )


def scopes_at(brand: Brand, account_id: int, *, channel: str) -> list[Scope]:
    """The scopes that an account has at a portal now: one for each organisation in which it may come in."""
    with signing_in():
        own = Membership.objects.select_related("account", "organisation__insurer").filter(
            account_id=account_id, is_active=True, account__is_active=True,
            organisation__insurer__slug=brand.insurer, organisation__segment__in=brand.segments,
        )  # fmt: skip
        return [scope_of(one, brand, channel=channel) for one in own.order_by("id")]


def scope_by_email(email: str, brand_slug: str, *, channel: str) -> Scope:
    """The scope of the account with this e-mail at a portal. Raises NoAccess, also when it serves several.

    For the command line, which has no sign-in: whoever runs it is an operator.
    """
    with signing_in():
        found = Membership.objects.filter(
            account__email=email, is_active=True, organisation__insurer__slug=brand_of(brand_slug).insurer
        ).values_list("account_id", "organisation_id")[:2]
        if len(found) != 1:
            raise NoAccess
        return scope_for(*found[0], brand_slug, channel=channel)


def own_membership(scope: Scope) -> int:
    """The number of the scope's own place in its organisation."""
    with signing_in():
        own = Membership.objects.filter(account_id=scope.account_id, organisation_id=scope.home_id)
        return own.values_list("id", flat=True).get()


def own_email(scope: Scope) -> str:
    """The address that the scope's account signs in with."""
    with signing_in():
        return Account.objects.values_list("email", flat=True).get(id=scope.account_id)


@dataclass(frozen=True, slots=True)
class SoughtAccount:
    """An account as the insurer's auditor finds it."""

    id: int
    name: str
    email: str


def accounts_named(scope: Scope, text: str, *, most: int) -> list[SoughtAccount]:
    """Accounts of the insurer with this address, or with these words in their name. Raises NotAllowed."""
    matches = Q(email__iexact=text) if "@" in text else Q(name__icontains=text)
    return _sought(scope, matches)[:most]


def sought_account(scope: Scope, account_id: int) -> SoughtAccount | None:
    """The account with this number at the insurer, if there is one. Raises NotAllowed."""
    return next(iter(_sought(scope, Q(id=account_id))), None)


def _sought(scope: Scope, matches: Q) -> list[SoughtAccount]:
    scope.require(Permission.SEARCH_TRAIL)
    with auditing(scope.insurer_id):
        found = Account.objects.filter(matches, insurer_id=scope.insurer_id).order_by("name", "id")
        return [SoughtAccount(*row) for row in found.values_list("id", "name", "email")[:_MOST_SOUGHT]]


def linked_identity(scope: Scope) -> bool:
    """Whether an eHerkenning is linked to the scope's own place (O05)."""
    with signing_in():
        own = Membership.objects.filter(account_id=scope.account_id, organisation_id=scope.home_id)
        return own.filter(acting_subject__isnull=False).exists()


def colleagues(scope: Scope, *, now: datetime) -> list[Colleague]:
    """Everyone with a place in the scope's organisation, by name. Raises NotAllowed.

    For who works in some contracts: themselves, and who works nowhere else (G13).
    """
    scope.require(Permission.MANAGE_ACCOUNTS)
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = Membership.objects.filter(organisation_id=scope.organisation_id)
        rows = [one for one in own.select_related("account", "invitation") if _is_seen(scope, one)]
        found = [_colleague(one, now) for one in rows]
    return sorted(found, key=lambda one: (search_key(one.name), one.member.id))


def colleague(scope: Scope, membership_id: int, *, now: datetime) -> Colleague:
    """One of them. Raises NotAllowed, NoColleague."""
    scope.require(Permission.MANAGE_ACCOUNTS)
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = Membership.objects.filter(organisation_id=scope.organisation_id, id=membership_id)
        found = own.select_related("account", "invitation").first()
    if found is None or not _is_seen(scope, found):
        raise NoColleague(membership_id)
    return _colleague(found, now)


def accounts_within_reach(scope: Scope) -> list[int]:
    """Accounts of the organisation that work nowhere but in the contracts of the scope, its own among them."""
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = Membership.objects.filter(organisation_id=scope.organisation_id)
        return [one.account_id for one in own if _is_seen(scope, one)]


def _is_seen(scope: Scope, membership: Membership) -> bool:
    return membership.account_id == scope.account_id or within(scope.contracts, reach(membership.contracts))


def members_here(organisation_id: int, *, now: datetime) -> list[Member]:
    """Everyone with a place there, as judging needs it. Must run as staff or inside `managing_accounts`."""
    own = Membership.objects.filter(organisation_id=organisation_id).select_related("account", "invitation")
    return [member_of(one, now=now) for one in own]


def member_of(membership: Membership, *, now: datetime) -> Member:
    """A membership, fetched with its account and invitation, as judging needs it."""
    invitation = _invitation(membership)
    return Member(
        membership.id,
        membership.account_id,
        frozenset(map(Role, membership.roles)),
        standing_of(
            active=membership.is_active and membership.account.is_active,
            invited=invitation is not None,
            accepted=invitation is not None and invitation.accepted_at is not None,
            revoked=invitation is not None and invitation.revoked_at is not None,
            expires_at=invitation.expires_at if invitation else None,
            now=now,
        ),
        reach(membership.contracts),
    )


def _invitation(membership: Membership) -> Invitation | None:
    try:
        return membership.invitation
    except Invitation.DoesNotExist:
        return None


def _colleague(membership: Membership, now: datetime) -> Colleague:
    invitation = _invitation(membership)
    waits = invitation is not None and invitation.accepted_at is None
    # Who has not come in yet goes by the name they were invited with: what their account says is not ours to show.
    name = invitation.name if invitation is not None and waits else membership.account.name
    return Colleague(
        member_of(membership, now=now), name, membership.account.email,
        None if waits else membership.account.last_login, invitation,
    )  # fmt: skip
