"""What a line of the core's file says, and what becomes of it (U25); plain Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from collectief.foundation.money import Money

# The columns of a file, in their order; its first line names them.
COLUMNS = ("relatienummer", "jaar", "eigen_risico", "verbruikt", "peildatum")
SEPARATOR = ";"
# The year in which there was a deductible for the first time (Zvw); and more than one ever was, in euro cents.
_FIRST_YEAR = 2008
_MOST = Money(200_000)
# An overview is kept for the year it is about and so many after it (law 9): a declaration can come for three years.
YEARS_KEPT = 3

_NUMBER = re.compile(r"[0-9]{1,12}")
_AMOUNT = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{2}))?")
_YEAR = re.compile(r"[0-9]{4}")


class Problem(StrEnum):
    """Why a line is not taken over; in words at the screen."""

    NOT_TEXT = "not_text"
    TOO_LONG = "too_long"
    CELLS = "cells"
    RELATION_NUMBER = "relation_number"
    YEAR = "year"
    DEDUCTIBLE = "deductible"
    USED = "used"
    AS_OF = "as_of"
    USED_MORE = "used_more"
    OUTSIDE_YEAR = "outside_year"
    TWICE = "twice"
    # Of what the line says against what is known here.
    UNKNOWN = "unknown"
    NOT_SHOWN = "not_shown"
    NOT_INSURED = "not_insured"
    OLDER = "older"


class Outcome(StrEnum):
    """What becomes of a line that is taken over."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Use(Struct, frozen=True):
    """What somebody's deductible is in a year, what of it is used, and on which day that was so."""

    year: int
    deductible: Money
    used: Money
    as_of: date

    @property
    def remaining(self) -> Money:
        return self.deductible - self.used


class Line(Struct, frozen=True):
    """A line of a file that can be read."""

    number: int
    relation_number: str
    use: Use


@dataclass(frozen=True, slots=True)
class Known:
    """What is known here of whom a line is about."""

    participant_id: int
    organisation_id: int
    # Whether their organisation's segment shows what is used.
    shown: bool
    # Whether they were insured through it on a day of the year.
    insured: bool
    use: Use | None


def read_line(number: int, cells: Sequence[str], *, today: date) -> Line | list[Problem]:
    """What a line says, or everything that is wrong with it."""
    if len(cells) != len(COLUMNS):
        return [Problem.CELLS]
    relation_number, year, deductible, used, as_of = (cell.strip() for cell in cells)
    problems = [] if _NUMBER.fullmatch(relation_number) else [Problem.RELATION_NUMBER]
    in_year = int(year) if _YEAR.fullmatch(year) and _FIRST_YEAR <= int(year) <= today.year else None
    most, spent, day = _amount(deductible), _amount(used), _day(as_of)
    wrong = {Problem.YEAR: in_year, Problem.DEDUCTIBLE: most, Problem.USED: spent, Problem.AS_OF: day}
    problems += [problem for problem, read in wrong.items() if read is None]
    if most is not None and spent is not None and spent > most:
        problems.append(Problem.USED_MORE)
    if day is not None and (day > today or (in_year is not None and day < date(in_year, 1, 1))):
        problems.append(Problem.OUTSIDE_YEAR)
    if problems or in_year is None or most is None or spent is None or day is None:
        return problems
    return Line(number, relation_number, Use(in_year, most, spent, day))


def judge(line: Line, known: Known | None) -> Outcome | Problem:
    """What becomes of a line, by what is known of whom it is about."""
    if known is None:
        return Problem.UNKNOWN
    if not known.shown:
        return Problem.NOT_SHOWN
    if not known.insured:
        return Problem.NOT_INSURED
    if known.use is None:
        return Outcome.NEW
    if line.use.as_of < known.use.as_of:
        return Problem.OLDER
    return Outcome.UNCHANGED if line.use == known.use else Outcome.CHANGED


def is_final(year: int, as_of: date) -> bool:
    """Whether what was so on this day is of the whole year: then the year's overview is ready."""
    return as_of >= year_end(year)


def year_end(year: int) -> date:
    """The last day of a year."""
    return date(year + 1, 1, 1) - timedelta(days=1)


def first_kept(today: date) -> int:
    """The first year of which overviews are kept (law 9)."""
    return today.year - YEARS_KEPT


def _amount(text: str) -> Money | None:
    """An amount without a sign, in euro: 385, 385.00 or 385,00."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    found = Money(int(match[1]) * 100 + int(match[2] or 0))
    return found if found <= _MOST else None


def _day(text: str) -> date | None:
    """A day as 2026-11-30, and in no other form."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if text == day.isoformat() else None
