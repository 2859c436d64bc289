"""A signed-in session: 15 minutes idle, 4 hours at most, tied to one portal (STANDARDS, eHerkenning and norms)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from collectief.brands.catalogue import Brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.scope.scope import Scope

from .models import Membership
from .queries import NoAccess, scope_for

_KEY = "signed_in"
_HALF = "half_way"
# After the password, this long for the second factor.
_HALF_SECONDS = 10 * 60
# What one click asks of us in the same second is one use.
_SAME_USE_SECONDS = 1


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Somebody whose password was right and who still owes a second factor: that opens nothing yet."""

    account_id: int
    membership_id: int
    next: str
    # The sealed secret of an authenticator app that is being linked in this session; empty when none is.
    linking: str


class SessionOver(PermissionError):
    """Somebody was signed in with this session, and is no more."""


def open_session(
    session: SessionBase, brand: Brand, membership: Membership, level: AssuranceLevel | None, *, now: datetime
) -> None:
    """Begin a signed-in session under a new key, so that one known beforehand is worth nothing.

    `level` is what eHerkenning said; None for who came with a password and a second factor.
    """
    session.flush()
    session.cycle_key()
    session[_KEY] = {
        "brand": brand.slug,
        "account_id": membership.account_id,
        "organisation_id": membership.organisation_id,
        "level": None if level is None else int(level),
        "since": now.timestamp(),
        "seen": now.timestamp(),
    }


def scope_of(session: SessionBase, brand: Brand, *, now: datetime) -> Scope | None:
    """The scope of a live session; None when nobody signed in with it at this portal.

    Raises SessionOver, and ends the session, when its time is over or its rights are gone. Must run inside
    `signing_in`.
    """
    held = session.get(_KEY)
    if held is None or held["brand"] != brand.slug:
        return None
    at = now.timestamp()
    idle, age = at - held["seen"], at - held["since"]
    if idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_LONGEST_SECONDS:
        session.flush()
        raise SessionOver
    try:
        return scope_for(held["account_id"], held["organisation_id"], brand.slug)
    except NoAccess:
        session.flush()
        raise SessionOver from None


def touch(session: SessionBase, *, now: datetime) -> None:
    """The session is in use; kept to the second, so that it ends when the browser's own clock says it does."""
    held = session.get(_KEY)
    if held and now.timestamp() - held["seen"] >= _SAME_USE_SECONDS:
        session[_KEY] = {**held, "seen": now.timestamp()}


def open_half(session: SessionBase, brand: Brand, membership: Membership, where: str, *, now: datetime) -> None:
    """The password was right: under a new key, on to the second factor and nowhere else."""
    session.flush()
    session.cycle_key()
    session[_HALF] = {
        "brand": brand.slug, "account_id": membership.account_id, "membership_id": membership.id, "next": where,
        "linking": "", "since": now.timestamp(),
    }  # fmt: skip


def half_way(session: SessionBase, brand: Brand, *, now: datetime) -> HalfWay | None:
    """Who is half way in with this session; None for nobody, or too long ago."""
    held = session.get(_HALF)
    if held is None or held["brand"] != brand.slug or now.timestamp() - held["since"] > _HALF_SECONDS:
        return None
    return HalfWay(held["account_id"], held["membership_id"], held["next"], held["linking"])


def keep_linking(session: SessionBase, sealed: str) -> None:
    """Remember, for this session only, the secret that is being linked."""
    session[_HALF] = {**session[_HALF], "linking": sealed}
