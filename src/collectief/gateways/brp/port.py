"""What is asked of the register of persons (BRP), whoever answers (U21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName


class RegisteredPerson(Struct, frozen=True):
    """A person as the BRP knows them; `birth_date` is None where the register knows nothing of it."""

    bsn: Bsn
    name: PersonName
    birth_date: BirthDate | None
    deceased: bool
    # M or V; empty where the register knows it not.
    sex: str = ""


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer to a question about many: found, known to be absent, or not answered (ask again later)."""

    found: Mapping[Bsn, RegisteredPerson]
    absent: frozenset[Bsn]
    unanswered: tuple[Bsn, ...]


class PersonRegister(Protocol):
    """A register of persons."""

    def look_up(self, bsns: Sequence[Bsn]) -> LookUp:
        """Ask about these; never raises for a register that is down: those are `unanswered`.

        Every BSN asked comes back in exactly one of the three; one asked twice comes back once.
        """
