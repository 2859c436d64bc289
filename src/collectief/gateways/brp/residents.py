"""Somebody the BRP simulator was told about, in place of the demo population."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate


@dataclass(frozen=True, slots=True)
class Resident:
    """A person list of the register; `unknown` ones it does not have, `void` ones were entered in error."""

    bsn: Bsn
    first_names: str
    initials: str
    prefix: str
    surname: str
    birth_date: BirthDate | None
    sex: str = "O"
    deceased: bool = False
    unknown: bool = False
    void: bool = False

    @classmethod
    def given(cls, line: dict[str, Any]) -> Resident:
        """Read `{"bsn": ..., "initials": ..., "prefix": ..., "surname": ..., "birth_date": "1980-02-00", ...}`.

        Only `bsn` is needed. Raises KeyError or ValueError when it is missing or what is there cannot be read.
        """
        if line.keys() - {field.name for field in fields(cls)}:
            raise ValueError("a person has no such field")
        return cls(
            bsn=Bsn.parse(line["bsn"]),
            first_names=line.get("first_names", ""),
            initials=line.get("initials", ""),
            prefix=line.get("prefix", ""),
            surname=line.get("surname", ""),
            birth_date=BirthDate.parse(line["birth_date"]) if line.get("birth_date") else None,
            sex=line.get("sex", "O"),
            deceased=bool(line.get("deceased")),
            unknown=bool(line.get("unknown")),
            void=bool(line.get("void")),
        )
