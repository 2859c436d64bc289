"""The server's half of Haal Centraal BRP personen bevragen 2.x: reading a question, wording answers and errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct

from collectief.foundation.dates import BirthDate

from .inhabitants import Inhabitant
from .residents import Resident

TYPE = "RaadpleegMetBurgerservicenummer"
MOST_PERSONS = 20
MOST_FIELDS = 130
_NINE_DIGITS = re.compile(r"[0-9]{9}")
_RFC = "https://datatracker.ietf.org/doc/html/"
_SEXES = {"M": "man", "V": "vrouw", "O": "onbekend"}
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip

# What can be asked for here; the real register knows many more fields of a person.
_KNOWN: Mapping[str, Any] = {
    "burgerservicenummer": None,
    "geslacht": {"code": None, "omschrijving": None},
    "naam": {"voornamen": None, "voorletters": None, "voorvoegsel": None, "geslachtsnaam": None, "volledigeNaam": None},
    "geboorte": {"datum": None},
    "overlijden": {"datum": None},
    "opschortingBijhouding": {"reden": None},
}

type Fields = tuple[str, ...]
type Person = Inhabitant | Resident


@dataclass(frozen=True, slots=True)
class Question:
    """A question that can be answered."""

    type: str
    bsns: tuple[str, ...]
    fields: Fields


class Problem(Exception):
    """An answer that is an error, as the interface words it (RFC 7807 with a code and the wrong parameters)."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        section: str,
        detail: str = "",
        wrong: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.section, self.detail = status, code, title, section, detail
        self.wrong = wrong

    @classmethod
    def unavailable(cls) -> Problem:
        return cls(503, "sourceUnavailable", "Bronservice BRP is tijdelijk niet beschikbaar.", "rfc7231#section-6.6.4")

    @classmethod
    def wrong_parameters(cls, wrong: list[dict[str, str]], *, missing: bool = False) -> Problem:
        code, title = "paramsValidation", "Een of meerdere parameters zijn niet correct."
        if missing:
            code, title = "paramsCombination", "Minimale combinatie van parameters moet worden opgegeven."
        detail = f"De foutieve parameter(s) zijn: {', '.join(line['name'] for line in wrong)}."
        return cls(400, code, title, "rfc7231#section-6.5.1", detail, wrong)

    def as_json(self, instance: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": _RFC + self.section, "title": self.title, "status": self.status, "code": self.code,
            "instance": instance,
        }  # fmt: skip
        if self.detail:
            body["detail"] = self.detail
        if self.wrong is not None:
            body["invalidParams"] = self.wrong
        return body


def read_question(headers: Mapping[str, str], body: bytes) -> Question:
    """The question in a request. Raises Problem, with the status and words of the real interface."""
    if not headers.get("X-API-KEY"):
        raise Problem(401, "authentication", "Niet correct geauthenticeerd.", "rfc7235#section-3.1")
    content_type, _, parameter = headers.get("Content-Type", "").lower().replace(" ", "").partition(";")
    if content_type != "application/json" or parameter not in ("", "charset=utf-8"):
        raise Problem(
            415, "unsupportedMediaType", "Media Type wordt niet ondersteund.", "rfc7231#section-6.5.13",
            "Ondersteunde content type: application/json; charset=utf-8.",
        )  # fmt: skip
    try:
        asked = orjson.loads(body)
        if not isinstance(asked, dict):
            raise ValueError
    except ValueError:
        raise Problem.wrong_parameters([_wrong("body", "json", "Body is geen geldige JSON.")]) from None
    _check_type(asked)
    wrong = _wrong_bsns(asked) + _wrong_fields(asked)
    wrong += [
        _wrong(name, "unknownParam", "Parameter is niet verwacht.")
        for name in asked
        if name not in ("type", "burgerservicenummer", "fields", "gemeenteVanInschrijving")
    ]
    if wrong:
        raise Problem.wrong_parameters(wrong, missing=wrong == [_wrong(wrong[0]["name"], *_REQUIRED)])
    return Question(asked["type"], tuple(asked["burgerservicenummer"]), tuple(asked["fields"]))


_REQUIRED = ("required", "Parameter is verplicht.")


def _wrong(name: str, code: str, reason: str) -> dict[str, str]:
    return {"name": name, "code": code, "reason": reason}


def _check_type(asked: Mapping[str, Any]) -> None:
    if "type" not in asked:
        raise Problem.wrong_parameters([_wrong("type", *_REQUIRED)])
    if asked["type"] != TYPE:
        raise Problem.wrong_parameters([_wrong("type", "value", "Waarde is geen geldig zoek type.")])


def _wrong_bsns(asked: Mapping[str, Any]) -> list[dict[str, str]]:
    wrong = _wrong_list(asked, "burgerservicenummer", MOST_PERSONS)
    return wrong or [
        _wrong(f"burgerservicenummer[{index}]", "pattern", "Waarde voldoet niet aan patroon ^[0-9]{9}$.")
        for index, digits in enumerate(asked["burgerservicenummer"])
        if not (isinstance(digits, str) and _NINE_DIGITS.fullmatch(digits))
    ]


def _wrong_fields(asked: Mapping[str, Any]) -> list[dict[str, str]]:
    wrong = _wrong_list(asked, "fields", MOST_FIELDS)
    return wrong or [
        _wrong(f"fields[{index}]", "fields", "Parameter bevat een niet bestaande veldnaam.")
        for index, path in enumerate(asked["fields"])
        if not (isinstance(path, str) and _exists(path))
    ]


def _wrong_list(asked: Mapping[str, Any], name: str, most: int) -> list[dict[str, str]]:
    if name not in asked:
        return [_wrong(name, *_REQUIRED)]
    value = asked[name]
    if not isinstance(value, list):
        return [_wrong(name, "array", "Parameter is geen array.")]
    if not value:
        return [_wrong(name, "minItems", "Array bevat minder dan 1 items.")]
    if len(value) > most:
        return [_wrong(name, "maxItems", f"Array bevat meer dan {most} items.")]
    return []


@lru_cache(maxsize=256)
def _exists(path: str) -> bool:
    known: Any = _KNOWN
    for part in path.split("."):
        if not isinstance(known, Mapping) or part not in known:
            return False
        known = known[part]
    return True


class Wanted(Struct, frozen=True):
    """What a question asks of each person; whoever is shown gets no more."""

    number: bool
    # How each sex is shown; None where it is not asked for.
    sexes: Mapping[str, Mapping[str, str]] | None
    # The parts of a name; None where no name is asked for.
    name: frozenset[str] | None
    birth: bool
    death: bool


@lru_cache(maxsize=32)
def wanted(fields: Fields) -> Wanted:
    """What these fields ask for; a group asked for as a whole has all its parts."""
    asked: dict[str, frozenset[str]] = {}
    for group, _, part in (path.partition(".") for path in fields):
        parts = frozenset([part.partition(".")[0]]) if part else frozenset(_KNOWN[group] or ())
        asked[group] = asked.get(group, frozenset()) | parts
    sexes = None
    if "geslacht" in asked:
        sexes = {
            code: {part: text for part, text in (("code", code), ("omschrijving", name)) if part in asked["geslacht"]}
            for code, name in _SEXES.items()
        }
    return Wanted(
        number="burgerservicenummer" in asked,
        sexes=sexes,
        name=asked.get("naam"),
        birth="geboorte" in asked,
        death="overlijden" in asked,
    )


def void_as_json(digits: str, asked: Wanted) -> dict[str, Any]:
    """A person list that was entered in error: no more than that, and the number if asked for."""
    shown: dict[str, Any] = {"burgerservicenummer": digits} if asked.number else {}
    return shown | {"opschortingBijhouding": {"reden": {"code": "F", "omschrijving": "fout"}}}


def person_as_json(person: Person, asked: Wanted) -> dict[str, Any]:
    """The person as `personen` shows them, no more than was asked; empty values are left out.

    Who has died is marked as such whether asked for or not.
    """
    shown: dict[str, Any] = {}
    if asked.number:
        shown["burgerservicenummer"] = person.bsn.digits
    if asked.sexes is not None:
        shown["geslacht"] = asked.sexes[person.sex]
    if asked.name is not None:
        shown["naam"] = _name(person, asked.name)
    if asked.birth:
        shown["geboorte"] = {"datum": date_as_json(person.birth_date)}
    if person.deceased:
        if asked.death:
            shown["overlijden"] = {"datum": date_as_json(None)}
        shown["opschortingBijhouding"] = {"reden": {"code": "O", "omschrijving": "overlijden"}}
    return shown


def _name(person: Person, parts: frozenset[str]) -> dict[str, str]:
    name: dict[str, str] = {}
    if person.initials and "voorletters" in parts:
        name["voorletters"] = person.initials
    if person.surname and "geslachtsnaam" in parts:
        name["geslachtsnaam"] = person.surname
    if person.first_names and "voornamen" in parts:
        name["voornamen"] = person.first_names
    if person.prefix and "voorvoegsel" in parts:
        name["voorvoegsel"] = person.prefix
    if "volledigeNaam" in parts:
        whole = " ".join(filter(None, (person.first_names, person.prefix, person.surname)))
        if whole:
            name["volledigeNaam"] = whole
    return name


def date_as_json(day: BirthDate | None) -> dict[str, Any]:
    """A date in one of the four shapes of the interface, by how much of it is known."""
    if day is None:
        return {"type": "DatumOnbekend", "onbekend": True, "langFormaat": "onbekend"}
    year, month, number = day.year, day.month, day.day
    if not month:
        return {"type": "JaarDatum", "jaar": year, "langFormaat": f"{year}"}
    long = f"{_MONTHS[month - 1]} {year}"
    if not number:
        return {"type": "JaarMaandDatum", "jaar": year, "maand": month, "langFormaat": long}
    return {"type": "Datum", "datum": date(year, month, number).isoformat(), "langFormaat": f"{number} {long}"}
