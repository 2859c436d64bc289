"""The client's half of Haal Centraal BRP personen bevragen 2.x: from an answer to persons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName, tidy, tidy_initials

from .port import RegisteredPerson

TYPE = "RaadpleegMetBurgerservicenummer"
FIELDS = (
    "burgerservicenummer",
    "naam.voorletters",
    "naam.voornamen",
    "naam.voorvoegsel",
    "naam.geslachtsnaam",
    "geboorte.datum",
    "geslacht.code",
    "overlijden.datum",
)

# Reasons for which a person list is suspended: deceased; entered in error, wiped (LO BRP, 07.67.20). Others, such
# as emigration and registration as a non-resident, are of people who live.
_DECEASED = "O"
_VOID = ("F", "W")
# The third code, O, is of whom it is not known.
_SEXES = {"M": "M", "V": "V"}


class BadAnswer(Exception):
    """The register answered something that is no answer; the message says what was missing, never about whom."""


_initials = lru_cache(maxsize=4096)(tidy_initials)


def question(digits: list[str]) -> bytes:
    """The body that asks about at most 20 numbers."""
    return orjson.dumps({"type": TYPE, "burgerservicenummer": digits, "fields": FIELDS})


def read_persons(body: bytes, asked: Mapping[str, Bsn]) -> dict[Bsn, RegisteredPerson]:
    """The persons in an answer, by BSN; whoever was not asked for is left out. Raises BadAnswer."""
    persons: dict[Bsn, RegisteredPerson] = {}
    try:
        answer = orjson.loads(body)
        if answer["type"] != TYPE:
            raise BadAnswer("type")
        for line in answer["personen"]:
            suspended_for = line["opschortingBijhouding"]["reden"]["code"] if "opschortingBijhouding" in line else ""
            bsn = asked.get(line["burgerservicenummer"])
            if bsn is None or suspended_for in _VOID:
                continue
            deceased = suspended_for == _DECEASED or bool(line.get("overlijden"))
            sex = _SEXES.get(line["geslacht"]["code"], "") if "geslacht" in line else ""
            persons[bsn] = RegisteredPerson(bsn, read_name(line["naam"]), _birth_date(line), deceased, sex)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
        # The exception's own text can hold a name: only its kind goes further.
        raise BadAnswer(type(problem).__name__) from None
    return persons


def _birth_date(line: Mapping[str, Any]) -> BirthDate | None:
    birth = line.get("geboorte")
    return read_date(birth["datum"]) if birth and "datum" in birth else None


def _tidy(text: str) -> str:
    # Most names are plain letters, where there is nothing to tidy: it is looked for cheaply first.
    return text if text.isascii() and text.isalpha() else tidy(text)


def read_name(name: Mapping[str, Any]) -> PersonName:
    """The name: initials as registered, else from the first names; who has one name has it as surname."""
    initials = name.get("voorletters")
    if initials:
        initials = _initials(initials)
    else:
        firsts = name.get("voornamen", "").split()
        initials = "".join("IJ." if first.startswith("IJ") else _initials(first[0]) for first in firsts)
    prefix = name.get("voorvoegsel")
    return PersonName(initials, tidy(prefix) if prefix else "", _tidy(name.get("geslachtsnaam", "")))


def read_date(day: Mapping[str, Any]) -> BirthDate | None:
    """A date in one of the four shapes: whole, without day, without month, unknown (None).

    Raises ValueError when it is none of them, KeyError when a part is missing.
    """
    match day["type"]:
        case "Datum":
            text = day["datum"]
            return BirthDate(int(text[:4]), int(text[5:7]), int(text[8:]))
        case "JaarMaandDatum":
            return BirthDate(day["jaar"], day["maand"], 0)
        case "JaarDatum":
            return BirthDate(day["jaar"], 0, 0)
        case "DatumOnbekend":
            return None
    raise ValueError("no kind of date")
