"""What is known of a person, in plain Python."""

from __future__ import annotations

from msgspec import Struct

from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName


class RegisterAnswer(Struct, frozen=True):
    """What the BRP said of a person lately; name and birth date only when it knows them."""

    found: bool
    deceased: bool = False
    name: PersonName | None = None
    birth_date: BirthDate | None = None
    # M or V; empty where the register knows it not, and in a segment that shows it to nobody.
    sex: str = ""
