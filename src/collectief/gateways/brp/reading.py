"""The client's half of Haal Centraal BRP personen bevragen 2.x: from an answer to persons."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
import orjson
from msgspec import UNSET, Struct, UnsetType, field

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


class _Date(Struct, tag_field="type", tag="Datum"):
    datum: datetime.date


class _YearMonth(Struct, tag_field="type", tag="JaarMaandDatum"):
    jaar: int
    maand: int


class _Year(Struct, tag_field="type", tag="JaarDatum"):
    jaar: int


class _Unknown(Struct, tag_field="type", tag="DatumOnbekend"):
    pass


class _Birth(Struct):
    datum: _Date | _YearMonth | _Year | _Unknown | UnsetType = UNSET


class _Coded(Struct):
    code: str | None


class _Suspension(Struct):
    reden: _Coded


class _Name(Struct):
    voorletters: str | None = None
    voornamen: str | None = None
    voorvoegsel: str | None = None
    geslachtsnaam: str = ""


class _Person(Struct):
    burgerservicenummer: str
    # Of whom no part of a name is registered it is left out, or empty: a name that nobody gives.
    naam: _Name = field(default_factory=_Name)
    geboorte: _Birth | None = None
    geslacht: _Coded | UnsetType = UNSET
    # That something is in it says enough; an empty group is as one that is left out.
    overlijden: Any = None
    suspension: _Suspension | UnsetType = field(default=UNSET, name="opschortingBijhouding")


class _Answer(Struct):
    type: str
    personen: list[_Person]


_answer = msgspec.json.Decoder(_Answer)

# Among many people initials and names repeat.
_initials = lru_cache(maxsize=32_768)(tidy_initials)
_tidy = lru_cache(maxsize=32_768)(tidy)


def question(digits: list[str]) -> bytes:
    """The body that asks about at most 20 numbers."""
    return orjson.dumps({"type": TYPE, "burgerservicenummer": digits, "fields": FIELDS})


def read_persons(body: bytes, asked: Mapping[str, Bsn]) -> dict[Bsn, RegisteredPerson]:
    """The persons in an answer, by BSN; whoever was not asked for is left out. Raises BadAnswer."""
    persons: dict[Bsn, RegisteredPerson] = {}
    try:
        answer = _answer.decode(body)
        if answer.type != TYPE:
            raise BadAnswer("type")
        for line in answer.personen:
            suspended_for = line.suspension.reden.code if line.suspension else ""
            bsn = asked.get(line.burgerservicenummer)
            if bsn is None or suspended_for in _VOID:
                continue
            deceased = suspended_for == _DECEASED or bool(line.overlijden)
            sex = _SEXES.get(line.geslacht.code or "", "") if line.geslacht else ""
            persons[bsn] = RegisteredPerson(bsn, _read_name(line.naam), _birth_date(line.geboorte), deceased, sex)
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as problem:
        # The exception's own text can hold a name: only its kind goes further.
        raise BadAnswer(type(problem).__name__) from None
    return persons


def _read_name(name: _Name) -> PersonName:
    """The name: initials as registered, else from the first names; who has one name has it as surname."""
    if name.voorletters:
        initials = _initials(name.voorletters)
    else:
        firsts = (name.voornamen or "").split()
        initials = "".join("IJ." if first.startswith("IJ") else _initials(first[0]) for first in firsts)
    prefix = _tidy(name.voorvoegsel) if name.voorvoegsel else ""
    return PersonName(initials, prefix, _tidy(name.geslachtsnaam))


def _birth_date(birth: _Birth | None) -> BirthDate | None:
    """A date in one of the four shapes: whole, without day, without month, unknown (None).

    Raises ValueError when it does not exist.
    """
    day = birth.datum if birth else UNSET
    if isinstance(day, _Date):
        return BirthDate(day.datum.year, day.datum.month, day.datum.day)
    if isinstance(day, _YearMonth):
        return BirthDate(day.jaar, day.maand, 0)
    return BirthDate(day.jaar, 0, 0) if isinstance(day, _Year) else None
