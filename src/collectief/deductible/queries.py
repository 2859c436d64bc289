"""What is used of deductibles, as an organisation sees it, and the files as the office does (U25)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from collectief.foundation.money import Money
from collectief.foundation.names import PersonName, search_key, split_prefix, tidy
from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Field, Permission

from .models import DeductibleImport
from .rules import Problem, Use

# Above every text that begins with what stands before it, in the collation of the lists.
_AFTER_ALL = "\U0010ffff"
# Rows fetched at once of a list that is downloaded.
_AT_ONCE = 1_000

# What the list can be sorted on, and the SQL that does it.
SORTS = {
    "naam": "p.sort_key", "relatienummer": "p.relation_number", "verbruikt": "u.used",
    "over": "u.deductible - u.used", "peildatum": "u.as_of",
}  # fmt: skip
DEFAULT_SORT = "naam"


class Left(StrEnum):
    """Whose line is shown, by what is left of their deductible."""

    SOME = "some"
    NOTHING = "nothing"
    UNTOUCHED = "untouched"


_LEFT = {
    Left.SOME: "u.used < u.deductible", Left.NOTHING: "u.used = u.deductible AND u.deductible > 0",
    Left.UNTOUCHED: "u.used = 0",
}  # fmt: skip


class NoUse(LookupError):
    """Of this participant nothing is known for that year, as far as the scope sees."""


class NoImport(LookupError):
    """The insurer had no such file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which year, and of whom: `text` is how a surname or relation number begins; empty is everyone."""

    year: int
    text: str = ""
    left: Left | None = None
    sort: str = DEFAULT_SORT


@dataclass(frozen=True, slots=True)
class UseLine:
    """What somebody has used in a year."""

    participant_id: int
    name: PersonName
    relation_number: str
    birth_date: str
    external_reference: str
    use: Use


@dataclass(frozen=True, slots=True)
class Counted:
    """How many lines a list has, and between which days they were so."""

    total: int
    first: date | None
    last: date | None


_FROM = "FROM deductible_use u JOIN participant p ON p.id = u.participant_id"
_COLUMNS = f"""
SELECT p.id, p.initials, p.prefix, p.surname, p.relation_number, p.birth_date, p.external_reference, u.year,
       u.deductible, u.used, u.as_of {_FROM}
"""


def known_years(scope: Scope) -> list[int]:
    """The years of which something is known, the latest first. Must run inside `opened`. Raises NotAllowed."""
    _require(scope)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT year FROM deductible_use u WHERE {_own(scope)} ORDER BY year DESC",
            {"organisation": scope.organisation_id},
        )
        return [year for (year,) in cursor.fetchall()]


def counted(scope: Scope, asked: Asked) -> Counted:
    """How many lines are found. Must run inside `opened`. Raises NotAllowed."""
    where, given = _where(scope, asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), min(u.as_of), max(u.as_of) {_FROM} {where}", given)
        return Counted(*cursor.fetchone())


def use_page(scope: Scope, asked: Asked, *, page: int, size: int) -> list[UseLine]:
    """A page of the lines. Must run inside `opened`. Raises NotAllowed."""
    where, given = _where(scope, asked)
    given |= {"size": size, "skip": (page - 1) * size}
    with connection.cursor() as cursor:
        cursor.execute(f"{_COLUMNS} {where} {_order(asked.sort)} LIMIT %(size)s OFFSET %(skip)s", given)
        return [_line(scope, row) for row in cursor.fetchall()]


def use_lines(scope: Scope, asked: Asked) -> Iterator[UseLine]:
    """Every line, some at a time. Must run inside `opened` until the last is read. Raises NotAllowed."""
    where, given = _where(scope, asked)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{_COLUMNS} {where} {_order(asked.sort)}", given)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from (_line(scope, row) for row in rows)


def use_of(scope: Scope, participant_id: int, year: int) -> UseLine:
    """One participant's. Must run inside `opened`. Raises NotAllowed, NoUse."""
    where, given = _where(scope, Asked(year))
    with connection.cursor() as cursor:
        cursor.execute(f"{_COLUMNS} {where} AND u.participant_id = %(one)s", given | {"one": participant_id})
        row = cursor.fetchone()
    if row is None:
        raise NoUse(participant_id, year)
    return _line(scope, row)


def _require(scope: Scope) -> None:
    scope.require(Permission.SEE_DEDUCTIBLE_USE, Capability.DEDUCTIBLE_USE)


def _own(scope: Scope) -> str:
    reach = scope.within_reach("s.contract_id")
    within = f" AND EXISTS (SELECT FROM participation s WHERE s.participant_id = u.participant_id{reach})"
    return "u.organisation_id = %(organisation)s" + (within if reach else "")


def _where(scope: Scope, asked: Asked) -> tuple[str, dict[str, Any]]:
    _require(scope)
    clauses = [_own(scope), "u.year = %(year)s"]
    given: dict[str, Any] = {"organisation": scope.organisation_id, "year": asked.year}
    if asked.left is not None:
        clauses.append(_LEFT[asked.left])
    if text := tidy(asked.text):
        column = "relation_number" if text.isdigit() else "sort_key"
        prefixes = {text} if text.isdigit() else {search_key(text), search_key(split_prefix(text)[1])} - {""}
        either = []
        for number, prefix in enumerate(sorted(prefixes)):
            # Not LIKE, which row security leaves without its index.
            either.append(f"p.{column} >= %(begins{number})s AND p.{column} < %(begins{number}_end)s")
            given |= {f"begins{number}": prefix, f"begins{number}_end": prefix + _AFTER_ALL}
        clauses.append(f"({' OR '.join(either) or 'FALSE'})")
    return f"WHERE {' AND '.join(clauses)}", given


def _order(sort: str) -> str:
    """By what was asked; by name for what there is not."""
    column = SORTS.get(sort.removeprefix("-"), SORTS[DEFAULT_SORT])
    way = "DESC" if sort.startswith("-") else "ASC"
    return f"ORDER BY {column} {way}, p.sort_key, p.id"


def _line(scope: Scope, row: Sequence[Any]) -> UseLine:
    """Of what the profile does not show these roles it has nothing, but for the number it is known by (U07)."""
    id_, initials, prefix, surname, number, born, reference, year, deductible, used, as_of = row
    use = Use(year, Money(deductible), Money(used), as_of)
    return UseLine(
        id_, PersonName(initials, prefix, surname), number, born if scope.sees(Field.BIRTH_DATE) else "",
        reference if scope.sees(Field.EXTERNAL_REFERENCE) else "", use,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportView:
    """A file of the core, as the office sees it."""

    id: int
    by: str
    started_at: datetime
    finished_at: datetime | None
    lines: int
    new: int
    changed: int
    unchanged: int
    refused: int
    problems: tuple[tuple[int, tuple[Problem, ...]], ...]
    # Whether the same file came before.
    again: bool


def imports(scope: Scope, *, page: int, size: int) -> tuple[list[ImportView], int]:
    """A page of the insurer's files, the last first, and how many there are. Raises NotAllowed."""
    scope.require(Permission.START_RUNS)
    with office(scope.insurer_id):
        own = DeductibleImport.objects.filter(insurer_id=scope.insurer_id)
        rows = own.order_by("-started_at", "-id")[(page - 1) * size : page * size]
        return [_import(row, again=False) for row in rows], own.count()


def one_import(scope: Scope, import_id: int) -> ImportView:
    """One of them. Raises NotAllowed, NoImport."""
    scope.require(Permission.START_RUNS)
    with office(scope.insurer_id):
        own = DeductibleImport.objects.filter(insurer_id=scope.insurer_id)
        row = own.filter(id=import_id).first()
        again = row is not None and own.filter(digest=row.digest, id__lt=row.id).exists()
    if row is None:
        raise NoImport(import_id)
    return _import(row, again=again)


def _import(row: DeductibleImport, *, again: bool) -> ImportView:
    problems = tuple((number, tuple(map(Problem, codes))) for number, codes in row.problems)
    return ImportView(
        row.id, row.by, row.started_at, row.finished_at, row.lines, row.new, row.changed, row.unchanged, row.refused,
        problems, again,
    )  # fmt: skip
