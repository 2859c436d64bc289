"""A stretch of days: half-open inside, inclusive ("t/m") on screen (law 1 of the house)."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct

ONE_DAY = timedelta(days=1)

# Outside these no date in a form or file is meant: the living are not older, plans do not reach further.
EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2099, 12, 31)


class Period(Struct, frozen=True, order=True):
    """Days from `first_day` up to but not including `end_day`; no `end_day` means open-ended.

    Raises ValueError when the period would hold no day.
    """

    first_day: date
    end_day: date | None = None

    def __post_init__(self) -> None:
        if self.end_day is not None and self.end_day <= self.first_day:
            raise ValueError(f"a period holds at least one day: {self.first_day}..{self.end_day}")

    @classmethod
    def through(cls, first_day: date, last_day: date | None) -> Period:
        """The period whose last day, as people write it, is `last_day`."""
        return cls(first_day, None if last_day is None else last_day + ONE_DAY)

    @property
    def last_day(self) -> date | None:
        """The last day inside, as a person reads it; None when open-ended."""
        return None if self.end_day is None else self.end_day - ONE_DAY

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day and (self.end_day is None or day < self.end_day)

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a day."""
        return (other.end_day is None or self.first_day < other.end_day) and (
            self.end_day is None or other.first_day < self.end_day
        )

    def ending(self, last_day: date) -> Period:
        """The same period, cut so that `last_day` is its last; ValueError when nothing would be left."""
        return Period.through(self.first_day, last_day)
