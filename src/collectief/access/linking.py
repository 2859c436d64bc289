"""Linking an own eHerkenning to a place in an organisation: with an invitation, or later (U30, O05)."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.contracts.models import Organisation
from collectief.gateways.eherkenning.port import Identity, SignInRefused
from collectief.scope.database import managing_accounts, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Means

from . import notices
from .models import Membership
from .queries import door
from .rules import AccessRefused


def refusal(
    brand: Brand, organisation_id: int, membership_id: int, identity: Identity
) -> AccessRefused | SignInRefused | None:
    """Why this identity cannot be that member's; None when it can. Must run inside `managing_accounts`."""
    organisation = Organisation.objects.get(id=organisation_id)
    if Means.EHERKENNING not in door(brand, organisation.segment).profile.means:
        return AccessRefused("invitation_over")
    if not identity.is_of(kvk=organisation.kvk, rsin=organisation.rsin):
        return SignInRefused("other_company", company=identity.company_name, organisation=organisation.name)
    if identity.branch is not None and identity.branch != organisation.branch:
        return SignInRefused("other_branch", branch=identity.branch, organisation=organisation.name)
    needed = door(brand, organisation.segment).level
    if identity.level < needed:
        return SignInRefused("level_too_low", level=identity.level.label, minimum=needed.label)
    others = Membership.objects.filter(organisation_id=organisation_id).exclude(id=membership_id)
    if others.filter(acting_subject=identity.acting_subject).exists():
        return SignInRefused("identity_taken")
    return None


def link(scope: Scope, membership_id: int, identity: Identity) -> None:
    """From now on this eHerkenning opens the scope's own account here too (O05); one of before no longer does.

    Raises SignInRefused: of another company, too low, for another branch, or a colleague's. It is in the trail.
    """
    brand = brand_of(scope.brand)
    with managing_accounts(scope.home_id, scope.insurer_id):
        refused = refusal(brand, scope.home_id, membership_id, identity)
        own = Membership.objects.filter(id=membership_id, account_id=scope.account_id)
        if refused is None and not remembered(own, identity.acting_subject):
            refused = SignInRefused("identity_taken")
    with opened(scope):
        audit.record(
            scope, "account.link_identity", outcome="failure" if refused else "success",
            detail={"level": identity.level.label, "code": refused.code if refused else ""},
        )  # fmt: skip
        if refused is None:
            notices.tell_own(scope, "identity_linked")
    if refused is not None:
        raise refused


def remembered(own: QuerySet[Membership], subject: str) -> bool:
    """Whether it is theirs now: of two colleagues with one identity at the same moment the second is not.

    Must run inside `managing_accounts`.
    """
    try:
        with transaction.atomic():
            own.update(acting_subject=subject)
    except IntegrityError:
        return False
    return True
