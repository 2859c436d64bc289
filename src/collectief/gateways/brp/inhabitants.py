"""An endless population for demo and tests: who a BSN belongs to is computed from its digits alone.

The same number is the same person in every process and every year, so that a generated upload file and the BRP
simulator agree without sharing anything. Nobody here exists: only numbers that start with 9 are handed out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from msgspec import Struct

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName

# Of a hundred people, by country of origin (ISO 3166): who works through an agency in the Netherlands.
_SHARES = {"NL": 35, "PL": 30, "RO": 10, "TR": 8, "MA": 6, "BG": 5, "PT": 2, "ES": 2, "HU": 2}
_FEMININE = {"PL": (("ski", "ska"), ("cki", "cka"), ("dzki", "dzka")), "BG": (("v", "va"), ("ski", "ska"))}
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Middle seven digits of a BSN: a full-period congruential sequence walks them all once (Hull and Dobell).
_MIDDLES = 10_000_000
_STEP = 4_370_341


class Inhabitant(Struct, frozen=True):
    """Somebody of the demo population. `sex` is M or V as in the BRP, `country` of origin is an ISO 3166 code."""

    bsn: Bsn
    first_names: str
    initials: str
    prefix: str
    surname: str
    birth_date: BirthDate
    sex: str
    country: str
    deceased: bool = False

    @property
    def name(self) -> PersonName:
        """The name as the Netherlands writes it."""
        return PersonName(self.initials, self.prefix, self.surname)


type _Surname = tuple[str, str]  # prefix and core


@dataclass(frozen=True, slots=True)
class _Names:
    country: str
    first: dict[str, tuple[str, ...]]
    initial: dict[str, str]
    last: dict[str, tuple[_Surname, ...]]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(","))


def _split(surname: str) -> _Surname:
    """The prefix is what stands before the first capital."""
    at = next(index for index, letter in enumerate(surname) if letter.isupper())
    return surname[:at].rstrip(), surname[at:]


def _feminine(country: str, surname: str) -> str:
    for ending, female in _FEMININE.get(country, ()):
        if surname.endswith(ending):
            return surname.removesuffix(ending) + female
    return surname


def _names(country: str, lists: dict[str, str]) -> _Names:
    surnames = _listed(lists["surnames"])
    first = {"M": _listed(lists["male"]), "V": _listed(lists["female"])}
    return _Names(
        country=country,
        first=first,
        initial={name: ("IJ." if name.startswith("IJ") else f"{name[0]}.") for both in first.values() for name in both},
        last={
            "M": tuple(map(_split, surnames)),
            "V": tuple(_split(_feminine(country, surname)) for surname in surnames),
        },
    )


@cache
def _population() -> tuple[_Names, ...]:
    """A hundred lists of names, in the shares of the countries."""
    lists = tomllib.loads(files(__package__).joinpath("names.toml").read_text("utf-8"))
    return tuple(names for country, share in _SHARES.items() for names in [_names(country, lists[country])] * share)


def inhabitant(bsn: Bsn) -> Inhabitant:
    """Who this BSN belongs to; always the same person."""
    dice = int.from_bytes(blake2b(bsn.digits.encode(), digest_size=24).digest())
    dice, percent = divmod(dice, 100)
    names = _population()[percent]
    dice, man = divmod(dice, 100)
    sex = "M" if man < 58 else "V"
    dice, first_names, initials = _first_names(dice, names, sex)
    dice, pick = divmod(dice, len(names.last[sex]))
    prefix, surname = names.last[sex][pick]
    dice, double = divmod(dice, 25)
    if not double:
        dice, pick = divmod(dice, len(names.last[sex]))
        surname = f"{surname}-{names.last[sex][pick][1]}"
    return Inhabitant(bsn, first_names, initials, prefix, surname, _birth_date(dice, names.country), sex, names.country)


def _first_names(dice: int, names: _Names, sex: str) -> tuple[int, str, str]:
    choice = names.first[sex]
    dice, count = divmod(dice, 20)
    dice, pick = divmod(dice, len(choice))
    first = choice[pick]
    initials = names.initial[first]
    for _ in range((count > 9) + (count > 16)):
        dice, further = divmod(dice, len(choice) // 2 - 1)
        pick = (pick + 1 + further) % len(choice)  # never the same name again, not in three either
        first = f"{first} {choice[pick]}"
        initials += names.initial[choice[pick]]
    return dice, first, initials


def _birth_date(dice: int, country: str) -> BirthDate:
    """Working age mostly; abroad, now and then, day or day and month were never recorded."""
    dice, kind = divmod(dice, 100)
    dice, years = divmod(dice, 49)
    year = 1960 + years if kind < 94 else 1949 + years % 11 if kind < 99 else 2009 + years % 2
    dice, month = divmod(dice, 12)
    dice, day = divmod(dice, _LENGTHS[month])
    unknown = dice % 100
    if country != "NL" and unknown < 6:
        return BirthDate(year, 0, 0) if unknown < 3 else BirthDate(year, month + 1, 0)
    return BirthDate(year, month + 1, day + 1)


def dummy_bsns(count: int, *, seed: int = 0) -> Iterator[Bsn]:
    """`count` distinct BSNs that start with 9 and pass the eleven-test, in the fixed order of this `seed`.

    Other seeds give other orders of the same nine million numbers. Raises ValueError when more are asked.
    """
    if count > 9_000_000:
        raise ValueError("there are not that many dummy BSNs")
    middle = (seed * 7_654_321 + 1_234_567) % _MIDDLES
    while count:
        middle = (middle * _STEP + 9_753_187) % _MIDDLES
        check, rest = 81, middle
        for weight in range(2, 9):
            rest, digit = divmod(rest, 10)
            check += weight * digit
        check %= 11
        if check < 10:
            count -= 1
            yield Bsn(f"9{middle:07}{check}")
