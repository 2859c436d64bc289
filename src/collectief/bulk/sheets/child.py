"""Reads one spreadsheet and dies: `python -m collectief.bulk.sheets.child`, a JSON question on standard input.

Whatever the file does to the parser, it does to this process only: memory, time and files are limited before the
file is opened. Answers are lines of JSON (`answer`).
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from collectief.foundation.bsn import Bsn
from collectief.foundation.names import search_key
from collectief.segments.profile import TerminationReason

from .answer import Answer, FileHead
from .broken import Cells, broken_cells
from .columns import COLUMNS, MARK_WORD, Template
from .container import FileRefused, Limits, look_at
from .rows import Rows
from .shape import AN_ERROR, LONGEST_KEPT, REQUIRED, Shaper

CHUNK = 1000
_HEADER_WITHIN = 15
# The three streams, the file, and what an import opens for a moment.
_OPEN_FILES = 16
# Fewer known names than this is a line of data or a title, not the headers.
_HEADERS_AT_LEAST = 4
# Columns that a file of rejected rows adds; passed over in silence when it comes back.
OWN_EXTRAS = frozenset(map(search_key, ("Wat er niet klopt", "Wat u kunt doen", "What is wrong", "What to do")))


def main() -> None:
    """Answer the question on standard input."""
    question = json.loads(sys.stdin.readline())
    limits = Limits(**question["limits"])
    _confine(limits)
    # Nothing here makes cycles, and this process ends soon: looking for them only takes time.
    gc.disable()
    known = {column.key: column for column in COLUMNS}
    template = Template(
        tuple(known[key] for key in question["columns"]),
        tuple(TerminationReason(*reason) for reason in question["reasons"]),
        question["version"],
    )
    try:
        for answer in _answers(Path(question["path"]), template, limits):
            _say(answer)
    except FileRefused as refused:
        _say(Answer(refused=refused.code, params=refused.params))


def _say(answer: Answer) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def _answers(path: Path, template: Template, limits: Limits) -> Iterator[Answer]:
    kind = look_at(path, limits)
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet, header_at, header = _find_header(workbook, template)
        if sheet.total_height > limits.rows + _HEADER_WITHIN or sheet.total_width > limits.columns:
            raise FileRefused("too_large_sheet")
    except PasswordError:
        raise FileRefused("encrypted") from None
    except CalamineError:
        raise FileRefused("unreadable") from None
    where, extra = _places(header, template)
    warnings = _warnings(extra)
    yield Answer(head=FileHead(warnings))
    broken = broken_cells(path, kind, sheet.name)
    count = 0
    shaper = Shaper(template, where)
    for rows in _rows(shaper, _mended(sheet, broken), header_at):
        count += len(rows)
        yield Answer(rows=rows)
    if not count:
        raise FileRefused("no_actions" if shaper.passed_over else "no_rows")
    if shaper.passed_over:
        idle = {"code": "without_action", "params": {"rows": shaper.passed_over}}
        yield Answer(head=FileHead([*warnings, idle]))
    yield Answer(end=count)


def _rows(shaper: Shaper, lines: Iterator[list[Any]], header_at: int) -> Iterator[Rows]:
    """The rows below the headers; the parser's iterator starts at row 1, also of a sheet that starts lower, so that
    the numbers are those the spreadsheet shows."""
    below = islice(lines, header_at, None)
    first = header_at + 1
    while chunk := list(islice(below, CHUNK)):
        if rows := shaper.shaped(first, chunk):
            yield rows
        first += len(chunk)


def _mended(sheet: Any, broken: Cells) -> Iterator[list[Any]]:
    """The sheet's lines, with an error in the cells that the parser takes for empty."""
    return _with_errors(sheet, broken) if broken else sheet.iter_rows()


def _with_errors(sheet: Any, broken: Cells) -> Iterator[list[Any]]:
    left = (sheet.start or (0, 0))[1]
    for number, line in enumerate(sheet.iter_rows(), start=1):
        for column in broken.get(number, ()):
            # Only what the parser left empty: it is the one that knows what is in a cell.
            if 0 <= (place := column - left) < len(line) and line[place] == "":
                line[place] = AN_ERROR
        yield line


def _find_header(workbook: Any, template: Template) -> tuple[Any, int, list[str]]:
    """The sheet with the template's headers, the row they stand in, and they themselves.

    The version mark stands above the headers, in a cell that every program keeps when it saves the file.
    """
    wanted = {name for column in template.columns for name in column.names}
    other_version = merged = False
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        marked = False
        for number, row in enumerate(islice(sheet.iter_rows(), _HEADER_WITHIN), start=1):
            texts = [cell.strip() if isinstance(cell, str) else "" for cell in row]
            marked = marked or template.mark in texts
            other_version = other_version or any(text.startswith(MARK_WORD) and text != template.mark for text in texts)
            known = sum(search_key(text) in wanted for text in texts if text)
            if known < _HEADERS_AT_LEAST:
                # A merged cell leaves one name where several stood.
                merged = merged or (known > 0 and _is_merged(sheet, number))
                continue
            if not marked:
                other_version = True
                break
            if _is_merged(sheet, number):
                raise FileRefused("merged_headers")
            return sheet, number, texts
    if other_version:
        raise FileRefused("wrong_version", version=template.version)
    raise FileRefused("merged_headers" if merged else "no_header")


def _is_merged(sheet: Any, number: int) -> bool:
    """Whether a merged range touches this row. Files of OpenDocument do not say: there a column is missing then."""
    return any(top < number <= bottom + 1 for (top, _), (bottom, _) in sheet.merged_cell_ranges or ())


def _places(header: Sequence[str], template: Template) -> tuple[dict[str, int], list[str]]:
    """In which cell each column stands, and the headers nobody knows."""
    names = {name: column for column in template.columns for name in column.names}
    where: dict[str, int] = {}
    doubled, extra = [], []
    for place, text in enumerate(header):
        key = search_key(text)
        column = names.get(key)
        if column is None:
            if key and key not in OWN_EXTRAS:
                extra.append(text[:LONGEST_KEPT])
        elif column.key in where:
            doubled.append(column.dutch)
        else:
            where[column.key] = place
    if doubled:
        raise FileRefused("doubled_columns", columns=doubled)
    needed = {"action", *(key for keys in REQUIRED.values() for key in keys)}
    if missing := [column.dutch for column in template.columns if column.key in needed and column.key not in where]:
        raise FileRefused("missing_columns", columns=missing)
    return where, extra


def _warnings(extra: list[str]) -> list[dict[str, Any]]:
    # Where a line of data stands for the headers, what stands in it may be a BSN.
    names = [text for text in extra if not Bsn.is_in(text)]
    return [{"code": "extra_columns", "params": {"columns": names}}] if names else []


if __name__ == "__main__":
    main()
