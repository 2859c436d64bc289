"""How sure the means of signing in is of who signs in: the eHerkenning levels (STANDARDS, eHerkenning)."""

from __future__ import annotations

from enum import IntEnum
from typing import Self

_URN = "urn:etoegang:core:assurance-class:"


class AssuranceLevel(IntEnum):
    """Ordered: a higher level gives access to whatever a lower one does."""

    EH2 = 20
    EH2_PLUS = 25
    EH3 = 30
    EH4 = 40

    @property
    def label(self) -> str:
        """As people write it: "eH2+"."""
        return {20: "eH2", 25: "eH2+", 30: "eH3", 40: "eH4"}[self]

    @property
    def urn(self) -> str:
        """As assertions write it."""
        return _URN + {20: "loa2", 25: "loa2plus", 30: "loa3", 40: "loa4"}[self]

    @classmethod
    def from_urn(cls, urn: str) -> Self:
        """The level an assertion names. Raises ValueError for any other text."""
        for level in cls:
            if level.urn == urn:
                return level
        raise ValueError("not an eHerkenning level")

    @classmethod
    def from_label(cls, label: str) -> Self:
        """The level as people and brand files write it. Raises ValueError for any other text."""
        for level in cls:
            if level.label == label:
                return level
        raise ValueError("not an eHerkenning level")
