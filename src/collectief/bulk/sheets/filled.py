"""The template with people in it already: what should happen to whom is filled in, and it is sent again (X02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO

from collectief.foundation.workbook import workbook

from .columns import Template
from .template import HEADER_ROW, mutations_sheet


def write_filled(stream: IO[bytes], template: Template, rows: Iterable[Mapping[str, str]], *, language: str) -> int:
    """Write rows, by the keys of the template's columns, to `stream` in constant memory; how many.

    Every cell is text, so that no zero is lost and nothing is ever calculated.
    """
    count = 0
    with workbook(stream) as book:
        sheet = mutations_sheet(book, template.mark, template.offered, language)
        # Also text to whoever edits the cell: a leading = or + starts no formula.
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        places = {column.key: number for number, column in enumerate(template.offered)}
        for count, row in enumerate(rows, 1):
            # In the order of the columns: in constant memory a row is written from left to right.
            for key, number in places.items():
                if value := row.get(key):
                    sheet.write_string(HEADER_ROW + count, number, value, text)
    return count
