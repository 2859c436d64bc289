"""The citizen service number (BSN): nine digits that pass the eleven-test (STANDARDS, Persons)."""

from __future__ import annotations

import re

from msgspec import Struct
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn as stdnum_bsn

# Nine digits that no other digit touches, with at most one sign between two of them; each place in a text is a start.
_NINE = re.compile(r"(?<![0-9])(?=([0-9](?:[ .\u00a0-]?[0-9]){8})(?![0-9]))")
# A Dutch telephone number as it is dialled from abroad: what follows the country is nine digits too.
_FROM_ABROAD = re.compile(r"(?:\+|(?<![0-9])00)31[ .\u00a0-]?(?:\(0\) ?)?[0-9](?:[ .\u00a0-]?[0-9]){8}(?![0-9])")


class Bsn(Struct, frozen=True):
    """A valid BSN. Its text forms hide the number, so that no log or error shows it by accident (law 5)."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Bsn:
        """Read a BSN as people and spreadsheets write it: points and spaces allowed, leading zeros eaten.

        Raises ValueError when what is left is no valid BSN; the message does not repeat the input.
        """
        digits = "".join(character for character in text if character not in " .-\u00a0")
        if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 9):
            raise ValueError("not a BSN")
        try:
            return cls(stdnum_bsn.validate(digits.zfill(9)))
        except ValidationError:
            raise ValueError("not a BSN") from None

    @staticmethod
    def is_in(text: str) -> bool:
        """Whether somewhere in a text stands what reads as a BSN, beside whatever other numbers.

        All nine digits must be there: eight are as often a day or a number of the KvK.
        """
        return any(map(_passes, _NINE.findall(_FROM_ABROAD.sub("+", text))))

    def __repr__(self) -> str:
        return "Bsn(*********)"

    __str__ = __repr__


def _passes(text: str) -> bool:
    try:
        Bsn.parse(text)
    except ValueError:
        return False
    return True
