"""What is asked of EESSI, whichever access point carries it (STANDARDS, S1 and EESSI)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution of some country, by its number in EESSI, such as NL:7085."""

    id: str
    country: str
    name: str


@dataclass(frozen=True, slots=True)
class Residence:
    """Where somebody lives abroad; the postcode may be empty."""

    country: str
    street: str
    house_number: str
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class Entitlement:
    """An S072: that somebody insured with the sender has a right to care where they live, at the sender's expense.

    `key` is the same each time the same one is sent. `birth_date` is None where our register has none. `ground` is a
    code of the wire: who they are, or that it is for family who live there. `last_day` is None for no end.
    """

    key: str
    sender: Institution
    receiver: Institution
    bsn: Bsn
    name: PersonName
    birth_date: BirthDate | None
    residence: Residence
    ground: str
    first_day: date
    last_day: date | None
    drawn_up_on: date


@dataclass(frozen=True, slots=True)
class Reply:
    """An S073: what the institution abroad did with the S072 of a case. `reason` is a code, `text` their own words."""

    id: str
    case: str
    registered: bool
    reason: str = ""
    text: str = ""


class EessiUnavailable(RuntimeError):
    """The access point does not answer; tried again later, nothing is lost."""


class DocumentRefused(RuntimeError):
    """The access point does not take this document, and never will; its code says why."""


class Eessi(Protocol):
    """An access point."""

    def institutions(self) -> Sequence[Institution]:
        """Every institution that takes part in S_BUC_01a. Raises EessiUnavailable."""

    def send(self, entitlement: Entitlement) -> str:
        """Send it, in a case of its own, and give that case's number; sent again it is the same case.

        Raises EessiUnavailable, DocumentRefused.
        """

    def replies(self, to: str) -> Sequence[Reply]:
        """The replies to this institution that it has not said it received. Raises EessiUnavailable."""

    def received(self, reply: Reply) -> None:
        """Say that a reply was received: it is not given again. Raises EessiUnavailable."""
