"""Where the headers of the template stand in a workbook, and which column stands where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from collectief.foundation.bsn import Bsn
from collectief.foundation.names import search_key

from .columns import MARK_WORD, Action, Template
from .container import FileRefused, column_letters
from .shape import LONGEST_KEPT

HEADER_WITHIN = 15
# Fewer known names than this is a line of data or a title, not the headers, unless they are all that an action needs.
_HEADERS_AT_LEAST = 4
# Columns that a file of rejected rows adds; passed over in silence when it comes back.
OWN_EXTRAS = frozenset(map(search_key, ("Wat er niet klopt", "Wat u kunt doen", "What is wrong", "What to do")))


@dataclass(slots=True)
class _Seen:
    """What was seen in the first rows of a sheet: the row of its headers (0: none), and they themselves."""

    sheet: Any
    at: int = 0
    header: Sequence[str] = ()
    # Above the headers, or anywhere when there are none.
    marked: bool = False
    otherwise_marked: bool = False
    merged: bool = False

    @property
    def holds_rows(self) -> bool:
        below = islice(self.sheet.iter_rows(), self.at, None)
        return any(not isinstance(cell, str) or cell.strip() for row in below for cell in row)


def find_header(workbook: Any, template: Template) -> tuple[Any, int, Sequence[str]]:
    """The sheet with the template's headers, the row they stand in, and they themselves.

    Sheets that whoever sends the file does not see are passed over. The version mark stands above the headers, in a
    cell that every program keeps when it saves the file.
    Raises FileRefused: no_header, merged_headers, no_mark, wrong_version, or several_sheets when more than one has
    rows.
    """
    names = _visible(workbook)
    seen = [_look_in(workbook.get_sheet_by_name(name), template) for name in names]
    with_headers = [one for one in seen if one.at]
    if not with_headers:
        if any(one.otherwise_marked for one in seen):
            raise FileRefused("wrong_version", version=template.version)
        raise FileRefused("merged_headers" if any(one.merged for one in seen) else "no_header")
    filled = [one for one in with_headers if one.holds_rows] if len(with_headers) > 1 else with_headers
    if len(filled) > 1:
        raise FileRefused("several_sheets", sheets=_without_bsns([one.sheet.name for one in filled]))
    found = (filled or with_headers)[0]
    if not found.marked:
        raise FileRefused("wrong_version" if found.otherwise_marked else "no_mark", version=template.version)
    if found.merged:
        raise FileRefused("merged_headers")
    return found.sheet, found.at, found.header


def _visible(workbook: Any) -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        one.name
        for one in workbook.sheets_metadata
        if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
    ]


def _look_in(sheet: Any, template: Template) -> _Seen:
    wanted = {name: column.key for column in template.columns for name in column.names}
    seen = _Seen(sheet)
    for number, row in enumerate(islice(sheet.iter_rows(), HEADER_WITHIN), start=1):
        texts = [cell.strip() if isinstance(cell, str) else "" for cell in row]
        marks = {text.casefold() for text in texts if text.casefold().startswith(MARK_WORD.casefold())}
        seen.marked = seen.marked or template.mark.casefold() in marks
        seen.otherwise_marked = seen.otherwise_marked or bool(marks - {template.mark.casefold()})
        known = [wanted[key] for key in map(search_key, filter(None, texts)) if key in wanted]
        if len(known) >= _HEADERS_AT_LEAST or (_is_of_ours(seen) and _suffices(known, template)):
            seen.at, seen.header, seen.merged = number, texts, _is_merged(sheet, number)
            break
        # A merged cell leaves one name where several stood.
        seen.merged = seen.merged or (bool(known) and _is_merged(sheet, number))
    return seen


def _is_of_ours(seen: _Seen) -> bool:
    """Whether the mark of a template was seen: a list of one's own has few columns too."""
    return seen.marked or seen.otherwise_marked


def _suffices(columns: Collection[str], template: Template) -> bool:
    return "action" in columns and any(not list(_lacking(action, columns)) for action in template.actions)


def _is_merged(sheet: Any, number: int) -> bool:
    """Whether a merged range touches this row. Files of OpenDocument do not say: there a column is missing then."""
    return any(top < number <= bottom + 1 for (top, _), (bottom, _) in sheet.merged_cell_ranges or ())


def places(header: Sequence[str], template: Template) -> tuple[dict[str, int], list[str]]:
    """In which cell each column stands, and the headers nobody knows.

    Raises FileRefused: doubled_columns, or missing_columns where nothing says what the rows ask; what else they need
    is known once they were read (`missing`).
    """
    known = {name: column for column in template.columns for name in column.names}
    where: dict[str, int] = {}
    typed: dict[str, list[str]] = defaultdict(list)
    extra = []
    for place, text in enumerate(header):
        key = search_key(text)
        column = known.get(key)
        if column is None:
            if key and key not in OWN_EXTRAS:
                extra.append(text[:LONGEST_KEPT])
        else:
            where[column.key] = place
            typed[column.key].append(text)
    if doubled := [" / ".join(names) for names in typed.values() if len(names) > 1]:
        raise FileRefused("doubled_columns", columns=doubled)
    if unsaid := [column.dutch for column in template.columns if column.key == "action" and "action" not in where]:
        raise FileRefused("missing_columns", columns=unsaid)
    return where, _without_bsns(extra)


def missing(asked: Collection[str], where: Collection[str], template: Template, *, strays: bool) -> list[str]:
    """The columns for want of which nothing in a file can be carried out that its rows ask; none where anything can.

    A file of terminations needs no column that enrolments need (X02). Where only some of the rows want a column, these
    say so. Of columns of which one is enough, all are named. `strays`: there are columns that nobody knows; one of them
    may be meant for what a row would ask something else without, and then that has to be there too.
    """
    names = {column.key: column.dutch for column in template.columns}
    if strays:
        altering = (key for action in template.actions if action.code in asked for key in action.altered_by)
        if unseen := [names[key] for key in dict.fromkeys(altering) if key in names and key not in where]:
            return unseen
    lacks = {action: list(_lacking(action, where)) for action in template.actions if action.code in asked}
    if not all(lacks.values()):
        return []
    wanted = dict.fromkeys(keys for lacking in lacks.values() for keys in lacking)
    return [" / ".join(names[key] for key in keys if key in names) for keys in wanted]


def _lacking(action: Action, where: Collection[str]) -> Iterator[tuple[str, ...]]:
    """What an action needs and finds in no column: one of the columns of each."""
    for key in action.required:
        if key not in where:
            yield (key,)
    if not any(key in where for key in action.named_by) and not set(action.named_by) <= set(action.required):
        yield action.named_by


def unnamed(sheet: Any, at: int, header: Sequence[str]) -> list[str]:
    """The letters of the columns with something below the row `at` of the headers, and no text in that row."""
    nameless = {place for place, text in enumerate(header) if not text}
    held: set[int] = set()
    # Hardly any file has one; of those that do, each row is looked at once more.
    for row in islice(sheet.iter_rows(), at, None) if nameless else ():
        held.update(place for place in nameless - held if str(row[place]).strip())
    left = (sheet.start or (0, 0))[1]
    return [column_letters(left + place + 1) for place in sorted(held)]


def _without_bsns(names: Sequence[str]) -> list[str]:
    """Where a line of data stands for the headers, what stands in it may be a BSN."""
    return [text for text in names if not Bsn.is_in(text)]
