"""The citizen service number (BSN): nine digits that pass the eleven-test (STANDARDS, Persons)."""

from __future__ import annotations

import re

from msgspec import Struct
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn as stdnum_bsn


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
        """Whether somewhere in a text stands what reads as a BSN."""
        for digits in re.findall(r"\d[\d .-]{7,}\d", text):
            try:
                Bsn.parse(re.sub(r"\D", "", digits))
            except ValueError:
                continue
            return True
        return False

    def __repr__(self) -> str:
        return "Bsn(*********)"

    __str__ = __repr__
