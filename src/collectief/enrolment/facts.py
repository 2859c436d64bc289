"""What is asked of a participation, what is known of a person, and what a verdict changes; plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.foundation.period import Period
from collectief.participants.rules import RegisterAnswer
from collectief.policies.rules import ProductKind
from collectief.segments.profile import Capability, SegmentProfile

# The fields of a home address.
ADDRESS = ("country", "street", "house_number", "postcode", "city")


class Kind(StrEnum):
    """What can be asked for one person."""

    ENROL = "enrol"
    TERMINATE = "terminate"
    RE_ENROL = "re_enrol"
    TRANSFER = "transfer"
    CHANGE_REFERENCE = "change_reference"
    REVERSE = "reverse"


class Place(StrEnum):
    """Who somebody is in a household that is enrolled together (G06)."""

    CLIENT = "client"
    PARTNER = "partner"
    CHILD = "child"


class Joins(Struct, frozen=True):
    """As whom somebody is enrolled with their household, and the insurance asked with it (G06, G07).

    `products` are the numbers of the chosen products: none is the contract alone, for who is insured elsewhere.
    `payment` is a code of the profile. `client` is the participant to whom the household belongs; None is the client
    who is enrolled together with them.
    """

    place: Place
    products: tuple[int, ...] = ()
    payment: str = ""
    client: int | None = None


class Application(Struct, frozen=True):
    """One thing asked, in the same shape whether typed, uploaded or sent. Absent is None or empty.

    `contract` is a contract number; empty means "the one it must be". `to_contract` is for a transfer.
    `last_day` is inclusive, as people write it.
    """

    kind: Kind
    contract: str = ""
    name: PersonName | None = None
    birth_date: BirthDate | None = None
    first_day: date | None = None
    last_day: date | None = None
    reason: str = ""
    reference: str = ""
    to_contract: str = ""
    address: Mapping[str, str] = {}
    joins: Joins | None = None
    # The participation that was pointed at, for ending or transferring: no other is meant, whatever day is typed.
    stay: int | None = None
    # For a reversal: the mutation that is undone, and what it changed.
    reverses: int | None = None
    undoes: tuple[Change, ...] = ()
    # The stays of everyone who is undone with it.
    alongside: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract of the organisation, as judging needs it."""

    id: int
    number: str
    period: Period


class Stay(Struct, frozen=True):
    """One participation: in which contract, when, and why it ended. `id` is None until it is in the table."""

    contract_id: int
    period: Period
    reason: str = ""
    id: int | None = None


class Insured(Struct, frozen=True):
    """A kind of product that somebody is insured with for a time."""

    kind: ProductKind
    period: Period


class Member(Struct, frozen=True):
    """One person as the organisation knows them; `known` is False for a newcomer."""

    known: bool = False
    reference: str = ""
    birth_date: BirthDate | None = None
    stays: tuple[Stay, ...] = ()
    register: RegisterAnswer | None = None
    # Without empty fields; known only where an application brings an address.
    address: Mapping[str, str] = {}
    # What the organisation insures them with by any stay; known only where an application asks insurance.
    insured: tuple[Insured, ...] = ()
    # As the organisation knows them; of a newcomer only the BRP tells.
    name: PersonName | None = None
    # Who joined them as their relatives, by the stay they came with and its first day; known only where one is undone.
    joined: tuple[tuple[int, date], ...] = ()


@dataclass(frozen=True)
class Terms:
    """What is the same for every application of an organisation on a day."""

    profile: SegmentProfile
    contracts: Mapping[str, Contract]
    today: date
    # How the contract is found when the application names none.
    default_contract: str = ""
    # What each contract sells on the days on which insurance is asked for: product and kind, by contract and day.
    sold: Mapping[tuple[int, date], Mapping[int, ProductKind]] = field(default_factory=dict)

    @cached_property
    def possible(self) -> frozenset[Capability]:
        """What can be done in this segment."""
        return frozenset(filter(self.profile.allows, self.profile.capabilities))

    @cached_property
    def window(self) -> tuple[date, date]:
        """The first and last day a mutation may take effect."""
        return self.profile.window(self.today)


class StayChange(Struct, frozen=True):
    """A stay before and after: None before is a new stay, None after a stay that never was."""

    before: Stay | None
    after: Stay | None


class ReferenceChange(Struct, frozen=True):
    """The external reference before and after."""

    before: str
    after: str


class AddressChange(Struct, frozen=True):
    """The home address before and after, as a whole; empty is none."""

    before: Mapping[str, str]
    after: Mapping[str, str]


Change = StayChange | ReferenceChange | AddressChange
