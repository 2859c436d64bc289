"""What a policy schedule (polisblad) says: what somebody is insured with, and what a whole month costs (U05, U17).

Made from the premium of each month, so that no schedule can say something else than what is due. Plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct

from collectief.foundation.dates import BirthDate
from collectief.foundation.money import Money, total
from collectief.foundation.period import ONE_DAY, Period

from .premium import Cover, Line, due_in


class Price(Struct, frozen=True):
    """A product on a schedule: a whole month of it, and what was taken off."""

    product: str
    gross: Money
    discount: Money
    deductible: Money
    net: Money


class Schedule(Struct, frozen=True):
    """Days on which nothing changes in what somebody is insured with or pays for it."""

    period: Period
    prices: tuple[Price, ...]

    @property
    def monthly(self) -> Money:
        """What a whole month costs."""
        return total([price.net for price in self.prices])


def schedules(covers: Sequence[Cover], born: BirthDate, *, until: date) -> list[Schedule]:
    """One for every stretch of days with the same products at the same prices, in order; one that begins after `until`
    is left out, and what is not known to end before then is open-ended. Raises NoTariff.
    """
    if not covers:
        return []
    lines = [line for month in _months(covers, until) for line in due_in(month, covers, born)]
    cuts = sorted({day for line in lines for day in (line.first_day, line.last_day + ONE_DAY)})
    found: list[Schedule] = []
    for first_day, end_day in pairwise(cuts):
        prices = tuple(sorted((_price(line) for line in lines if _holds(line, first_day)), key=lambda one: one.product))
        if not prices:
            continue
        before = found[-1] if found else None
        if before and before.prices == prices and before.period.end_day == first_day:
            found[-1] = Schedule(Period(before.period.first_day, end_day), prices)
        else:
            found.append(Schedule(Period(first_day, end_day), prices))
    beyond = _month_after(until)
    if found and found[-1].period.end_day == beyond and not any(one.period.end_day == beyond for one in covers):
        # What comes after was not looked into: it holds until something changes.
        found[-1] = Schedule(Period(found[-1].period.first_day), found[-1].prices)
    return found


def on(day: date, found: Iterable[Schedule]) -> Schedule | None:
    """The one that holds on a day."""
    return next((one for one in found if day in one.period), None)


def _holds(line: Line, day: date) -> bool:
    return line.first_day <= day <= line.last_day


def _price(line: Line) -> Price:
    return Price(line.product, line.gross, line.discount, line.deductible, line.net)


def _months(covers: Sequence[Cover], until: date) -> Iterator[date]:
    """The first days of the months of the covers, up to that of `until`."""
    month = min(cover.period.first_day for cover in covers).replace(day=1)
    while month <= until:
        yield month
        month = _month_after(month)


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
