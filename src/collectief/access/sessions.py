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
# A session is not written for every click: a minute more or less is no matter on fifteen.
_TOUCH_SECONDS = 60


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
    """The scope of a live session; None, and the session ended, when it is over or its rights are gone.

    Must run inside `signing_in`.
    """
    held = session.get(_KEY)
    if held is None or held["brand"] != brand.slug:
        return None
    at = now.timestamp()
    idle, age = at - held["seen"], at - held["since"]
    if idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_LONGEST_SECONDS:
        session.flush()
        return None
    try:
        return scope_for(held["account_id"], held["organisation_id"], brand.slug)
    except NoAccess:
        session.flush()
        return None


def touch(session: SessionBase, *, now: datetime) -> None:
    """The session is in use."""
    held = session.get(_KEY)
    if held and now.timestamp() - held["seen"] > _TOUCH_SECONDS:
        session[_KEY] = {**held, "seen": now.timestamp()}
