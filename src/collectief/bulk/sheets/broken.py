"""Cells that the parser gives as empty and that are not: an error, or a formula of which no outcome was kept.

#N/A in an optional column would go by as nothing filled in, and the row be carried out without it. The XML says so;
it is taken apart only where a quick look finds that there may be such a cell. Looking takes a hundred thousand rows a
sixth of a second.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

from .container import FileRefused, column_number
from .parts import has_signs, local, parse, part_of

# What such a cell cannot do without, by the kind of file.
_SIGNS = {"xlsx": (b't="e"', b"f>"), "ods": (b'"error"', b":formula=")}

# By the number of the row as a spreadsheet shows it: the columns, of which the first is 0.
type Cells = Mapping[int, list[int]]


def broken_cells(path: Path, kind: str, sheet: str) -> Cells:
    """Where such cells stand in a sheet. An .xls is not XML: of that nothing is known, and nothing given.

    Raises FileRefused: unreadable.
    """
    if kind not in _SIGNS:
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            part = part_of(archive, kind, sheet)
            if not part or not has_signs(archive, part, _SIGNS[kind]):
                return {}
            cells = _OpenDocument(sheet) if kind == "ods" else _Workbook()
            parse(archive, part, cells)
            return cells.found
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError, expat.ExpatError):
        raise FileRefused("unreadable") from None


class _Workbook:
    """Reads a sheet of an .xlsx."""

    def __init__(self) -> None:
        self.found: dict[int, list[int]] = defaultdict(list)
        self._row, self._column = 0, -1
        self._type = ""
        self._formula = self._value = self._in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match local(tag):
            case "row":
                self._row, self._column = int(attributes.get("r") or self._row + 1), -1
            case "c":
                letters = attributes.get("r", "").rstrip("0123456789")
                self._column = column_number(letters.encode()) - 1 if letters else self._column + 1
                self._type = attributes.get("t", "")
                self._formula = self._value = False
            case "f":
                self._formula = True
            case "v":
                self._in_value = True

    def text(self, text: str) -> None:
        self._value = self._value or self._in_value

    def end(self, tag: str) -> None:
        match local(tag):
            case "v":
                self._in_value = False
            # A formula whose outcome is a text may well come to an empty one.
            case "c" if self._type == "e" or (self._formula and not self._value and self._type != "str"):
                self.found[self._row].append(self._column)


class _OpenDocument:
    """Reads a sheet of an .ods, where rows and cells that are the same stand once with how often."""

    def __init__(self, sheet: str) -> None:
        self.found: dict[int, list[int]] = defaultdict(list)
        self._sheet, self._inside = sheet, False
        # The rows that the element at hand stands for, and the column of its next cell.
        self._rows, self._column = range(1), 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "table:table":
                self._inside, self._rows = attributes.get("table:name") == self._sheet, range(1)
            case "table:table-row" if self._inside:
                first = self._rows.stop
                self._rows = range(first, first + int(attributes.get("table:number-rows-repeated", "1")))
                self._column = 0
            case "table:table-cell" | "table:covered-table-cell" if self._inside:
                after = self._column + int(attributes.get("table:number-columns-repeated", "1"))
                if _is_broken(attributes):
                    for row in self._rows:
                        self.found[row].extend(range(self._column, after))
                self._column = after

    def end(self, tag: str) -> None:
        if tag == "table:table":
            self._inside = False

    def text(self, text: str) -> None: ...


def _is_broken(attributes: Mapping[str, str]) -> bool:
    kept = "office:value-type" in attributes
    return attributes.get("calcext:value-type") == "error" or ("table:formula" in attributes and not kept)
