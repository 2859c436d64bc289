"""One row of cells to values or problems of shape; plain Python, run in the child process.

Problems are codes with parameters; the words are the portal's. Values are text in one spelling: days as
yyyy-mm-dd, a BSN as nine digits, names tidied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate, parse_day
from collectief.foundation.names import search_key, tidy, tidy_initials
from collectief.foundation.period import EARLIEST_DAY, LATEST_DAY

from .columns import ACTIONS, CHANGE_REFERENCE, ENROL, TERMINATE, Template

REQUIRED: Mapping[str, tuple[str, ...]] = {
    ENROL: ("bsn", "initials", "surname", "birth_date", "first_day"),
    TERMINATE: ("last_day", "reason"),
    CHANGE_REFERENCE: ("external_reference",),
}
# One of these says whom a row is about.
NAMED_BY: Mapping[str, tuple[str, ...]] = {
    ENROL: ("bsn",),
    TERMINATE: ("bsn", "relation_number", "external_reference"),
    CHANGE_REFERENCE: ("bsn", "relation_number"),
}
LONGEST = {
    "contract": 20, "relation_number": 12, "external_reference": 40, "initials": 40, "prefix": 20, "surname": 200,
    "country": 60, "street": 120, "house_number": 20, "postcode": 16, "city": 80,
}  # fmt: skip
PREFIXES = (
    "van der", "van den", "van de", "van het", "van 't", "van", "von", "de la", "de", "den", "der", "ter", "ten",
    "te", "el", "al", "da", "dos", "du", "le", "la", "op den", "op de", "in 't", "'t",
)  # fmt: skip


class _Wrong(ValueError):
    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell: its column ("" for the whole row), a code and what to say with it."""

    column: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as read: the spreadsheet's own row number, action, values by column, problems and the cells as text."""

    number: int
    action: str
    values: Mapping[str, str]
    problems: Sequence[Problem]
    raw: Sequence[str]


class Shaper:
    """Shapes rows of one file: `where` says in which cell of a row each column of the template stands."""

    def __init__(self, template: Template, where: Mapping[str, int]) -> None:
        self._keys = [column.key for column in template.columns]
        readers: dict[str, Callable[[str, Any], str]] = {
            "bsn": _bsn, "birth": _birth, "day": _day, "text": _text, "choice": _text,
        }  # fmt: skip
        self._plan = [
            (column.key, where[column.key], readers[column.kind]) for column in template.columns if column.key in where
        ]
        self._reasons = {
            search_key(name): reason.code
            for reason in template.reasons
            for name in (reason.code, reason.dutch, reason.english)
        }

    def row(self, number: int, cells: Sequence[Any]) -> Row | None:
        """The row in these cells; None when it is empty."""
        values: dict[str, str] = {}
        problems: list[Problem] = []
        shown: dict[str, str] = {}
        width = len(cells)
        for key, place, reader in self._plan:
            cell = cells[place] if place < width else ""
            if cell == "" or cell is None:
                continue
            try:
                value = reader(key, cell)
            except _Wrong as wrong:
                shown[key] = cell_text(cell)
                problems.append(Problem(key, wrong.code, wrong.params))
                continue
            if value:
                values[key] = value
                shown[key] = cell_text(cell)
        if not shown:
            return None
        action = self._judge(values, problems)
        return Row(number, action, values, problems, [shown.get(key, "") for key in self._keys])

    def _judge(self, values: dict[str, str], problems: list[Problem]) -> str:
        typed = values.pop("action", "")
        action = ACTIONS.get(search_key(typed), "") if typed else ""
        if not action:
            problems.append(Problem("action", "action_unknown" if typed else "action_missing", {"value": typed}))
            return ""
        wrong = {problem.column for problem in problems}
        problems += [
            Problem(key, f"{key}_missing") for key in REQUIRED[action] if key not in values and key not in wrong
        ]
        named = NAMED_BY[action]
        if action != ENROL and not any(key in values or key in wrong for key in named):
            problems.append(Problem("", "person_missing"))
        if action == TERMINATE and "reason" in values:
            code = self._reasons.get(search_key(values["reason"]))
            if code:
                values["reason"] = code
            else:
                problems.append(Problem("reason", "reason_unknown", {"value": values["reason"]}))
        if action == ENROL:
            _split_prefix(values)
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and last < first:
            problems.append(Problem("last_day", "end_before_start"))
        return action


def cell_text(cell: Any) -> str:
    """A cell as a person would type it again."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date):
        return f"{cell.day:02}-{cell.month:02}-{cell.year:04}"
    return str(cell)


def _text(key: str, cell: Any) -> str:
    text = tidy(cell) if isinstance(cell, str) else cell_text(cell)
    if any(ord(character) < 32 for character in text):
        raise _Wrong("unreadable_characters")
    limit = LONGEST.get(key)
    if limit is not None and len(text) > limit:
        raise _Wrong("too_long", longest=str(limit))
    if key == "initials":
        return tidy_initials(text)
    if key == "surname" and not any(character.isalpha() for character in text):
        raise _Wrong("surname_without_letters")
    return text


def _bsn(key: str, cell: Any) -> str:
    try:
        return Bsn.parse(cell_text(cell)).digits
    except ValueError:
        raise _Wrong("bsn_invalid") from None


def _day(key: str, cell: Any) -> str:
    if isinstance(cell, datetime | date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return _in_range(day)
    return _typed_day(cell_text(cell))


@lru_cache(4096)
def _typed_day(text: str) -> str:
    if not text:
        return ""
    try:
        return _in_range(parse_day(text))
    except _Wrong:
        raise
    except ValueError:
        raise _Wrong("date_invalid") from None


def _in_range(day: date) -> str:
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise _Wrong("date_out_of_range", year=str(day.year))
    return day.isoformat()


def _birth(key: str, cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return _day(key, cell)
    text = cell_text(cell)
    if not text:
        return ""
    try:
        born = BirthDate.parse(text)
    except ValueError:
        raise _Wrong("date_invalid") from None
    if not EARLIEST_DAY.year <= born.year <= LATEST_DAY.year:
        raise _Wrong("date_out_of_range", year=str(born.year))
    return str(born)


def _split_prefix(values: dict[str, str]) -> None:
    """A prefix typed in the surname's cell moves to its own, when that is empty."""
    surname = values.get("surname", "")
    if values.get("prefix") or not surname:
        return
    lowered = surname.lower()
    if lowered.startswith("d'") and len(surname) > 2:
        values["prefix"], values["surname"] = surname[:2], surname[2:]
        return
    for prefix in PREFIXES:
        if lowered.startswith(prefix + " ") and len(surname) > len(prefix) + 1:
            values["prefix"], values["surname"] = surname[: len(prefix)], surname[len(prefix) + 1 :]
            return
