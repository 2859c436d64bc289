"""A signed-in session: 15 minutes idle, 4 hours at most, tied to one portal (STANDARDS, eHerkenning and norms)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from collectief.brands.catalogue import Brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.scope.scope import Scope

from .models import Membership
from .queries import NoAccess, scope_for

_KEY = "signed_in"
# What one click asks of us in the same second is one use.
_SAME_USE_SECONDS = 1


class SessionOver(PermissionError):
    """Somebody was signed in with this session, and is no more."""


def open_session(
    session: SessionBase, brand: Brand, membership: Membership, level: AssuranceLevel, *, now: datetime
) -> None:
    """Begin a signed-in session under a new key, so that one known beforehand is worth nothing."""
    session.flush()
    session.cycle_key()
    session[_KEY] = {
        "brand": brand.slug,
        "account_id": membership.account_id,
        "organisation_id": membership.organisation_id,
        "level": int(level),
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
