"""What somebody's insurance costs in a month, to the cent, and why: a pure function of dated facts (K02, U28).

A month is due by the day. Each part of it is rounded as a difference of two roundings counted from the first of the
month: whoever adds up the parts, however they are cut, gets exactly the premium of the whole.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

from collectief.foundation.dates import BirthDate
from collectief.foundation.money import Money, total
from collectief.foundation.period import Period

from .rules import WHOLE, DiscountCap, ProductKind, Tariff, cap, caps

# Of whom only the year of birth is known counts as born in the middle of it, as for the state pension (AOW).
_UNKNOWN_MONTH = 7


class Discount(Struct, frozen=True):
    """A collective discount from a day on, in hundredths of a percent, until the next one begins."""

    first_day: date
    hundredths: int


class Cover(Struct, frozen=True):
    """A product that somebody has for a time, with everything its premium depends on but their birth date.

    `tariffs` and `discounts` are in order of their first day. `voluntary` is the voluntary deductible in euro, which
    only a basic insurance has.
    """

    product: str
    kind: ProductKind
    period: Period
    tariffs: tuple[Tariff, ...]
    discounts: tuple[Discount, ...] = ()
    voluntary: int = 0


class Line(Struct, frozen=True):
    """A stretch of days of one product at one price: what a person reads on a policy and a bordereau explains.

    `gross` is the premium of a whole month at this age; `discount` and `deductible` are what is taken off it; `net` is
    what a whole month then costs, and `amount` what these days of it cost.
    """

    product: str
    first_day: date
    last_day: date
    days_in_month: int
    age: int
    gross: Money
    discount: Money
    deductible: Money
    net: Money
    amount: Money

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


class NoTariff(LookupError):
    """Days of a cover that nothing says the price of: no tariff began yet, or it has no such voluntary deductible."""

    def __init__(self, product: str, day: date) -> None:
        super().__init__(f"{product} on {day}")
        self.product, self.day = product, day


def age_in(month: date, born: BirthDate) -> int:
    """The age that counts in the month that begins on `month`: a birthday counts from the month after it on (art. 16
    Zvw), so a day that is not known makes no difference.
    """
    months = (month.year - born.year) * 12 + month.month - 1 - (born.month or _UNKNOWN_MONTH)
    return max(0, months // 12)


def due_in(month: date, covers: Sequence[Cover], born: BirthDate) -> list[Line]:
    """What is due for the month that begins on `month`: a line per stretch of days with one price, by product and day.

    Raises NoTariff.
    """
    return [line for cover in covers for line in _lines(month, cover, born)]


def premium(month: date, covers: Sequence[Cover], born: BirthDate) -> Money:
    """The sum of what is due for a month. Raises NoTariff."""
    return total([line.amount for line in due_in(month, covers, born)])


def _lines(month: date, cover: Cover, born: BirthDate) -> list[Line]:
    days = monthrange(month.year, month.month)[1]
    after = month + timedelta(days=days)
    begin = max(month, cover.period.first_day)
    end = after if cover.period.end_day is None else min(after, cover.period.end_day)
    if begin >= end:
        return []
    # A price changes only where a tariff, a discount or what the law allows of one begins.
    steps: list[Tariff | Discount | DiscountCap] = [*cover.tariffs, *cover.discounts, *caps(cover.kind)]
    changes = {one.first_day for one in steps if begin < one.first_day < end}
    age = age_in(month, born)
    cuts = sorted({begin, end} | changes)
    return [_line(cover, start, stop, month, days, age) for start, stop in pairwise(cuts)]


def _line(cover: Cover, start: date, stop: date, month: date, days: int, age: int) -> Line:
    tariff = next((one for one in reversed(cover.tariffs) if one.first_day <= start), None)
    if tariff is None:
        raise NoTariff(cover.product, start)
    if cover.voluntary and not tariff.offers(cover.voluntary):
        raise NoTariff(cover.product, start)
    gross = tariff.monthly(age)
    discount = gross.part(_discount(cover, start), WHOLE)
    # Nobody is paid for a higher deductible, and who pays no premium has nothing to take it off (art. 20 Zvw).
    deductible = min(tariff.taken_off(cover.voluntary), gross - discount)
    net = gross - discount - deductible
    before, through = (start - month).days, (stop - month).days
    return Line(
        cover.product, start, stop - timedelta(days=1), days, age, gross, discount, deductible, net,
        net.part(through, days) - net.part(before, days),
    )  # fmt: skip


def _discount(cover: Cover, day: date) -> int:
    """The discount of the contract on this day, and never more than the law allows on it."""
    agreed = next((one.hundredths for one in reversed(cover.discounts) if one.first_day <= day), 0)
    return min(agreed, cap(cover.kind, day))
