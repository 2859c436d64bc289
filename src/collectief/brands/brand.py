"""One brand: what a `brand.toml` may say, and what of it is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast, overload

from collectief.foundation.assurance import AssuranceLevel
from collectief.foundation.strength import SMALLEST_RSA, smallest_rsa
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, Means

LANGUAGES = ("nl", "en")
# A brand may ask for longer passwords than this, never for shorter ones (docs/adr/0014).
PASSWORD_SHORTEST, _PASSWORD_LIMIT = 12, 64
# Between approving that a second factor is reset and doing it: a whole day, so that who works in shifts or is asleep
# reads the notice in time; not more, since meanwhile somebody cannot work. A brand may ask for longer, never for less
# (docs/adr/0018).
RESET_HOURS, _RESET_LIMIT = 24, 168
THEME = "tokens.css"
FILES = ("wordmark.svg", "icon.svg")
# What a desk can be the one for: forms for abroad (U09).
ABROAD = "abroad"

Texts = Mapping[str, str]  # by language


_NEEDED = object()


class BrandError(ValueError):
    """A brand's file says something that is not understood; the message names file and key."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a customer turns with a question: what it is for (by language), its mail address and telephone."""

    title: Texts = field(hash=False)
    mail: str
    phone: str = ""
    # What it alone is for, where a page leads to it; empty for none of these.
    about: str = ""

    @property
    def dial(self) -> str:
        """The number as a `tel:` link takes it."""
        return dial(self.phone)


def dial(phone: str) -> str:
    """A number as a `tel:` link takes it: digits, with a plus where it was written."""
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


@dataclass(frozen=True, slots=True)
class Brand:
    """A portal: its hosts, whose insurance it shows, how it looks and how it speaks.

    It may raise the assurance level of its segments and switch capabilities off (`narrowed`), never the
    reverse. `wording` holds, by language, the sentences it words differently: msgid to text. `address` is how it
    speaks to people: a test sees to it that one that says "je" does so in every sentence.
    """

    slug: str
    hosts: tuple[str, ...]
    name: str
    insurer: str
    insurer_name: str
    segments: tuple[str, ...]
    minimum_assurance: str
    address: Literal["u", "je"] = "u"
    desks: tuple[Desk, ...] = ()
    support_phone: str = ""
    # From whom its mail comes.
    sender: str = ""
    narrowed: frozenset[str] = frozenset()
    welcome: Texts = field(default_factory=dict, hash=False)
    privacy: Texts = field(default_factory=dict, hash=False)
    terms: Texts = field(default_factory=dict, hash=False)
    # How many characters a password must have at least.
    password_shortest: int = PASSWORD_SHORTEST
    # Until this day who has no second factor yet may put it off; None: never without.
    second_factor_from: date | None = None
    # How many bits the RSA key of a passkey must have at least; other kinds are strong enough as they are.
    smallest_rsa: int = SMALLEST_RSA
    # How many hours pass between approving that a second factor is reset and doing it (K05).
    reset_hours: int = RESET_HOURS
    wording: Mapping[str, Texts] = field(default_factory=dict, hash=False, repr=False)
    # The brand whose colours, sizes and corners it has; empty for its own.
    look_of: str = ""
    # By which number institutions abroad know the insurer (EESSI), such as NL:7085; empty for who is not on EESSI.
    institution: str = ""

    @property
    def abroad(self) -> Desk:
        """Where one turns with a question about forms for abroad: the first desk where none is for that."""
        return next((desk for desk in self.desks if desk.about == ABROAD), self.desks[0])

    @property
    def support_dial(self) -> str:
        """The number for help with this portal, as a `tel:` link takes it."""
        return dial(self.support_phone)

    @property
    def means(self) -> frozenset[Means]:
        """By what one can sign in here: what its segments take."""
        return frozenset().union(*(PROFILES[segment].means for segment in self.segments))

    @property
    def only_passkeys(self) -> bool:
        """Whether any of its segments takes nothing but a passkey: its passkeys are looked after apart then."""
        return any(PROFILES[segment].only_passkeys for segment in self.segments)

    @property
    def takes_applications(self) -> bool:
        """Whether somebody without an account can apply for one here."""
        return any(PROFILES[segment].takes_applications for segment in self.segments)

    @property
    def theme(self) -> str:
        """The static file with its colours, sizes and corners."""
        return f"brands/{self.look_of or self.slug}/{THEME}"

    @property
    def wordmark(self) -> str:
        """The static file with its name as drawn in the header."""
        return f"brands/{self.slug}/wordmark.svg"

    @property
    def icon(self) -> str:
        """The static file with the small mark a browser shows beside the title."""
        return f"brands/{self.slug}/icon.svg"


def read_brand(folder: Path) -> Brand:
    """The brand in `folder`. Raises BrandError for a missing file, a missing or unknown key, or a wrong value."""
    name = f"{folder.name}/brand.toml"
    for file in FILES:
        if not (folder / file).is_file():
            raise BrandError(f"{name}: {folder.name}/{file} is missing")
    try:
        table = tomllib.loads((folder / "brand.toml").read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrandError(f"{name}: {error}") from error
    reader = _Reader(name, table)
    other, look = reader.other("words_of"), reader.other("look_of")
    if not (folder.parent / (look or folder.name) / THEME).is_file():
        raise BrandError(f"{name}: {look or folder.name}/{THEME} is missing")
    return reader.brand(folder.name, _words(folder.parent / other, name) if other else {}, look or "")


def _words(folder: Path, name: str) -> Mapping[str, Texts]:
    """The wording of another brand, which speaks to people in the same way. Raises BrandError."""
    try:
        table = tomllib.loads((folder / "brand.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrandError(f"{name}: words_of: {error}") from error
    return _Reader(f"{folder.name}/brand.toml", table)._wording()


def _together(others: Mapping[str, Texts], own: Mapping[str, Texts]) -> Mapping[str, Texts]:
    """The words of both; where they differ, its own."""
    languages = dict.fromkeys([*others, *own])
    return MappingProxyType({one: MappingProxyType({**others.get(one, {}), **own.get(one, {})}) for one in languages})


class _Reader:
    """Takes keys out of the table one by one; what is left at the end is a key nobody knows."""

    def __init__(self, name: str, table: dict[str, Any]) -> None:
        self.name, self.table = name, table

    def brand(self, slug: str, words_of: Mapping[str, Texts], look_of: str) -> Brand:
        insurer = self._sub(self._take(self.table, "insurer", dict), "insurer")
        found = Brand(
            slug=slug,
            hosts=tuple(host.lower() for host in self._words("hosts")),
            name=self._take(self.table, "name", str),
            insurer=insurer._take(insurer.table, "slug", str),
            insurer_name=insurer._take(insurer.table, "name", str),
            institution=insurer._take(insurer.table, "institution", str, without=None) or "",
            segments=self._known("segments", PROFILES),
            minimum_assurance=self._level(),
            address=self._address(),
            desks=tuple(self._desk(desk) for desk in self._take(self.table, "desks", list)),
            support_phone=self._take(self.table, "support_phone", str),
            sender=self._take(self.table, "sender", str),
            narrowed=frozenset(self._known("narrowed", set(Capability), required=False)),
            welcome=self._texts(self._take(self.table, "welcome", dict), "welcome"),
            privacy=self._texts(self._take(self.table, "privacy", dict), "privacy"),
            terms=self._texts(self._take(self.table, "terms", dict), "terms"),
            password_shortest=self._shortest(),
            second_factor_from=self._take(self.table, "second_factor_from", date, without=None),
            smallest_rsa=self._smallest_rsa(),
            reset_hours=self._reset_hours(),
            wording=_together(words_of, self._wording()),
            look_of=look_of,
        )
        if not found.hosts or not found.segments or not found.desks:
            raise self._wrong("hosts, segments and desks", "each need at least one entry")
        if found.second_factor_from is not None and found.only_passkeys:
            raise self._wrong("second_factor_from", "not where a segment takes nothing but a passkey")
        insurer._nothing_left()
        self._nothing_left()
        return found

    def _wrong(self, key: str, why: str) -> BrandError:
        return BrandError(f"{self.name}: {key}: {why}")

    def _sub(self, table: dict[str, Any], key: str) -> _Reader:
        return _Reader(f"{self.name}: {key}", table)

    @overload
    def _take[Kind](self, table: dict[str, Any], key: str, kind: type[Kind]) -> Kind: ...

    @overload
    def _take[Kind](self, table: dict[str, Any], key: str, kind: type[Kind], *, without: None) -> Kind | None: ...

    def _take(self, table: dict[str, Any], key: str, kind: type, *, without: object = _NEEDED) -> Any:
        if key not in table:
            if without is not _NEEDED:
                return without
            raise self._wrong(key, "is missing")
        value = table.pop(key)
        # A day with a time is a kind of day too, and cannot be compared with one.
        if not isinstance(value, kind) or isinstance(value, datetime):
            raise self._wrong(key, f"must be a {kind.__name__}")
        return value

    def _words(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        if not required and key not in self.table:
            return ()
        values = self._take(self.table, key, list)
        if not all(isinstance(value, str) for value in values):
            raise self._wrong(key, "must hold texts only")
        return tuple(values)

    def _known(self, key: str, known: Any, *, required: bool = True) -> tuple[str, ...]:
        values = self._words(key, required=required)
        for value in values:
            if value not in known:
                raise self._wrong(key, f"unknown: {value} (known: {', '.join(sorted(known))})")
        return values

    def _level(self) -> str:
        label = self._take(self.table, "minimum_assurance", str)
        try:
            return AssuranceLevel.from_label(label).label
        except ValueError as error:
            raise self._wrong("minimum_assurance", f"{label} is {error}") from None

    def _shortest(self) -> int:
        shortest = self._take(self.table, "password_shortest", int, without=None)
        if shortest is None:
            return PASSWORD_SHORTEST
        if not PASSWORD_SHORTEST <= shortest <= _PASSWORD_LIMIT:
            raise self._wrong("password_shortest", f"must be {PASSWORD_SHORTEST} to {_PASSWORD_LIMIT}")
        return shortest

    def _reset_hours(self) -> int:
        hours = self._take(self.table, "reset_hours", int, without=None)
        if hours is None:
            return RESET_HOURS
        if not RESET_HOURS <= hours <= _RESET_LIMIT:
            raise self._wrong("reset_hours", f"must be {RESET_HOURS} to {_RESET_LIMIT}")
        return hours

    def _smallest_rsa(self) -> int:
        try:
            return smallest_rsa(self._take(self.table, "smallest_rsa", int, without=None) or SMALLEST_RSA)
        except ValueError as error:
            raise BrandError(f"{self.name}: {error}") from None

    def other(self, key: str) -> str | None:
        """The brand that this one shares something with, if it names one."""
        return self._take(self.table, key, str, without=None)

    def _address(self) -> Literal["u", "je"]:
        form = self._take(self.table, "address", str)
        if form not in ("u", "je"):
            raise self._wrong("address", "must be u or je")
        return cast(Literal["u", "je"], form)

    def _desk(self, table: Any) -> Desk:
        if not isinstance(table, dict):
            raise self._wrong("desks", "must be tables")
        reader = self._sub(table, "desks")
        title = reader._texts(reader._take(table, "title", dict), "title")
        phone = reader._take(table, "phone", str) if "phone" in table else ""
        about = reader._take(table, "about", str, without=None) or ""
        if about not in ("", ABROAD):
            raise reader._wrong("about", f"unknown: {about} (known: {ABROAD})")
        desk = Desk(title, reader._take(table, "mail", str), phone, about)
        reader._nothing_left()
        return desk

    def _texts(self, table: dict[str, Any], key: str) -> Texts:
        if set(table) != set(LANGUAGES) or not all(isinstance(text, str) and text.strip() for text in table.values()):
            raise self._wrong(key, f"needs a text for each of {', '.join(LANGUAGES)} and nothing else")
        return MappingProxyType({language: table[language].strip() for language in LANGUAGES})

    def _wording(self) -> Mapping[str, Texts]:
        table = self.table.pop("wording", {})
        for language, words in table.items():
            if language not in LANGUAGES or not isinstance(words, dict):
                raise self._wrong(f"wording.{language}", f"unknown language (known: {', '.join(LANGUAGES)})")
            if not all(isinstance(text, str) for text in words.values()):
                raise self._wrong(f"wording.{language}", "must hold texts only")
        return MappingProxyType({language: MappingProxyType(dict(words)) for language, words in table.items()})

    def _nothing_left(self) -> None:
        if self.table:
            raise BrandError(f"{self.name}: unknown key: {', '.join(sorted(self.table))}")
