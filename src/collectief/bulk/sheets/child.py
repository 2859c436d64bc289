"""Reads one spreadsheet and dies: `python -m collectief.bulk.sheets.child`, a JSON question on standard input.

Whatever the file does to the parser, it does to this process only: memory, time and files are limited before the
file is opened. Answers are JSON lines: a head, chunks of rows, an end; or why the file is refused.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from collectief.foundation.names import search_key
from collectief.segments.profile import TerminationReason

from .columns import COLUMNS, Template
from .container import FileRefused, Limits, look_at
from .shape import REQUIRED, Row, Shaper

CHUNK = 1000
_HEADER_WITHIN = 15
# Columns that a file of rejected rows adds; passed over in silence when it comes back.
OWN_EXTRAS = frozenset(map(search_key, ("Wat er niet klopt", "Wat u kunt doen", "What is wrong", "What to do")))


def main() -> None:
    """Answer the question on standard input."""
    question = json.loads(sys.stdin.readline())
    limits = Limits(**question["limits"])
    _confine(limits)
    known = {column.key: column for column in COLUMNS}
    template = Template(
        tuple(known[key] for key in question["columns"]),
        tuple(TerminationReason(*reason) for reason in question["reasons"]),
        question["version"],
    )
    try:
        for answer in _answers(Path(question["path"]), template, limits):
            sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
    except FileRefused as refused:
        sys.stdout.write(json.dumps({"refused": refused.code, "params": refused.params}) + "\n")


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _answers(path: Path, template: Template, limits: Limits) -> Iterator[dict[str, Any]]:
    look_at(path, limits)
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
    yield {"head": {"sheet": sheet.name, "warnings": _warnings(extra)}}
    shaper = Shaper(template, where)
    first = (sheet.start or (0, 0))[0] + 1
    rows = _rows(shaper, sheet.iter_rows(), first, header_at)
    count = 0
    while chunk := list(islice(rows, CHUNK)):
        count += len(chunk)
        yield {"rows": [_compact(row) for row in chunk]}
    if not count:
        raise FileRefused("no_rows")
    yield {"end": count}


def _rows(shaper: Shaper, cells: Iterator[list[Any]], first: int, header_at: int) -> Iterator[Row]:
    for number, row in enumerate(cells, start=first):
        if number > header_at and any(cell != "" for cell in row):
            shaped = shaper.row(number, row)
            if shaped is not None:
                yield shaped


def _find_header(workbook: Any, template: Template) -> tuple[Any, int, list[str]]:
    """The sheet with the template's headers, the row they stand in, and they themselves."""
    wanted = {name for column in template.columns for name in column.names}
    version_seen = header_seen = False
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        first = (sheet.start or (0, 0))[0] + 1
        marked = False
        for number, row in enumerate(islice(sheet.iter_rows(), _HEADER_WITHIN), start=first):
            texts = [str(cell).strip() for cell in row]
            marked = marked or template.mark in texts
            version_seen = version_seen or any(text.startswith("Sjabloon ") for text in texts)
            if sum(search_key(text) in wanted for text in texts if text) < 4:
                continue
            header_seen = True
            if marked:
                _refuse_merged(sheet, number)
                return sheet, number, texts
    if header_seen or version_seen:
        raise FileRefused("wrong_version", version=template.version)
    raise FileRefused("no_header")


def _refuse_merged(sheet: Any, header_at: int) -> None:
    for (top, _left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if top <= header_at - 1 <= bottom:
            raise FileRefused("merged_headers")


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
                extra.append(text)
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
    return [{"code": "extra_columns", "params": {"columns": extra}}] if extra else []


def _compact(row: Row) -> list[Any]:
    problems = [[problem.column, problem.code, dict(problem.params)] for problem in row.problems]
    return [row.number, row.action, row.values, problems, row.raw]


if __name__ == "__main__":
    main()
