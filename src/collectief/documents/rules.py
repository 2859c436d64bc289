"""What letters there are, how long it is known that one was made, and the number on it; plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from collectief.segments.profile import Capability, MessageCategory, Permission

# Crockford's: nothing in it can be read as something else, also when it is typed over.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
# 80 bits, which nobody guesses, and a symbol that finds what was mistyped.
_SYMBOLS = 16
_GROUP = 4


class LetterKind(StrEnum):
    """What a letter is."""

    POLICY_SCHEDULE = "policy_schedule"
    TERMINATION = "termination_letter"
    INSURANCE_STATEMENT = "insurance_statement"
    INSURANCE_CARD = "insurance_card"
    DEDUCTIBLE = "deductible_overview"
    S1 = "s1"
    CONFIRMATION = "confirmation"


# How many years a letter is kept and can be checked: as long as a business keeps its papers (art. 52 AWR); a card for
# as long as it can be valid.
KEEP_YEARS = dict.fromkeys(LetterKind, 7) | {LetterKind.INSURANCE_CARD: 2}
# What the roles must hold to make or see one, where it is something else than seeing participants.
_ASKS = {LetterKind.DEDUCTIBLE: Permission.SEE_DEDUCTIBLE_USE}
# What the profile must have for letters of a kind, where it is something else than letters about insurance.
_OFFERED = {
    LetterKind.DEDUCTIBLE: Capability.DEDUCTIBLE_USE,
    LetterKind.S1: Capability.REQUEST_S1,
    LetterKind.CONFIRMATION: Capability.CONFIRMATION_LETTERS,
}


def asked_for(kind: LetterKind) -> Permission:
    """What the roles must hold to make or see a letter of this kind."""
    return _ASKS.get(kind, Permission.SEE_PARTICIPANTS)


def offered_by(kind: LetterKind) -> Capability:
    """What the profile must have for letters of this kind."""
    return _OFFERED.get(kind, Capability.INSURANCE_LETTERS)


# Which of them colleagues are told of, and how: the others anybody can make at any time.
TOLD = {LetterKind.INSURANCE_STATEMENT: (MessageCategory.INSURANCE_STATEMENT, "letter.statement")}


def numbered(chance: bytes) -> str:
    """The number of a letter from ten bytes of chance: sixteen symbols and one to check them."""
    whole = int.from_bytes(chance[:10])
    symbols = "".join(ALPHABET[(whole >> 5 * place) & 31] for place in range(_SYMBOLS))
    return symbols + _check(symbols)


def _check(symbols: str) -> str:
    # Odd weights, different for neighbours: one wrong symbol is always found, two that changed places mostly.
    return ALPHABET[sum((2 * place + 1) * ALPHABET.index(symbol) for place, symbol in enumerate(symbols)) % 32]


def shown(number: str) -> str:
    """A number as it stands on the letter: in groups."""
    return "-".join(number[place : place + _GROUP] for place in range(0, len(number), _GROUP))


def read_number(typed: str) -> str | None:
    """A number as somebody typed it over; None when there can be no such letter."""
    number = "".join(typed.upper().split()).replace("-", "").translate(_READ_AS)
    if len(number) != _SYMBOLS + 1 or not set(number) <= set(ALPHABET):
        return None
    return number if _check(number[:-1]) == number[-1] else None


def kept_until(kind: LetterKind, made_on: date) -> date:
    """The last day on which it can be checked."""
    year = made_on.year + KEEP_YEARS[kind]
    # Of the 29th of February the day before.
    return made_on.replace(year=year, day=28 if (made_on.month, made_on.day) == (2, 29) else made_on.day)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a letter: a table with what it adds up to, and paragraphs below it. Any of it may be empty."""

    title: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    total: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    # Where it is not the letter's own.
    language: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card to be cut out of the letter: its heading, and what stands on it."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in words, before it is typeset: everything a reader sees but its number.

    `says` is what it comes down to, as days, products and cents: kept for as long as the letter can be checked, since
    what it was made from may be corrected.
    """

    kind: LetterKind
    title: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    says: Mapping[str, Any] = field(default_factory=dict)
    # The lines of an envelope, for a letter that goes by post.
    address: tuple[str, ...] = ()
    card: Card | None = None
