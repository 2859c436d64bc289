"""The rows that went wrong, as a file that can be mended and sent again (X02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from collectief.foundation.workbook import workbook

from .columns import Template
from .template import HEADER_ROW, mutations_sheet

_EXTRA = {"nl": ("Wat er niet klopt", "Wat u kunt doen"), "en": ("What is wrong", "What to do")}

# A cell of a workbook holds no more characters; longer text would be left out as a whole.
_LONGEST_CELL = 32_767

# (the cells as sent, by the keys of the template's columns, and per problem the reason and the remedy)
BadRow = tuple[Mapping[str, str], Sequence[tuple[str, str]]]


def write_bad_rows(stream: IO[bytes], template: Template, rows: Iterable[BadRow], *, language: str) -> None:
    """Write rejected rows to `stream` in constant memory; every cell is text, so nothing of it is ever calculated."""
    with workbook(stream) as book:
        # Every column that is read: what was typed in one of them is not to be lost, whatever this portal offers.
        sheet = mutations_sheet(book, template.mark, template.columns, language, extra=_EXTRA[language])
        # Also text to whoever edits the cell or looks at its bar: a leading = or + starts no formula.
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        said = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        width = len(template.columns)
        for line, (cells, problems) in enumerate(rows, start=HEADER_ROW + 1):
            for number, column in enumerate(template.columns):
                if cell := cells.get(column.key):
                    sheet.write_string(line, number, cell[:_LONGEST_CELL], text)
            sheet.write_string(line, width, " ".join(reason for reason, _ in problems), said)
            sheet.write_string(line, width + 1, " ".join(remedy for _, remedy in problems), said)
