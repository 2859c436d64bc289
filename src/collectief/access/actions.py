"""Signing in: from an identity that eHerkenning vouches for to an account of ours."""

from __future__ import annotations

import logging

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


def admit(brand: Brand, identity: Identity) -> Membership:
    """The membership that this identity opens at this portal (U01), in a transaction of its own.

    Matched on company and acting subject, never on e-mail. Raises SignInRefused with a code when there is no
    account, it was deactivated, the level is lower than this segment asks, or the identity is good for one branch
    of the company only and that is not this organisation. Who was let in and who was refused is in the trail.
    """
    with signing_in():
        membership = _membership(brand, identity)
        refusal = _refusal(brand, identity, membership)
        _record(brand, identity, membership, refusal)
        if refusal is None and membership is not None:
            Account.objects.filter(id=membership.account_id).update(last_login=Now())
    if refusal is not None:
        raise refusal
    assert membership is not None
    return membership


def sign_out(scope: Scope) -> None:
    """Say in the trail that somebody left; must run inside `opened`."""
    audit.record(scope, "account.sign_out")


def _membership(brand: Brand, identity: Identity) -> Membership | None:
    return (
        Membership.objects.select_related("account", "organisation__insurer")
        .filter(
            organisation__insurer__slug=brand.insurer,
            organisation__kvk=identity.kvk,
            organisation__segment__in=brand.segments,
            acting_subject=identity.acting_subject,
        )
        .first()
    )


def _refusal(brand: Brand, identity: Identity, membership: Membership | None) -> SignInRefused | None:
    if membership is None:
        return SignInRefused("no_account", company=identity.company_name)
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


def _record(brand: Brand, identity: Identity, membership: Membership | None, refusal: SignInRefused | None) -> None:
    """In the organisation's trail; who has no account is in nobody's, and leaves a line in the log."""
    code = refusal.code if refusal else ""
    if membership is None:
        _log.warning("sign-in refused at %s: %s", brand.slug, code)
        return
    with opened(scope_of(membership, brand)) as scope:
        audit.record(
            scope, "account.sign_in", outcome="failure" if refusal else "success",
            detail={"level": identity.level.label, "code": code},
        )  # fmt: skip
