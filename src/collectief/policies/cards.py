"""Insurance cards (verzekeringspassen): for which year, from which day, until when, and their number (U11).

Plain Python.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from stdnum import luhn

# From its last day on (law 9): long enough to answer what card somebody had when a bill comes late.
CARDS_KEPT = timedelta(days=730)
# From when on the cards of the next year can be made: who goes on being insured is mostly known by then.
_NEXT_FROM = (11, 15)


class CardProblem(StrEnum):
    """Why somebody has no card yet."""

    NO_ADDRESS = "no_address"
    NOT_SET = "not_set"


class CardsRefused(ValueError):
    """Cards of this year cannot be issued now; `code` is turned into words by whoever asked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def years(today: date) -> tuple[int, ...]:
    """The years of which cards can be issued today."""
    return (today.year, today.year + 1) if (today.month, today.day) >= _NEXT_FROM else (today.year,)


def judge_year(year: int, today: date) -> None:
    """Whether cards of a year can be issued today. Raises CardsRefused."""
    if year not in years(today):
        raise CardsRefused("cards_too_early" if year > today.year else "cards_too_late")


def counts_on(year: int, today: date) -> date:
    """The day on which somebody must be insured to get a card of a year: its first, or today when that has gone by."""
    return max(today, date(year, 1, 1))


def expires_on(year: int) -> date:
    """The last day on which a card of a year is valid, whichever organisation somebody is insured through by then."""
    return date(year, 12, 31)


def card_number(person_number: int) -> str:
    """The number on a card, in groups, with a digit that finds what was mistyped (Luhn)."""
    digits = f"{person_number}{luhn.calc_check_digit(str(person_number))}"
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
