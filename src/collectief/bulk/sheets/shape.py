"""Rows of cells to values or problems of shape; plain Python, run in the child process.

Problems are codes with parameters; the words are the portal's. Values are text in one spelling: days as
yyyy-mm-dd, a BSN as nine digits, names tidied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any
from unicodedata import category

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate, parse_day
from collectief.foundation.names import search_key, split_prefix, tidy, tidy_initials
from collectief.foundation.period import EARLIEST_DAY, LATEST_DAY

from .columns import ACTION_NAMES, ACTIONS, ENROL, TERMINATE, Template
from .rows import Problem, Rows

LONGEST = {
    "contract": 20, "relation_number": 12, "external_reference": 40, "initials": 40, "prefix": 20, "surname": 200,
    "country": 60, "street": 120, "house_number": 20, "postcode": 16, "city": 80,
}  # fmt: skip
# More of a cell's text is not kept. Longer than what any column takes, so that what is cut is still too long; short,
# since many cells may be one text in the file, and each has its own once it is sent on.
LONGEST_KEPT = 250
# Control characters, and what is not seen but changes what is: of no width, or that turns the direction of text.
_UNREADABLE = frozenset({"Cc", "Cf"})
# The number, and what people call the contract.
_NUMBER_AND_NAME = re.compile(r"\d+\s.*[^\W\d_]")
# Kept as sent, but for spaces at the ends: they are numbers of somebody's administration.
_EXACT = frozenset({"contract", "relation_number", "external_reference"})
# Nobody's number belongs here: a file whose columns have shifted must not leave a BSN where it is not sealed.
_NEVER_A_BSN = frozenset({"initials", "prefix", "surname", "country", "street", "house_number", "postcode", "city"})
# All that the template holds of somebody when it is downloaded filled in, short of a last day.
_AS_DOWNLOADED = frozenset({
    "contract", "relation_number", "external_reference", "initials", "prefix", "surname", "birth_date", "first_day",
})  # fmt: skip
_REMEMBERED = 50_000
AN_ERROR = "#N/A"
# What spreadsheets write in a cell that came to nothing, in Dutch and English; also as text, once it was pasted.
_ERRORS = (
    AN_ERROR, "#N/B", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!", "#NAME?", "#NAAM?", "#DIV/0!", "#DEEL/0!", "#NUM!",
    "#GETAL!", "#NULL!", "#LEEG!",
)  # fmt: skip


class _Wrong(ValueError):
    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


# What a cell came to: its value ("" when wrong or empty), its text, and what is wrong with it.
type _Read = tuple[str, str, Problem | None]
# Takes the column's key, the cell and its text; gives the value or raises _Wrong.
type _Reader = Callable[[str, Any, str], str]


class Shaper:
    """Shapes the rows of one file: `where` says in which cell of a row each column of the template stands.

    It goes by column. Most cells of a large file repeat (dates, reasons, contracts, names): what they came to is
    remembered, and looked up for a whole column by one call.

    `passed_over` counts the rows left out because they ask for nothing: somebody's as they were downloaded, without
    an action. `asked` is what the others asked so far, of what can be asked here.
    """

    def __init__(self, template: Template, where: Mapping[str, int]) -> None:
        readers: dict[str, _Reader] = {
            "bsn": _bsn, "birth": _birth, "day": _day, "text": _text, "choice": _choice,
        }  # fmt: skip
        self.passed_over = 0
        self.asked: set[str] = set()
        self._where = where
        self._possible = {action.code for action in template.actions}
        self._choice = {"actions": " ".join(action.code for action in template.actions)}
        self._columns = [
            _Column(column.key, where[column.key], readers[column.kind])
            for column in template.columns
            if column.key in where
        ]
        self._reasons = {
            search_key(name): reason.code
            for reason in template.reasons
            for name in (reason.code, reason.dutch, reason.english)
        }

    def shaped(self, first: int, lines: Sequence[Sequence[Any]]) -> Rows:
        """The rows in these lines of cells, one or more, as wide as the header; without those that ask for nothing.

        The first line is the spreadsheet's row `first`.
        """
        cells = list(zip(*lines, strict=True))
        rows = Rows(list(range(first, first + len(lines))), [""] * len(lines))
        for column in self._columns:
            column.read(cells[column.place], rows)
        rows = self._without_idle(_without_empty(rows))
        self._judge(rows)
        return rows

    def _without_idle(self, rows: Rows) -> Rows:
        """Without those of whom nothing is asked. A last day and a reason ask for something, and so does a BSN."""
        idle = rows.without("action", range(len(rows)))
        for key in rows.values.keys() - _AS_DOWNLOADED if idle else ():
            idle = rows.without(key, idle)
        numbers = rows.column("relation_number")
        over = {place for place in idle if numbers[place] and place not in rows.problems}
        if not over:
            return rows
        self.passed_over += len(over)
        return rows.pick([place for place in range(len(rows)) if place not in over])

    def _judge(self, rows: Rows) -> None:
        """What is wrong with rows as a whole; their action and reason become codes."""
        typed = rows.values.pop("action", None) or [""] * len(rows)
        rows.texts.setdefault("action", typed)
        rows.actions = list(map(_action, typed))
        for action in dict.fromkeys(rows.actions):
            among = [place for place, one in enumerate(rows.actions) if one == action]
            if action in self._possible:
                self.asked.add(action)
                self._complete(rows, action, among)
            elif action:
                self._refuse(rows, among)
            else:
                self._unclear(rows, typed, among)
        self._find_reasons(rows)
        _split_prefixes(rows)
        _compare_days(rows)
        _refuse_own_bsns(rows)

    def _unclear(self, rows: Rows, typed: Sequence[str], among: Sequence[int]) -> None:
        for place in among:
            # A cell that could not be read has its problem already.
            if not rows.is_wrong(place, "action"):
                code = "action_unknown" if typed[place] else "action_missing"
                rows.object(place, Problem("action", code, self._choice))

    def _refuse(self, rows: Rows, among: Sequence[int]) -> None:
        """Object to what is not asked in this portal, whatever else the row lacks: mending that would be of no use."""
        for place in among:
            rows.object(place, Problem("action", "not_for_this_segment"))

    def _complete(self, rows: Rows, action: str, among: Sequence[int]) -> None:
        """Object to what an action lacks: a column it needs, or anything that says whom it is about."""
        for key in ACTIONS[action].required:
            code = f"{key}_missing" if key in self._where else "column_missing"
            for place in rows.without(key, among):
                if not rows.is_wrong(place, key):
                    rows.object(place, Problem(key, code))
        if action == ENROL:
            return
        nameless, named_by = among, ACTIONS[action].named_by
        for key in named_by:
            nameless = rows.without(key, nameless)
        for place in nameless:
            if not any(rows.is_wrong(place, key) for key in named_by):
                rows.object(place, Problem("", "person_missing"))

    def _find_reasons(self, rows: Rows) -> None:
        """What is no reason there is has no value: it may be anything, also what must be sealed."""
        typed = rows.values.pop("reason", None)
        if typed is None:
            return
        codes = {text: self._reasons.get(search_key(text), "") for text in dict.fromkeys(typed)}
        rows.texts.setdefault("reason", typed)
        rows.values["reason"] = [codes[text] for text in typed]
        for place, text in enumerate(typed):
            if text and not codes[text] and rows.actions[place] == TERMINATE:
                rows.object(place, Problem("reason", "reason_unknown"))


def _split_prefixes(rows: Rows) -> None:
    """A prefix typed before the surname is moved to its own column, where that is empty."""
    surnames, prefixes = rows.column("surname"), rows.column("prefix")
    for place, (prefix, surname) in enumerate(map(_split, surnames)):
        if prefix and not prefixes[place] and rows.actions[place]:
            rows.set(place, "prefix", prefix)
            rows.set(place, "surname", surname)
            prefixes = rows.column("prefix")


_split = lru_cache(_REMEMBERED)(split_prefix)


def _refuse_own_bsns(rows: Rows) -> None:
    """Nobody's BSN becomes their reference, which everyone is shown (U19); another of nine digits may be genuine."""
    if "bsn" not in rows.values or "external_reference" not in rows.values:
        return
    for place, (bsn, reference) in enumerate(zip(rows.values["bsn"], rows.values["external_reference"], strict=True)):
        if bsn and bsn == reference:
            rows.object(place, Problem("external_reference", "bsn_in_wrong_column"))
            rows.set(place, "external_reference", "")


def _compare_days(rows: Rows) -> None:
    if "first_day" in rows.values and "last_day" in rows.values:
        for place, (first, last) in enumerate(zip(rows.values["first_day"], rows.values["last_day"], strict=True)):
            if first and last and last < first and rows.actions[place]:
                rows.object(place, Problem("last_day", "end_before_start"))


def _without_empty(rows: Rows) -> Rows:
    """Without the rows that have no value and nothing that is wrong."""
    filled = list(map(any, zip(*rows.values.values(), strict=True))) if rows.values else [False] * len(rows)
    if all(filled):
        return rows
    return rows.pick([place for place, full in enumerate(filled) if full or place in rows.problems])


class _Column:
    """One column of the file as it is read: where it stands, how a cell of it is read, and what cells came to."""

    def __init__(self, key: str, place: int, reader: _Reader) -> None:
        self.key, self.place, self._reader = key, place, reader
        self._known: Mapping[Any, _Read] = {"": _NOTHING} | {
            error: ("", error, Problem(key, "cell_error")) for error in _ERRORS
        }
        self._memory = dict(self._known)
        self._is_plain = _UNIQUE.get(key)
        self._remembers = key not in _UNIQUE

    def read(self, cells: Sequence[Any], rows: Rows) -> None:
        """Put what these cells come to into `rows`; nothing where none of them has anything in it."""
        if cells.count("") == len(cells):
            return
        found = list(map(self._memory.get, cells))
        if None in found:
            found = [read or self._read(cell) for read, cell in zip(found, cells, strict=True)]
        values, texts, problems = map(list, zip(*found, strict=True))
        if any(texts):
            rows.values[self.key] = values
            if texts != values:
                rows.texts[self.key] = texts
        if any(problems):
            for place, problem in enumerate(problems):
                if problem is not None:
                    rows.object(place, problem)

    def _read(self, cell: Any) -> _Read:
        if self._is_plain is not None and isinstance(cell, str) and self._is_plain(cell):
            return cell, cell, None
        text = cell_text(cell)
        try:
            value = self._reader(self.key, cell, text)
            # What comes to nothing was nothing.
            read: _Read = (value, text[:LONGEST_KEPT], None) if value else _NOTHING
        except _Wrong as wrong:
            read = ("", text[:LONGEST_KEPT], Problem(self.key, wrong.code, wrong.params))
        # Numbers are not remembered: 1.0 and TRUE are the same key.
        if self._remembers and not isinstance(cell, int | float):
            if len(self._memory) >= _REMEMBERED:
                self._memory = dict(self._known)
            self._memory[cell] = read
        return read


_NOTHING: _Read = ("", "", None)


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


@lru_cache(1024)
def _action(typed: str) -> str:
    return ACTION_NAMES.get(search_key(typed), "")


def _text(key: str, cell: Any, text: str) -> str:
    if key not in _EXACT:
        text = tidy(text)
    if not text.isprintable() and any(category(character) in _UNREADABLE for character in text):
        raise _Wrong("unreadable_characters")
    if key == "contract" and _NUMBER_AND_NAME.match(text):
        raise _Wrong("contract_with_name")
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


def _choice(key: str, cell: Any, text: str) -> str:
    chosen = _text(key, cell, text)
    # Nothing to choose from is that long.
    if len(chosen) > LONGEST_KEPT:
        raise _Wrong(f"{key}_unknown")
    return chosen


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


def _fits(longest: int, text: str) -> bool:
    return len(text) <= longest and text.isprintable() and text == text.strip()


# Columns in which hardly anything stands twice: remembering that would only fill memory. Each with what tells that a
# text is its own value, as most are.
_UNIQUE: Mapping[str, Callable[[str], bool]] = {
    "bsn": looks_like_bsn,
    "relation_number": partial(_fits, LONGEST["relation_number"]),
    "external_reference": partial(_fits, LONGEST["external_reference"]),
}
