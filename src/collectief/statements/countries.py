"""Which form a country takes, and how it travels, as dated data (countries.toml); plain Python (U09)."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

HOME = "NL"


class Form(StrEnum):
    """The form by which a country learns that somebody there is insured here."""

    S1 = "S1"
    E106 = "E106"
    # There is none: they need none, or no treaty knows one.
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Treaty:
    """What holds for a country from `first_day` until its next rule, and where that stands.

    `electronic`: its institutions are reached through EESSI, and paper is not sent.
    """

    first_day: date
    form: Form
    electronic: bool
    source: str


@dataclass(frozen=True, slots=True)
class Countries:
    """Every country there is something to say of: names by language, and rules in the order of their days."""

    names: Mapping[str, Mapping[str, str]]
    rules: Mapping[str, Sequence[Treaty]]


@cache
def countries() -> Countries:
    """The table, read once. Raises ValueError, KeyError for a table that says something it cannot."""
    table = tomllib.loads(Path(__file__).with_name("countries.toml").read_text(encoding="utf-8"))
    rules: dict[str, list[Treaty]] = defaultdict(list)
    for rule in table["rules"]:
        one = Treaty(rule["first_day"], Form(rule["form"]), rule.get("electronic", False), rule["source"])
        for code in rule["countries"]:
            rules[code].append(one)
    ordered = {code: sorted(found, key=lambda one: one.first_day) for code, found in rules.items()}
    return Countries(table["names"], ordered)


def treaty_on(country: str, day: date) -> Treaty | None:
    """What holds for a country (ISO 3166-1) on a day; None where no treaty on care does."""
    found = (one for one in reversed(countries().rules.get(country, ())) if one.first_day <= day)
    return next(found, None)


def name_of(country: str, language: str) -> str:
    """What a country is called; its code where nobody named it."""
    names = countries().names.get(country, {})
    return names.get(language) or names.get("en") or country


def code_of(text: str) -> str:
    """The country that somebody meant by what they typed in an address; empty where that is not known."""
    wanted = text.strip().casefold()
    for code, names in countries().names.items():
        if wanted in (code.casefold(), *(name.casefold() for name in names.values())):
            return code
    return ""


def named(language: str) -> list[tuple[str, str]]:
    """Codes and names, by name."""
    return sorted(((code, name_of(code, language)) for code in countries().names), key=lambda one: one[1].casefold())
