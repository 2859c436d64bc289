"""Cells that the parser gives as empty and that are not: an error, or a formula of which no outcome was kept.

#N/A in an optional column would go by as nothing filled in, and the row be carried out without it. The XML says so;
it is taken apart only where a quick look finds that there may be such a cell. Looking takes a hundred thousand rows a
sixth of a second.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Protocol
from xml.parsers import expat

from .container import FileRefused, column_number

_PIECE = 1 << 16
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
            part = "content.xml" if kind == "ods" else _part_of(archive, sheet)
            if not part or not _has_signs(archive, part, _SIGNS[kind]):
                return {}
            cells = _OpenDocument(sheet) if kind == "ods" else _Workbook()
            _parse(archive, part, cells)
            return cells.found
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError, expat.ExpatError):
        raise FileRefused("unreadable") from None


class _Reader(Protocol):
    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def text(self, text: str) -> None: ...


def _has_signs(archive: zipfile.ZipFile, part: str, signs: tuple[bytes, ...]) -> bool:
    with archive.open(part) as stream:
        before = b""
        for piece in _pieces(stream):
            # A sign may stand across two pieces.
            if any(sign in piece or sign in before + piece[:16] for sign in signs):
                return True
            before = piece[-16:]
    return False


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def _parse(archive: zipfile.ZipFile, part: str, reader: _Reader) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _no_entities
    with archive.open(part) as stream:
        for piece in _pieces(stream):
            parser.Parse(piece)
        parser.Parse(b"", True)


def _no_entities(*declared: object) -> None:
    raise ValueError("no spreadsheet declares entities")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Attributes:
    """The attributes of every element of one name, by their local names."""

    def __init__(self, tag: str) -> None:
        self.found: list[dict[str, str]] = []
        self._tag = tag

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == self._tag:
            self.found.append({_local(name): text for name, text in attributes.items()})

    def end(self, tag: str) -> None: ...

    def text(self, text: str) -> None: ...


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of an .xlsx that holds a sheet; "" when there is none."""
    sheets, relations = _Attributes("sheet"), _Attributes("Relationship")
    _parse(archive, "xl/workbook.xml", sheets)
    _parse(archive, "xl/_rels/workbook.xml.rels", relations)
    number = next((one.get("id") for one in sheets.found if one.get("name") == sheet), None)
    target = next((one.get("Target", "") for one in relations.found if one.get("Id") == number), "")
    # From the folder of the workbook, or from the root of the file.
    part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return part if part in archive.NameToInfo else ""


class _Workbook:
    """Reads a sheet of an .xlsx."""

    def __init__(self) -> None:
        self.found: dict[int, list[int]] = defaultdict(list)
        self._row, self._column = 0, -1
        self._type = ""
        self._formula = self._value = self._in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match _local(tag):
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
        match _local(tag):
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
