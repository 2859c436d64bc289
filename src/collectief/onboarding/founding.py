"""How an insurer begins here: its own row, its office, and the first person there, who lets in the others.

Everybody after that person is invited by a colleague or applies. So this is an operator's, at the command line, and
works for as long as nobody manages the accounts of that office: afterwards giving access is the office's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from collectief.access import invitations
from collectief.access import rules as access
from collectief.access.models import Invitation, Membership
from collectief.access.queries import door, members_here
from collectief.access.rules import AccessRefused
from collectief.audit import actions as audit
from collectief.brands.catalogue import all_brands
from collectief.brands.catalogue import brand as brand_of
from collectief.contracts.models import Insurer, Organisation
from collectief.contracts.rules import is_kvk
from collectief.scope.database import managing_accounts, office
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Permission, Role, SegmentProfile


@dataclass(frozen=True, slots=True)
class Founder:
    """The first person of an office."""

    name: str
    email: str
    language: str = "nl"


def offices() -> tuple[str, ...]:
    """The portals that are an insurer's own office, by slug."""
    return tuple(one.slug for one in all_brands() if any(PROFILES[segment].is_office for segment in one.segments))


@transaction.atomic
def found_office(portal: str, founder: Founder, *, kvk: str, by: str, now: datetime) -> int:
    """The insurer of this portal and its office, made where they are not there yet; the first person is invited.

    Their roles are the ones that manage accounts. Again for the same address sends a fresh link; for another one it
    closes the links of before, which went to a wrong address. It is in the trail as done by operator `by`. The number
    of the membership.

    Raises LookupError for a portal that is no office, and AccessRefused: wrong_kvk; other_office, when the insurer has
    one under another number; managed_already, when somebody there lets colleagues in; already_here, just_sent, and
    what is wrong with an address.
    """
    if portal not in offices():
        raise LookupError(portal)
    brand = brand_of(portal)
    segment = next(segment for segment in brand.segments if PROFILES[segment].is_office)
    profile = door(brand, segment).profile
    if not is_kvk(kvk):
        raise AccessRefused("wrong_kvk")
    access.judge_address(founder.email)
    with office():
        insurer, _ = Insurer.objects.get_or_create(slug=brand.insurer, defaults={"name": brand.insurer_name})
        organisation = _office_of(insurer, segment, kvk)
        members = members_here(organisation.id, now=now)
    if any(access.manages(profile, one) for one in members):
        raise AccessRefused("managed_already")
    roles = sorted(_managing(profile))
    membership_id = _again(organisation, founder.email, now)
    if membership_id is None:
        membership_id = invitations.place(
            organisation_id=organisation.id, insurer_id=insurer.id, brand=brand, name=founder.name,
            email=founder.email, roles=roles, language=founder.language, invited_by=by, now=now,
        )  # fmt: skip
    audit.record_operator(
        insurer.id, insurer.name, by, "office.found", roles=("operator",), purpose=audit.PURPOSE,
        objects={"organisation": [organisation.id], "membership": [membership_id]},
        detail={"portal": portal, "roles": list(map(str, roles))},
    )  # fmt: skip
    return membership_id


def _office_of(insurer: Insurer, segment: str, kvk: str) -> Organisation:
    """The office, locked: of two operators at the same moment the second finds what the first has done."""
    Organisation.objects.get_or_create(
        insurer=insurer, kvk=kvk, branch="", segment=segment, defaults={"name": insurer.name}
    )
    known = list(Organisation.objects.select_for_update().filter(insurer=insurer, segment=segment).order_by("id"))
    if len(known) > 1:
        raise AccessRefused("other_office", kvk=next(one.kvk for one in known if one.kvk != kvk))
    return known[0]


def _again(organisation: Organisation, email: str, now: datetime) -> int | None:
    """A fresh link for who was invited at this address before; None for nobody. Other links are worth nothing more."""
    with managing_accounts(organisation.id, organisation.insurer_id):
        waiting = Invitation.objects.select_for_update().filter(
            organisation_id=organisation.id, accepted_at__isnull=True
        )
        own = Membership.objects.filter(organisation_id=organisation.id, account__email__iexact=email).first()
        waiting.exclude(membership=own).update(revoked_at=now)
        invitation = waiting.filter(membership=own).first() if own else None
        if invitation is None:
            return None
        access.judge_resend(invitation.sent_at, now)
        invitations.renew(invitation, organisation.insurer_id, now=now)
        return invitation.membership_id


def _managing(profile: SegmentProfile) -> frozenset[Role]:
    """The roles that let colleagues in, and nothing else: what else somebody does there, they are given afterwards."""
    return frozenset(role for role, may in profile.roles.items() if Permission.MANAGE_ACCOUNTS in may)
