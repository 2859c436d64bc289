"""A list as a workbook: text as text, so that no program takes it for a formula; numbers and days as such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, count, islice
from typing import IO, Any

from .money import Money
from .workbook import workbook

# None and empty text leave a cell empty.
type Cell = str | int | Money | date | None
# A sheet has no more rows than this, the heads included: further ones are on a sheet of their own.
MOST_ROWS = 1_048_576
# Day 0 of a spreadsheet's calendar, as every program counts from March 1900 on.
_DAY_NONE = date(1899, 12, 30)


def write_sheet(stream: IO[bytes], title: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]]) -> int:
    """Write rows below their heads, each with its width in characters, in constant memory; how many."""
    written = 0
    with workbook(stream) as book:
        day = book.add_format({"num_format": "dd-mm-yyyy", "align": "left"})
        euro = book.add_format({"num_format": '"€" #,##0.00'})
        for sheet, part in _sheets(book, title, heads, iter(rows)):
            written += _write(sheet, part, day, euro)
    return written


def _sheets(
    book: Any, title: str, heads: Sequence[tuple[str, int]], rows: Iterator[Sequence[Cell]]
) -> Iterator[tuple[Any, Iterator[Sequence[Cell]]]]:
    """Sheets with their heads, and the rows of each: one, unless there are more rows than a sheet has."""
    bold = book.add_format({"bold": True})
    for number in count(1):
        sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
        for column, (head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, bold)
        sheet.freeze_panes(1, 0)
        yield sheet, islice(rows, MOST_ROWS - 1)
        more = list(islice(rows, 1))
        if not more:
            return
        rows = chain(more, rows)


def _write(sheet: Any, rows: Iterable[Sequence[Cell]], day: Any, euro: Any) -> int:
    text, number = sheet.write_string, sheet.write_number
    line = 0
    for line, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                text(line, column, cell)
            elif isinstance(cell, int):
                number(line, column, cell)
            elif isinstance(cell, Money):
                number(line, column, cell.cents / 100, euro)
            elif cell is not None:
                number(line, column, (cell - _DAY_NONE).days, day)
    return line
