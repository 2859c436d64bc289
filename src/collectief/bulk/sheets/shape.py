"""One row of cells to values or problems of shape; plain Python, run in the child process.

Problems are codes with parameters; the words are the portal's. Values are text in one spelling: days as
yyyy-mm-dd, a BSN as nine digits, names tidied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate, parse_day
from collectief.foundation.names import search_key, split_prefix, tidy, tidy_initials
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
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Kept as sent, but for spaces at the ends: they are numbers of somebody's administration.
_EXACT = frozenset({"contract", "relation_number", "external_reference"})
# Nobody's number belongs here: a file whose columns have shifted must not leave a BSN where it is not sealed.
_NEVER_A_BSN = frozenset({"initials", "prefix", "surname", "country", "street", "house_number", "postcode", "city"})
# Hardly ever twice the same: remembering them would only fill memory.
_UNIQUE = frozenset({"bsn", "relation_number", "external_reference"})
_REMEMBERED = 50_000


class _Wrong(ValueError):
    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Problem(Struct, frozen=True):
    """What is wrong with a cell: its column ("" for the whole row), a code and what to say with it."""

    column: str
    code: str
    params: Mapping[str, str] = {}


class Row(Struct, frozen=True):
    """A row as read: the spreadsheet's own row number, action, values by column, problems and the cells as text."""

    number: int
    action: str
    values: dict[str, str]
    problems: list[Problem]
    raw: Sequence[str]


# What a cell came to: its value ("" when wrong or empty), its text, and what is wrong with it.
type _Read = tuple[str, str, Problem | None]
# Takes the column's key, the cell and its text; gives the value or raises _Wrong.
type _Reader = Callable[[str, Any, str], str]


class Shaper:
    """Shapes rows of one file: `where` says in which cell of a row each column of the template stands.

    Most cells of a large file repeat (dates, reasons, contracts, names): what they came to is remembered.
    """

    def __init__(self, template: Template, where: Mapping[str, int]) -> None:
        self._blank = [""] * len(template.columns)
        readers: dict[str, _Reader] = {
            "bsn": _bsn, "birth": _birth, "day": _day, "text": _text, "choice": _text,
        }  # fmt: skip
        self._plan = [
            (index, column.key, where[column.key], readers[column.kind], _memory(column.key))
            for index, column in enumerate(template.columns)
            if column.key in where
        ]
        self._reasons = {
            search_key(name): reason.code
            for reason in template.reasons
            for name in (reason.code, reason.dutch, reason.english)
        }

    def row(self, number: int, cells: Sequence[Any]) -> Row | None:
        """The row in these cells, which reach as far as the header does; None when it is empty."""
        shaped = self.shaped(cells)
        return None if shaped is None else Row(number, *shaped)

    def shaped(self, cells: Sequence[Any]) -> tuple[str, dict[str, str], list[Problem], list[str]] | None:
        """Action, values, problems and cells as text, without the cost of a `Row`."""
        values: dict[str, str] = {}
        problems: list[Problem] = []
        shown = self._blank.copy()
        empty = True
        for index, key, place, reader, memory in self._plan:
            cell = cells[place]
            if cell == "":
                continue
            read = memory.get(cell) if memory is not None else None
            if read is None:
                read = _read(key, cell, reader, memory)
            value, text, problem = read
            if problem is not None:
                problems.append(problem)
            elif value:
                values[key] = value
            else:
                continue
            shown[index] = text
            empty = False
        if empty:
            return None
        return self._judge(values, problems), values, problems, shown

    def _judge(self, values: dict[str, str], problems: list[Problem]) -> str:
        typed = values.pop("action", "")
        action = _action(typed)
        if not action:
            # An action cell that could not be read has its problem already.
            if not any(problem.column == "action" for problem in problems):
                problems.append(Problem("action", "action_unknown" if typed else "action_missing"))
            return ""
        missing = [key for key in REQUIRED[action] if key not in values]
        if missing or action != ENROL:
            wrong = {problem.column for problem in problems}
            problems += [Problem(key, f"{key}_missing") for key in missing if key not in wrong]
            if action != ENROL and not any(key in values or key in wrong for key in NAMED_BY[action]):
                problems.append(Problem("", "person_missing"))
        if action == TERMINATE and "reason" in values:
            code = self._reasons.get(search_key(values["reason"]))
            if code:
                values["reason"] = code
            else:
                problems.append(Problem("reason", "reason_unknown"))
        if "surname" in values and "prefix" not in values:
            prefix, values["surname"] = split_prefix(values["surname"])
            if prefix:
                values["prefix"] = prefix
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
    if isinstance(cell, date):
        return f"{cell.day:02}-{cell.month:02}-{cell.year:04}"
    return str(cell)


def _memory(key: str) -> dict[Any, _Read] | None:
    return None if key in _UNIQUE else {}


def _read(key: str, cell: Any, reader: _Reader, memory: dict[Any, _Read] | None) -> _Read:
    text = cell_text(cell)
    try:
        read: _Read = (reader(key, cell, text), text, None)
    except _Wrong as wrong:
        read = ("", text, Problem(key, wrong.code, wrong.params))
    # Numbers are not remembered: 1.0 and TRUE are the same key.
    if memory is not None and not isinstance(cell, int | float):
        if len(memory) >= _REMEMBERED:
            memory.clear()
        memory[cell] = read
    return read


@lru_cache(64)
def _action(typed: str) -> str:
    return ACTIONS.get(search_key(typed), "")


def _text(key: str, cell: Any, text: str) -> str:
    if key not in _EXACT:
        text = tidy(text)
    if not text.isprintable() and _CONTROL.search(text):
        raise _Wrong("unreadable_characters")
    limit = LONGEST.get(key)
    if limit is not None and len(text) > limit:
        raise _Wrong("too_long", longest=str(limit))
    if not text:
        return ""
    if key in _NEVER_A_BSN and looks_like_bsn(text):
        raise _Wrong("bsn_in_wrong_column")
    if key == "initials":
        return tidy_initials(text)
    if key == "surname" and not any(character.isalpha() for character in text):
        raise _Wrong("surname_without_letters")
    return text


def _bsn(key: str, cell: Any, text: str) -> str:
    if not text:
        return ""
    if looks_like_bsn(text):
        return text
    try:
        return Bsn.parse(text).digits
    except ValueError:
        raise _Wrong("bsn_invalid") from None


def looks_like_bsn(text: str) -> bool:
    """Whether this is a BSN as it should be written: the test of `Bsn.parse`, which is too slow for each row."""
    return len(text) == 9 and text.isascii() and text.isdigit() and passes_eleven_test(text)


def passes_eleven_test(digits: str) -> bool:
    """Whether nine ASCII digits pass the eleven-test of a BSN."""
    a, b, c, d, e, f, g, h, i = digits.encode()
    # 2064 is what the code of the digit 0 adds: 48 times the sum of the weights.
    total = 9 * a + 8 * b + 7 * c + 6 * d + 5 * e + 4 * f + 3 * g + 2 * h - i - 2064
    return total % 11 == 0 and digits != "000000000"


def _day(key: str, cell: Any, text: str) -> str:
    if isinstance(cell, date):
        return _in_range(cell.date() if isinstance(cell, datetime) else cell)
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


def _birth(key: str, cell: Any, text: str) -> str:
    if isinstance(cell, date):
        return _day(key, cell, text)
    if not text:
        return ""
    try:
        born = BirthDate.parse(text)
    except ValueError:
        raise _Wrong("date_invalid") from None
    if not EARLIEST_DAY.year <= born.year <= LATEST_DAY.year:
        raise _Wrong("date_out_of_range", year=str(born.year))
    return str(born)
