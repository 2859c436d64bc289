"""Signing in: from an identity that eHerkenning vouches for to an account of ours."""

from __future__ import annotations

from collectief.brands.catalogue import Brand
from collectief.gateways.eherkenning.port import Identity, SignInRefused

from .models import Membership
from .queries import door


def admit(brand: Brand, identity: Identity) -> Membership:
    """The membership that this identity opens at this portal (U01).

    Matched on company and acting subject, never on e-mail. Raises SignInRefused with a code when there is no
    account, it was deactivated, or the level is lower than this segment asks. Must run inside `signing_in`.
    """
    membership = (
        Membership.objects.select_related("account", "organisation")
        .filter(
            organisation__insurer__slug=brand.insurer,
            organisation__kvk=identity.kvk,
            acting_subject=identity.acting_subject,
        )
        .first()
    )
    if membership is None or membership.organisation.segment not in brand.segments:
        raise SignInRefused("no_account", company=identity.company_name)
    needed = door(brand, membership.organisation.segment).level
    if identity.level < needed:
        raise SignInRefused("level_too_low", level=identity.level.label, minimum=needed.label)
    if not (membership.is_active and membership.account.is_active):
        raise SignInRefused("account_inactive")
    return membership
