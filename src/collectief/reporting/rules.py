"""What a month of a contract comes down to (U27, G10); plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from collectief.foundation.value import value


@value()
class Flow:
    """How many came and left in a month."""

    came: int = 0
    left: int = 0


@value()
class MonthOfUse:
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
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
