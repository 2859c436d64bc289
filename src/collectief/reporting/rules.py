"""What a month of a contract comes down to, and what a list can be of (U23, U27, G08, G10); plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import groupby

from msgspec import Struct

from collectief.foundation.period import ONE_DAY


class Flow(Struct, frozen=True):
    """How many came and left in a month."""

    came: int = 0
    left: int = 0


class MonthOfUse(Struct, frozen=True):
    """A month of a contract: who takes part when it is over, and what made the difference with the month before.

    Who leaves on the last day of a month has left at its end.
    """

    month: date
    count: int
    came: int
    left: int

    @property
    def difference(self) -> int:
        """Against the month before."""
        return self.came - self.left


def months_of_use(flows: Mapping[date, Flow], first: date, last: date) -> list[MonthOfUse]:
    """Every month from that of `first`, or the first in which anybody came if that is earlier, to that of `last`.

    `flows` are by the first day of their month; the latest month comes first.
    """
    begin = min([first.replace(day=1), *flows])
    found: list[MonthOfUse] = []
    count = 0
    for month in _months(begin, last):
        flow = flows.get(month, Flow())
        count += flow.came - flow.left
        found.append(MonthOfUse(month, count, flow.came, flow.left))
    return found[::-1]


def _months(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        yield month
        month = _next(month)


class Movement(StrEnum):
    """What somebody's taking part did in a period."""

    CAME = "came"
    LEFT = "left"
    CAME_AND_LEFT = "came_and_left"
    STAYED = "stayed"

    @classmethod
    def of(cls, came: bool, left: bool) -> Movement:
        """The one word for two facts."""
        if came and left:
            return cls.CAME_AND_LEFT
        return cls.CAME if came else cls.LEFT if left else cls.STAYED


class Span(Struct, frozen=True, order=True):
    """The month or the whole year that a list is of: days from `first` up to but not including `end` (U23, G08)."""

    first: date
    end: date

    @staticmethod
    def month(day: date) -> Span:
        """The month that a day is in."""
        first = day.replace(day=1)
        return Span(first, _next(first))

    @staticmethod
    def year(day: date) -> Span:
        """The year that a day is in."""
        return Span(date(day.year, 1, 1), date(day.year + 1, 1, 1))

    @property
    def whole_year(self) -> bool:
        return _next(self.first) < self.end

    @property
    def code(self) -> str:
        """How an address names it: 2026-11, or 2026 for the year."""
        return f"{self.first:%Y}" if self.whole_year else f"{self.first:%Y-%m}"


def spans(first: date, last: date) -> list[Span]:
    """What a list can be of, from the day `first` to the day `last`: the latest first, a year before its months."""
    months = [Span.month(one) for one in _months(first.replace(day=1), last)][::-1]
    return [
        one
        for year, of_year in groupby(months, key=lambda one: one.first.year)
        for one in (Span.year(date(year, 1, 1)), *of_year)
    ]


# The lists and figures of a month are fixed once this day of the next month has passed (U23, U27).
FIXED_AFTER = 10


# How many years after its own a month's figures and lists are kept: as long as a business keeps its papers, of which
# they are the ground (art. 52 AWR; law 9).
YEARS_FIXED_KEPT = 7


def first_kept_month(today: date) -> date:
    """The first day of the first month that is kept on this day: whole years, so that a year's list is whole."""
    return date(today.year - YEARS_FIXED_KEPT, 1, 1)


def due_month(today: date) -> date:
    """The first day of the month that is the last to be fixed on this day: the one before, after the tenth."""
    last = today.replace(day=1) - ONE_DAY
    due = last.replace(day=1)
    return due if today.day > FIXED_AFTER else (due - ONE_DAY).replace(day=1)


def months_back(last: date, count: int) -> list[date]:
    """So many months up to and including the one that begins on `last`, the latest first."""
    months = [last]
    while len(months) < count:
        months.append((months[-1] - ONE_DAY).replace(day=1))
    return months


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
