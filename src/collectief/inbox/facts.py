"""What a message is made of; plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct

from collectief.foundation.names import PersonName
from collectief.segments.profile import MessageCategory


class About(StrEnum):
    """What a message leads to; its number goes with it."""

    MUTATION = "mutation"
    BATCH = "batch"
    PARTICIPANT = "participant"
    NEWS = "news"
    # The overview of what is used of the deductible in a year, which is its number.
    DEDUCTIBLE = "deductible"
    # The list of who came to a contract and left it in a month: the number is the contract's, the facts have the month.
    FLOW_LIST = "flow_list"
    # What somebody asked and was answered, on the page Contact (G14).
    QUESTION = "question"
    # A list that somebody has made by itself: the number is the plan's (X11).
    EXPORT = "export"


class Tiding(Struct, frozen=True):
    """A message as its writer hands it over: a code with facts, which the screen turns into words.

    `contracts` are those it is about: who does not reach all of them does not get it (G13). None is what lies across
    the organisation, or in no contract that there is: for who reaches everything, and for whose deed it was. Empty is
    about no contract, and for everyone. `only_for` is the one account that gets it, whoever else reaches those.
    """

    category: MessageCategory
    code: str
    about: About
    about_id: int
    contracts: Sequence[int] | None
    participant_id: int | None = None
    # Of who is no participant yet; of who is, the name is read where it stands.
    name: PersonName | None = None
    # Codes, days and counts; of people nothing but what is in `name`.
    facts: Mapping[str, Any] = {}
    only_for: int | None = None


class NewsKind(StrEnum):
    """How the insurer tells its customers something (K03)."""

    # On the dashboards of portals, for everyone there.
    NEWS = "news"
    # In the messages of organisations.
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Written:
    """What the insurer tells, from one day to another (inclusive), by language; `text` is CommonMark.

    News is for `brands` and `segments`, where empty is all. A message is for the organisations with these customer
    numbers, and where there are none for all of `segments`; it stands in `category`.
    """

    kind: NewsKind
    title: Mapping[str, str]
    text: Mapping[str, str]
    first_day: date
    last_day: date
    brands: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    category: MessageCategory = MessageCategory.FROM_INSURER
