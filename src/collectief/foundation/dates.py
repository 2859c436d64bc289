"""Days as people write them, and birth dates of which the day or month may be unknown (STANDARDS, Persons)."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from msgspec import Struct

# As programs write it behind a day when a date becomes text; of no meaning here.
_TIME = r"(?:[T ](?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?"
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})" + _TIME)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)


def _day_month_year(text: str) -> tuple[int, int, int]:
    text = text.strip()
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = map(int, match.groups())
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, match.groups())
    else:
        raise ValueError("not a date")
    return day, month, year


def parse_day(text: str) -> date:
    """A day as people type it: 1-2-1980, 01-02-1980 or 1980-02-01 (never month first), with a time or without.

    Raises ValueError when it is no existing day.
    """
    day, month, year = _day_month_year(text)
    return date(year, month, day)


def dutch(day: date) -> str:
    """The day as a Dutch reader expects it: dd-mm-jjjj."""
    return f"{day.day:02}-{day.month:02}-{day.year:04}"


class BirthDate(Struct, frozen=True, order=True):
    """A birth date; `month` and `day` are 0 where the registers do not know them.

    Its text form, `1980-00-00`, sorts and compares as the date does: it is what tables hold.
    Raises ValueError when the known parts are no existing date.
    """

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not self.month and self.day:
            raise ValueError("a day without a month is no birth date")
        date(self.year, self.month or 1, self.day or 1)

    @staticmethod
    def parse(text: str) -> BirthDate:
        """Read 01-02-1980, 1980-02-01 or, day or month unknown, 00-00-1980. Raises ValueError otherwise."""
        return _birth_date(text)

    @classmethod
    def on(cls, day: date) -> BirthDate:
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        return _birth_text(self.year, self.month, self.day)

    @property
    def dutch(self) -> str:
        """dd-mm-jjjj, with 00 for what is unknown."""
        return f"{self.day:02}-{self.month:02}-{self.year:04}"

    def agrees_with(self, other: BirthDate) -> bool:
        """Whether the two can be the same day: an unknown part agrees with every value."""
        return (
            self.year == other.year
            and (self.month == other.month or not self.month or not other.month)
            and (self.day == other.day or not self.day or not other.day)
        )

    def is_after(self, day: date) -> bool:
        """Whether somebody born then was certainly not there on `day`."""
        return (self.year, self.month, self.day) > (day.year, day.month, day.day)


@lru_cache(maxsize=32_768)
def _birth_text(year: int, month: int, day: int) -> str:
    return f"{year:04}-{month:02}-{day:02}"


@lru_cache(maxsize=32_768)
def _birth_date(text: str) -> BirthDate:
    # A large file has many people and few birth dates.
    day, month, year = _day_month_year(text)
    return BirthDate(year, month, day)
