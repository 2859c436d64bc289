"""Which lists can be made again and again, when each is due, and how long what was made is kept; plain Python (X11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from collectief.foundation.period import ONE_DAY
from collectief.segments.profile import Capability, SegmentProfile


class Which(StrEnum):
    """A list."""

    CURRENT = "current"
    FORMER = "former"
    # Who came and left in the month before.
    FLOWS = "flows"


class Every(StrEnum):
    """How often a list is made."""

    WEEK = "week"
    MONTH = "month"


class Stopped(StrEnum):
    """Why a list is not made any more."""

    BY_OWNER = "by_owner"
    # Whoever planned it may not see it, or not come in.
    NO_ACCESS = "no_access"
    # The contract it was of is not theirs any more, or had ended before the month that is due.
    NO_CONTRACT = "no_contract"


# What the profile must have for a list, beside people that can be seen.
_NEEDS: Mapping[Which, Capability] = {
    Which.FORMER: Capability.FORMER_PARTICIPANTS,
    Which.FLOWS: Capability.FLOW_LISTS,
}
# Days on which a list can be made: of a week from Monday on, of a month those that every month has.
DAYS: Mapping[Every, range] = {Every.WEEK: range(1, 8), Every.MONTH: range(1, 29)}
# So many lists are made for one person: more is a mistake, or a program.
MOST = 20
# How long what was made can be taken away (law 9).
KEPT = timedelta(days=30)


def kept_until(made_on: date) -> date:
    """The last day on which it can be taken away."""
    return made_on + KEPT


def offered(profile: SegmentProfile) -> tuple[Which, ...]:
    """The lists that this segment has."""
    if not profile.allows(Capability.SCHEDULED_EXPORTS):
        return ()
    return tuple(one for one in Which if one not in _NEEDS or profile.allows(_NEEDS[one]))


class Rhythm(Struct, frozen=True):
    """When a list is made: `on` is a day of the week, Monday being 1, or a day of the month."""

    every: Every
    on: int

    def next_after(self, day: date) -> date:
        """The first day after this one on which it is due."""
        if self.every == Every.WEEK:
            return day + timedelta(days=(self.on - day.isoweekday() - 1) % 7 + 1)
        month = day if day.day < self.on else day.replace(day=28) + timedelta(days=4)
        return month.replace(day=self.on)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to have made: of one contract, or of all they reach (None)."""

    which: Which
    rhythm: Rhythm
    contract_id: int | None = None


class ExportRefused(ValueError):
    """It cannot be planned so; `code` is turned into words by whoever asked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def judge(wish: Wish, profile: SegmentProfile, *, already: int) -> None:
    """Whether a list may be planned by who has so many `already`. Raises ExportRefused."""
    if wish.which not in offered(profile) or wish.rhythm.on not in DAYS[wish.rhythm.every]:
        raise ExportRefused("export_not_offered")
    # The month before is over once, and is the same until the next.
    if wish.which == Which.FLOWS and wish.rhythm.every == Every.WEEK:
        raise ExportRefused("export_flows_monthly")
    if wish.which == Which.FLOWS and wish.contract_id is None:
        raise ExportRefused("export_flows_one_contract")
    if already >= MOST:
        raise ExportRefused("export_too_many")


def month_before(day: date) -> date:
    """The first day of the month before the one that a day is in."""
    return (day.replace(day=1) - ONE_DAY).replace(day=1)
