"""Euros and cents, whole: no fraction of a cent is ever kept, and rounding happens in one place."""

from __future__ import annotations

import re
from fractions import Fraction

from msgspec import Struct

_TYPED = re.compile(r"(?:€\s?)?(-?)(?:€\s?)?([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{2}))?")


class Money(Struct, frozen=True, order=True):
    """An amount in euro; `cents` may be negative."""

    cents: int

    @staticmethod
    def parse(text: str) -> Money:
        """Read an amount as Dutch people type it: 1234,56 or 1.234,56 or € 12 (never 12.50: that could be read twice).

        Raises ValueError when it is none.
        """
        match = _TYPED.fullmatch(text.strip())
        if match is None:
            raise ValueError("not an amount")
        sign, euros, cents = match.groups()
        whole = int(euros.replace(".", "")) * 100 + int(cents or 0)
        return Money(-whole if sign else whole)

    @property
    def dutch(self) -> str:
        """€ 1.234,56, with a space that does not break."""
        euros, cents = divmod(abs(self.cents), 100)
        sign = "-" if self.cents < 0 else ""
        return f"€\u00a0{sign}{f'{euros:,}'.replace(',', '.')},{cents:02}"

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0

    def part(self, numerator: int, denominator: int) -> Money:
        """So many of so many parts of it, to the nearest cent; half a cent goes away from zero, as people round."""
        exact = Fraction(abs(self.cents) * numerator, denominator)
        rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        return Money(-rounded if self.cents < 0 else rounded)


NOTHING = Money(0)


def total(amounts: list[Money]) -> Money:
    """The sum of amounts; of none it is nothing."""
    return Money(sum(amount.cents for amount in amounts))
