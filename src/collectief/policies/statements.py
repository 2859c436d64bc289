"""What an insurance statement (verzekeringsverklaring) says: on which days somebody was insured (U08, U15).

Plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from msgspec import Struct

from collectief.foundation.period import ONE_DAY, Period

# How far back a statement looks.
YEARS = 3


class Term(Protocol):
    """A product that somebody was insured with for a time."""

    @property
    def product(self) -> str:
        """What it is called."""

    @property
    def contract_id(self) -> int:
        """The contract it goes by."""

    @property
    def period(self) -> Period:
        """Its days."""


class Stretch(Struct, frozen=True, order=True):
    """Days on end on which somebody was insured with a product under a contract."""

    first_day: date
    last_day: date
    product: str
    contract_id: int


def looked_back(today: date) -> date:
    """The first day that a statement of today looks at: that of three years ago, for the 29th of February the 28th."""
    leap = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year - YEARS, day=28 if leap else today.day)


def stretches(terms: Iterable[Term], *, today: date) -> list[Stretch]:
    """The insured days of three years up to and including today, the latest first; what follows on itself is one."""
    first = looked_back(today)
    window = Period.through(first, today)
    found: dict[tuple[str, int], list[Stretch]] = {}
    for term in sorted(terms, key=lambda one: one.period.first_day):
        if not term.period.overlaps(window):
            continue
        own = found.setdefault((term.product, term.contract_id), [])
        begins = max(term.period.first_day, first)
        ends = min(term.period.last_day or today, today)
        if own and own[-1].last_day + ONE_DAY >= begins:
            begins, ends = own[-1].first_day, max(ends, own.pop().last_day)
        own.append(Stretch(begins, ends, term.product, term.contract_id))
    return sorted((one for own in found.values() for one in own), reverse=True)


def unrecorded(
    stays: Iterable[tuple[int, Period]], begins: Mapping[int, date], *, today: date
) -> list[tuple[date, date]]:
    """The days of three years up to today on which somebody took part in a contract of which the insurance was not
    recorded yet: first and last day of each stretch, in order.

    `stays` are contract and period; `begins` is from when on each contract's insurance is known here. Of a contract
    that is not in it nothing is insured, and nothing is missing.
    """
    window = Period.through(looked_back(today), today)
    found = []
    for contract_id, period in stays:
        known_from = begins.get(contract_id)
        if known_from is None or not period.overlaps(window) or period.first_day >= known_from:
            continue
        first = max(period.first_day, window.first_day)
        last = min(period.last_day or today, today, known_from - ONE_DAY)
        if first <= last:
            found.append((first, last))
    return sorted(found)
