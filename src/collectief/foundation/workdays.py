"""Working days in the Netherlands: terms are promised in them (K01; Algemene termijnenwet, article 3)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

_SATURDAY = 5


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    # The law counts Good Friday and 5 May of every year among the days off, which not everybody has off.
    return holidays.country_holidays("NL", years=year, categories=(holidays.PUBLIC, holidays.OPTIONAL))


def is_workday(day: date) -> bool:
    """Whether a term runs on this day: no weekend, and no holiday the law knows."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def after_workdays(day: date, count: int) -> date:
    """The day by which `count` working days after `day` have come: five after a Monday is the next Monday.

    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("a term does not lie in the past")
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
