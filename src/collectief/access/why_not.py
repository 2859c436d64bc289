"""Why somebody cannot get in, as the help desk is told it: judged from facts, in plain Python (K05)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .rules import Standing


class Cause(StrEnum):
    """What stands in the way; in the order in which it is told."""

    ACCOUNT_CLOSED = "account_closed"
    NO_PLACE = "no_place"
    UNDELIVERABLE = "undeliverable"
    INVITED = "invited"
    EXPIRED = "expired"
    REVOKED = "revoked"
    PLACE_CLOSED = "place_closed"
    LOCKED = "locked"
    LEVEL_TOO_LOW = "level_too_low"
    NOT_LINKED = "not_linked"
    NO_PASSWORD = "no_password"  # noqa: S105 - a name
    NO_FACTOR = "no_factor"
    RESET_RUNNING = "reset_running"
    ELSEWHERE = "elsewhere"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """One place in an organisation."""

    organisation: str
    standing: Standing
    # The portals that serve it.
    portals: tuple[str, ...]
    takes_password: bool
    takes_eherkenning: bool
    eherkenning_linked: bool
    undeliverable: bool = False
    invited_until: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether the invitation was not used yet."""
        return self.standing in (Standing.INVITED, Standing.EXPIRED, Standing.REVOKED)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody and of how they sign in; no secret is among it."""

    active: bool
    places: tuple[PlaceFacts, ...]
    has_password: bool
    factors: int
    locked_until: datetime | None = None
    # The level of eHerkenning of the last try, and the level needed, when the last try failed by it.
    low_level: tuple[str, str] | None = None
    reset_due: datetime | None = None
    reset_asked: bool = False
    # Portals of this insurer where they have no place.
    closed_portals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause, and what its sentence needs."""

    cause: Cause
    organisation: str = ""
    until: datetime | None = None
    portals: tuple[str, ...] = ()
    level: str = ""
    needed: str = ""


def why_not(facts: Facts) -> tuple[Finding, ...]:
    """Everything that stands in the way, the most decisive first; `NOTHING` alone when nothing does."""
    found = tuple(_findings(facts))
    blocking = [one for one in found if one.cause not in (Cause.ELSEWHERE, Cause.RESET_RUNNING)]
    return found if blocking else (Finding(Cause.NOTHING), *found)


def _findings(facts: Facts) -> Iterator[Finding]:
    if not facts.active:
        yield Finding(Cause.ACCOUNT_CLOSED)
    if not facts.places:
        yield Finding(Cause.NO_PLACE)
    for place in facts.places:
        yield from _of_place(place)
    if facts.locked_until is not None:
        yield Finding(Cause.LOCKED, until=facts.locked_until)
    if facts.low_level is not None:
        yield Finding(Cause.LEVEL_TOO_LOW, level=facts.low_level[0], needed=facts.low_level[1])
    # Who has not come in yet gets all of this from the invitation.
    inside = [place for place in facts.places if not place.waits]
    for place in inside:
        if place.takes_eherkenning and not place.takes_password and not place.eherkenning_linked:
            yield Finding(Cause.NOT_LINKED, organisation=place.organisation)
    if any(place.takes_password for place in inside):
        if not facts.has_password:
            if not any(place.eherkenning_linked for place in inside):
                yield Finding(Cause.NO_PASSWORD)
        elif not facts.factors:
            yield Finding(Cause.NO_FACTOR)
    if facts.reset_asked or facts.reset_due is not None:
        yield Finding(Cause.RESET_RUNNING, until=facts.reset_due)
    if facts.places and facts.closed_portals:
        open_portals = tuple(dict.fromkeys(portal for place in facts.places for portal in place.portals))
        yield Finding(Cause.ELSEWHERE, portals=open_portals)


def _of_place(place: PlaceFacts) -> Iterator[Finding]:
    if place.undeliverable and place.waits:
        yield Finding(Cause.UNDELIVERABLE, place.organisation)
        return
    cause = {
        Standing.INVITED: Cause.INVITED, Standing.EXPIRED: Cause.EXPIRED, Standing.REVOKED: Cause.REVOKED,
        Standing.INACTIVE: Cause.PLACE_CLOSED,
    }.get(place.standing)  # fmt: skip
    if cause is not None:
        yield Finding(cause, place.organisation, until=place.invited_until if cause == Cause.INVITED else None)
