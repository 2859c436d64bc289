"""What a message is made of; plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any

from collectief.foundation.names import PersonName
from collectief.foundation.value import value
from collectief.segments.profile import MessageCategory


class About(StrEnum):
    """What a message leads to; its number goes with it."""

    MUTATION = "mutation"
    BATCH = "batch"
    PARTICIPANT = "participant"
    NEWS = "news"


@value()
class Tiding:
    """A message as its writer hands it over: a code with facts, which the screen turns into words.

    `contracts` are those it is about: who does not reach all of them does not get it (G13). None is what lies across
    the organisation, or in no contract that there is: for who reaches everything, and for whose deed it was. Empty is
    about no contract, and for everyone.
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
    facts: Mapping[str, Any] = field(default_factory=dict)
