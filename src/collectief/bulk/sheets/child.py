"""Reads one spreadsheet and dies: `python -m collectief.bulk.sheets.child`, a JSON question on standard input.

Whatever the file does to the parser, it does to this process only: memory, time and files are limited before the
file is opened. Answers are lines of JSON (`answer`).
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from collectief.segments.profile import TerminationReason

from .answer import Answer, FileHead
from .broken import Cells, broken_cells
from .columns import ACTIONS, COLUMNS, Template
from .container import FileRefused, Limits, look_at
from .headers import HEADER_WITHIN, find_header, missing, places, unnamed
from .hidden import hidden_rows
from .rows import Rows
from .shape import AN_ERROR, Shaper

CHUNK = 1000
# The three streams, the file, and what an import opens for a moment.
_OPEN_FILES = 16


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
        tuple(ACTIONS[code] for code in question["actions"]),
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
        sheet, header_at, header = find_header(workbook, template)
        if sheet.total_height > limits.rows + HEADER_WITHIN or sheet.total_width > limits.columns:
            raise FileRefused("too_large_sheet")
    except PasswordError:
        raise FileRefused("encrypted") from None
    except CalamineError:
        raise FileRefused("unreadable") from None
    where, extra = places(header, template)
    nameless = unnamed(sheet, header_at, header)
    if nameless and "contract" not in where:
        # Whoever has a contract there would be enrolled in another.
        raise FileRefused("unnamed_columns", columns=nameless)
    warnings = _warnings(extra_columns=extra, unnamed_columns=nameless)
    yield Answer(head=FileHead(warnings))
    broken = broken_cells(path, kind, sheet.name)
    # The parser counts its rows from 0.
    hidden = hidden_rows(path, kind, sheet.name, sheet.total_height + 1)
    count = concealed = 0
    shaper = Shaper(template, where)
    for rows in _rows(shaper, _mended(sheet, broken), header_at):
        count += len(rows)
        concealed += sum(map(hidden.__contains__, rows.numbers)) if hidden else 0
        yield Answer(rows=rows)
    if not count:
        raise FileRefused("no_actions" if shaper.passed_over else "no_rows")
    if lacking := missing(shaper.asked, where, template, strays=bool(nameless or extra)):
        raise FileRefused("missing_columns", columns=lacking)
    counted = {"without_action": shaper.passed_over, "hidden_rows": concealed}
    warnings += [{"code": code, "params": {"rows": rows}} for code, rows in counted.items() if rows]
    yield Answer(head=FileHead(warnings))
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


def _warnings(**passed_over: list[str]) -> list[dict[str, Any]]:
    return [{"code": code, "params": {"columns": columns}} for code, columns in passed_over.items() if columns]


if __name__ == "__main__":
    main()
