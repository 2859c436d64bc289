"""Signing in: from an identity that eHerkenning vouches for to an account of ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.db.models import QuerySet
from django.db.models.functions import Now

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.gateways.eherkenning.port import Identity, SignInRefused
from collectief.scope.database import opened, signing_in
from collectief.scope.scope import Scope
from collectief.segments.profile import Means

from .models import Account, Membership
from .queries import door, scope_of

_log = logging.getLogger(__name__)


def admit(brand: Brand, identity: Identity, *, organisation_id: int | None = None) -> tuple[Membership, ...]:
    """The memberships that this identity opens at this portal (U01), in a transaction of its own.

    One: that is who is let in, and it is in the trail. Several: nobody is in yet, and the caller comes back with the
    `organisation_id` that was chosen. Matched on company and acting subject, never on e-mail. Raises SignInRefused
    with a code when there is no account, it was deactivated, the level is lower than the segment asks, or the
    identity is good for one branch of the company only and that is none of these organisations. Who was let in and
    who was refused is in the trail.
    """
    with signing_in():
        judged = {
            membership: _refusal(brand, identity, membership)
            for membership in _memberships(brand, identity)
            if organisation_id in (None, membership.organisation_id)
        }
        entered = tuple(membership for membership, refusal in judged.items() if refusal is None)
        if len(entered) == 1:
            _record(brand, identity, entered[0], None)
            Account.objects.filter(id=entered[0].account_id).update(last_login=Now())
        elif not entered:
            refusal = _refused(brand, identity, judged)
    if not entered:
        raise refusal
    return entered


def sign_out(scope: Scope) -> None:
    """Say in the trail that somebody left; must run inside `opened`."""
    audit.record(scope, "account.sign_out")


def _memberships(brand: Brand, identity: Identity) -> QuerySet[Membership]:
    return (
        Membership.objects.select_related("account", "organisation__insurer")
        .filter(
            organisation__insurer__slug=brand.insurer,
            **_company(identity),
            organisation__segment__in=brand.segments,
            acting_subject=identity.acting_subject,
        )
        .order_by("organisation__name", "organisation_id")
    )


def _company(identity: Identity) -> dict[str, str]:
    """How organisations are found by the company's number: `Identity.is_of`, as the database takes it."""
    return {"organisation__kvk": identity.kvk} if identity.kvk else {"organisation__rsin": identity.rsin}


def _refusal(brand: Brand, identity: Identity, membership: Membership) -> SignInRefused | None:
    organisation = membership.organisation
    if Means.EHERKENNING not in door(brand, organisation.segment).profile.means:
        return SignInRefused("no_account", company=identity.company_name)
    needed = door(brand, organisation.segment).level
    if identity.level < needed:
        return SignInRefused("level_too_low", level=identity.level.label, minimum=needed.label)
    # Without a restriction one acts for the whole company, and so for each of its branches.
    if identity.branch is not None and identity.branch != organisation.branch:
        return SignInRefused("other_branch", branch=identity.branch, organisation=organisation.name)
    if not (membership.is_active and membership.account.is_active):
        return SignInRefused("account_inactive")
    return None


def _refused(brand: Brand, identity: Identity, judged: Mapping[Membership, SignInRefused | None]) -> SignInRefused:
    """Why nobody gets in; in the trail of each organisation that was in question.

    Who has no account is in nobody's trail, and leaves a line in the log.
    """
    refusals = {membership: refusal for membership, refusal in judged.items() if refusal}
    for membership, refusal in refusals.items():
        _record(brand, identity, membership, refusal)
    if refusals:
        # A branch of another name says least about what to do; any other reason comes first.
        return min(refusals.values(), key=lambda refusal: refusal.code == "other_branch")
    _log.warning("sign-in refused at %s: no_account", brand.slug)
    return SignInRefused("no_account", company=identity.company_name)


def _record(brand: Brand, identity: Identity, membership: Membership, refusal: SignInRefused | None) -> None:
    """In the organisation's trail."""
    with opened(scope_of(membership, brand)) as scope:
        audit.record(
            scope, "account.sign_in", outcome="failure" if refusal else "success",
            detail={"level": identity.level.label, "code": refusal.code if refusal else ""},
        )  # fmt: skip
