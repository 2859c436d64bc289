"""People in lists and workbooks: which columns a segment has, BSN and sex where it shows them (law 5, G03, U19)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Protocol

from django.utils.translation import gettext as _

from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.foundation.sheet import Cell
from collectief.participants.queries import bsns, sexes
from collectief.scope.scope import Scope
from collectief.segments.profile import Field

from .words import SEXES, said

# For how many people at once it is asked what stands beside a row, while a list is written.
_AT_ONCE = 1_000


class Person(Protocol):
    """What a row of a list says of whom it is about."""

    @property
    def participant_id(self) -> int: ...
    @property
    def name(self) -> PersonName: ...
    @property
    def relation_number(self) -> str: ...
    @property
    def birth_date(self) -> str: ...
    @property
    def external_reference(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Beside:
    """What no row has of whom it is about; empty where the segment shows none of it."""

    bsn: str = ""
    # M or V, as the BRP has it.
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Column[Row]:
    """A column of a workbook: its head, its width in characters, and what it says of a row with what is beside it."""

    head: str
    width: int
    cell: Callable[[Row, Beside], Cell]


def shows_bsn(scope: Scope) -> bool:
    """Whether lists of this scope have a BSN."""
    return scope.sees(Field.BSN)


def shows_reference(scope: Scope) -> bool:
    """Whether the organisation's own numbers are used here."""
    return scope.sees(Field.EXTERNAL_REFERENCE)


def with_beside[Row: Person](scope: Scope, rows: Iterable[Row]) -> Iterator[tuple[Row, Beside]]:
    """Each row with what is beside it, of some people at a time."""
    shows = shows_bsn(scope)
    for some in batched(rows, _AT_ONCE, strict=False):
        people = {row.participant_id for row in some}
        known, sex = bsns(scope, people) if shows else {}, sexes(scope, people)
        for row in some:
            id_ = row.participant_id
            yield row, Beside(known[id_].digits if shows else "", sex.get(id_, ""))


def person_columns(scope: Scope) -> list[Column[Person]]:
    """Who it is, under the names that the upload template has for the same (X02)."""
    found: list[Column[Person]] = [
        Column(_("Voorletters"), 12, lambda row, beside: row.name.initials),
        Column(_("Voorvoegsel"), 12, lambda row, beside: row.name.prefix),
        Column(_("Achternaam"), 24, lambda row, beside: row.name.surname),
    ]
    if shows_bsn(scope):
        found.append(Column(_("BSN"), 12, lambda row, beside: beside.bsn))
    if scope.sees(Field.RELATION_NUMBER):
        found.append(Column(_("Relatienummer"), 14, lambda row, beside: row.relation_number))
    if scope.sees(Field.BIRTH_DATE):
        found.append(Column(_("Geboortedatum"), 14, lambda row, beside: _born(row.birth_date)))
    if scope.sees(Field.SEX):
        sex_said = said(SEXES)
        found.append(Column(_("Geslacht"), 10, lambda row, beside: sex_said.get(beside.sex, "")))
    if shows_reference(scope):
        found.append(Column(_("Extern referentienummer"), 24, lambda row, beside: row.external_reference))
    return found


def _born(text: str) -> str:
    return BirthDate.parse(text).dutch if text else ""
