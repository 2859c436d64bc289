"""Between eHerkenning and a session: which of several organisations somebody comes for (U01).

What eHerkenning said waits in the session; nobody is signed in by it, and it is over when signing in would be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

from collectief.brands.catalogue import Brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.port import Identity, SignInRefused

from .models import Membership

_KEY = "choosing_organisation"
# Seconds a choice may take: as long as signing in itself may.
LONGEST = 15 * 60


@dataclass(frozen=True, slots=True)
class Option:
    """An organisation that can be chosen: `branch` is its establishment, when it is not the whole company.

    `segment` is the slug of its kind of customer.
    """

    id: int
    name: str
    kvk: str
    branch: str
    segment: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Who chooses, between what, and where they were going."""

    identity: Identity
    options: tuple[Option, ...]
    next: str


def hold(
    session: SessionBase, brand: Brand, identity: Identity, memberships: Iterable[Membership], *, next_: str,
    now: datetime,
) -> None:  # fmt: skip
    """Begin a choice under a new key, so that one known beforehand is worth nothing."""
    session.flush()
    session.cycle_key()
    organisations = [membership.organisation for membership in memberships]
    session[_KEY] = {
        "brand": brand.slug,
        "since": now.timestamp(),
        "next": next_,
        "identity": {
            "kvk": identity.kvk, "acting_subject": identity.acting_subject, "level": int(identity.level),
            "company_name": identity.company_name, "person_hint": identity.person_hint, "branch": identity.branch,
            "rsin": identity.rsin,
        },
        "options": [[one.id, one.name, one.kvk, one.branch, one.segment] for one in organisations],
    }  # fmt: skip


def held(session: SessionBase, brand: Brand, *, now: datetime) -> Choice:
    """The choice that waits. Raises SignInRefused (`expired`) when there is none, at this portal, or no longer."""
    kept = session.get(_KEY)
    if kept is None or kept["brand"] != brand.slug or now.timestamp() - kept["since"] > LONGEST:
        raise SignInRefused("expired")
    said = kept["identity"]
    identity = Identity(**(said | {"level": AssuranceLevel(said["level"])}))
    return Choice(identity, tuple(Option(*option) for option in kept["options"]), kept["next"])
