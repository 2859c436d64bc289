"""A list as a workbook: text as text, so that no program takes it for a formula, and numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_sheet(
    stream: IO[bytes], title: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[str | int]]
) -> int:
    """Write rows below their heads, each with its width in characters, in constant memory; how many."""
    book = xlsxwriter.Workbook(stream, {"constant_memory": True})
    count = 0
    try:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True})
        for column, (head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, bold)
        sheet.freeze_panes(1, 0)
        for count, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(count, column, cell)
                else:
                    sheet.write_string(count, column, cell)
    finally:
        book.close()
    return count
