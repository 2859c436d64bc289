"""A signed-in session: 15 minutes idle, 4 hours at most, tied to one portal (STANDARDS, eHerkenning and norms)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.scope.database import signing_in
from collectief.scope.scope import Scope
from collectief.segments.catalogue import profile
from collectief.segments.profile import SegmentProfile

from . import stopping
from .models import Membership, OpenSession
from .queries import NoAccess, scope_for
from .session_store import HALF_WAY, SIGNED_IN

_KEY = SIGNED_IN
_HALF = HALF_WAY
# What a step of the second factor keeps between question and answer.
_STEP = "second_factor"
# For this long after a second factor one may change how one signs in.
_FRESH_SECONDS = 10 * 60
# After the password, this long for the second factor.
_HALF_SECONDS = 10 * 60
# How much of what a browser says of itself is kept.
_BROWSER = 200
# What one click asks of us in the same second is one use.
_SAME_USE_SECONDS = 1


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Somebody whose password was right and who still owes a second factor: that opens nothing yet."""

    account_id: int
    membership_id: int
    profile: SegmentProfile
    next: str


class SessionOver(PermissionError):
    """Somebody was signed in with this session, and is no more."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """One of somebody's own sessions. `number` names it without being its key."""

    number: str
    brand: str
    browser: str
    since: datetime
    seen: datetime
    current: bool


def open_session(
    session: SessionBase,
    brand: Brand,
    membership: Membership,
    level: AssuranceLevel | None,
    *,
    now: datetime,
    browser: str = "",
    proved: bool = True,
    single_sign_on: datetime | None = None,
) -> bool:
    """Begin a signed-in session under a new key, so that one known beforehand is worth nothing.

    `level` is what eHerkenning said; None for who came otherwise. Not `proved`: without a second factor, in the days
    that a portal allows it. `single_sign_on` is when who came by it last proved who they are, which may be hours ago.
    Whether a reset of the second factor was stopped by it (K05).
    """
    session.flush()
    session.cycle_key()
    session[_KEY] = {
        "brand": brand.slug,
        "account_id": membership.account_id,
        "organisation_id": membership.organisation_id,
        "mandate_id": None,
        "level": None if level is None else int(level),
        "since": now.timestamp(),
        "seen": now.timestamp(),
        "proved": (single_sign_on or now).timestamp() if proved else 0,
        "single_sign_on": single_sign_on is not None,
        "browser": browser[:_BROWSER],
    }
    with signing_in():
        with_factor = proved and level is None and single_sign_on is None
        return with_factor and stopping.stop_by_sign_in(brand, membership, now=now)


def scope_of(session: SessionBase, brand: Brand, *, now: datetime) -> Scope | None:
    """The scope of a live session; None when nobody signed in with it at this portal.

    Raises SessionOver, and ends the session, when its time is over or its rights are gone. Must run inside
    `signing_in`.
    """
    held = session.get(_KEY)
    if held is None or held["brand"] != brand.slug:
        return None
    if _over(held, now):
        session.flush()
        raise SessionOver
    try:
        return scope_for(
            held["account_id"], held["organisation_id"], brand.slug, mandate_id=held.get("mandate_id"),
            today=timezone.localdate(now), home_id=held.get("home_id"),
        )  # fmt: skip
    except NoAccess:
        session.flush()
        raise SessionOver from None


def seconds_left(session: SessionBase, *, now: datetime) -> int:
    """How long this session can last at most, however much it is used."""
    held = session.get(_KEY)
    return max(0, int(held["since"] + settings.SESSION_LONGEST_SECONDS - now.timestamp())) if held else 0


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
        "segment": membership.organisation.segment, "since": now.timestamp(),
    }  # fmt: skip


def half_way(session: SessionBase, brand: Brand, *, now: datetime) -> HalfWay | None:
    """Who is half way in with this session; None for nobody, or too long ago."""
    held = session.get(_HALF)
    if held is None or held["brand"] != brand.slug or now.timestamp() - held["since"] > _HALF_SECONDS:
        return None
    return HalfWay(held["account_id"], held["membership_id"], profile(held["segment"]), held["next"])


def keep(session: SessionBase, **step: str | int) -> None:
    """Remember something of a step of the second factor, for this session only: it goes when somebody gets in."""
    session[_STEP] = {**session.get(_STEP, {}), **step}


def kept(session: SessionBase, name: str) -> Any:
    """What was remembered by this name; None when nothing was."""
    return session.get(_STEP, {}).get(name)


def forget(session: SessionBase, name: str) -> Any:
    """What was remembered by this name, for the last time: a question is answered once."""
    found = kept(session, name)
    if found is not None:
        session[_STEP] = {key: value for key, value in session[_STEP].items() if key != name}
    return found


def is_fresh(session: SessionBase, *, now: datetime) -> bool:
    """Whether a second factor (or eHerkenning) was given so short ago that one may change how one signs in."""
    held = session.get(_KEY)
    return held is not None and now.timestamp() - held.get("proved", 0) <= _FRESH_SECONDS


def prove_again(session: SessionBase, *, now: datetime) -> None:
    """A second factor was given once more: under a new key, since the session can do more from now on."""
    session[_KEY] = {**session[_KEY], "proved": now.timestamp()}
    session.cycle_key()


def level_of(session: SessionBase) -> AssuranceLevel | None:
    """What eHerkenning said of who is signed in; None for who came otherwise."""
    level = session[_KEY]["level"]
    return None if level is None else AssuranceLevel(level)


def by_single_sign_on(session: SessionBase) -> bool:
    """Whether who is signed in came by the insurer's own provider: that says nothing of an own password or passkey."""
    return bool(session.get(_KEY, {}).get("single_sign_on"))


def act_for(session: SessionBase, scope: Scope) -> None:
    """From now on the session is for this organisation (X07), under a new key: it can do other things."""
    session[_KEY] = {
        **session[_KEY], "organisation_id": scope.organisation_id, "mandate_id": scope.mandate_id,
        "home_id": scope.home_id,
    }  # fmt: skip
    session.cycle_key()


def end_others(account_id: int, current: str | None) -> None:
    """Nobody is signed in elsewhere any more, nor half way: how one signs in has changed."""
    with signing_in():
        OpenSession.objects.filter(account_id=account_id).exclude(session_key=current).delete()


def end_at(organisation_id: int, account_ids: Iterable[int]) -> None:
    """These accounts are signed in no more for this organisation; elsewhere they stay."""
    with signing_in():
        rows = OpenSession.objects.filter(account_id__in=list(account_ids))
        keys = [
            row.session_key for row in rows if row.get_decoded().get(_KEY, {}).get("organisation_id") == organisation_id
        ]
        OpenSession.objects.filter(session_key__in=keys).delete()


def own_sessions(scope: Scope, current: str | None, *, now: datetime) -> list[SessionView]:
    """Every session in which this account is signed in at this moment, at any portal, the one in use first."""
    with signing_in():
        rows = list(OpenSession.objects.filter(account_id=scope.account_id, expire_date__gt=now))
        found = [(row.session_key, row.get_decoded().get(_KEY)) for row in rows]
    views = [
        SessionView(
            _number(key), held["brand"], held.get("browser", ""), _at(held["since"]), _at(held["seen"]), key == current
        )
        for key, held in found
        if held and not _over(held, now)
    ]
    return sorted(views, key=lambda view: (not view.current, -view.seen.timestamp()))


def end_sessions(scope: Scope, current: str | None, *, number: str | None = None) -> int:
    """Sign out elsewhere: of the session with this number, or of all but the one in use. How many there were.

    In the trail, when there was one.
    """
    with signing_in():
        own = OpenSession.objects.filter(account_id=scope.account_id).exclude(session_key=current)
        keys = [key for key in own.values_list("session_key", flat=True) if number in (None, _number(key))]
        OpenSession.objects.filter(session_key__in=keys).delete()
    if keys:
        audit.record(scope, "account.end_sessions", detail={"sessions": len(keys)})
    return len(keys)


def _number(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _at(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _over(held: Mapping[str, Any], now: datetime) -> bool:
    idle, age = now.timestamp() - held["seen"], now.timestamp() - held["since"]
    return idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_LONGEST_SECONDS
