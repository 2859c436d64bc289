"""Rows that a filter hides in the file: they are read like the others, and the plan says how many there were (X02).

The parser does not tell. Only a file with a filter is looked through, which takes a hundred thousand rows a third of a
second: an .xlsx names its filters and tables elsewhere, in an .ods a quick look finds whether a row has gone. An .xls
does not tell, and then nothing is said.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from xml.parsers import expat

from .container import FileRefused
from .parts import has_signs, part_of, pieces

# Longer than any tag of a row: more than this without one is not waited for.
_LONGEST_TAG = 1 << 16
_ROOT = re.compile(rb"<(\w+:)?worksheet\b")
_NUMBER, _HIDDEN = re.compile(rb'\br="(\d+)"'), re.compile(rb'\bhidden="(?:1|true)"')
# What of a filter stands where.
_SIGN = {"xlsx": b"_FilterDatabase", "ods": b'table:visibility="filter"'}
_TABLE_OR_ROW = re.compile(rb"<table:table(-row)?(\s[^>]*)?>")
_NAME, _REPEATED = re.compile(rb'\btable:name="([^"]*)"'), re.compile(rb'\btable:number-rows-repeated="(\d+)"')


def hidden_rows(path: Path, kind: str, sheet: str, height: int) -> frozenset[int]:
    """The numbers of the rows of a sheet that are hidden where something is filtered, of the first `height`.

    Raises FileRefused: unreadable.
    """
    if kind not in _SIGN:
        return frozenset()
    try:
        with zipfile.ZipFile(path) as archive:
            part = part_of(archive, kind, sheet)
            if not part or not _may_be_filtered(archive, kind):
                return frozenset()
            found = _of_document(archive, part, sheet) if kind == "ods" else _of_workbook(archive, part)
            return frozenset(number for rows in found for number in range(rows.start, min(rows.stop, height + 1)))
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError, expat.ExpatError):
        raise FileRefused("unreadable") from None


def _may_be_filtered(archive: zipfile.ZipFile, kind: str) -> bool:
    """A filter of an .xlsx has a name in the workbook, that of a table stands with the table."""
    where = "content.xml" if kind == "ods" else "xl/workbook.xml"
    tables = any(name.startswith("xl/tables/") for name in archive.NameToInfo)
    return tables or has_signs(archive, where, (_SIGN[kind],))


def _of_workbook(archive: zipfile.ZipFile, part: str) -> Iterator[range]:
    """Each row has its number, or none has."""
    with archive.open(part) as stream:
        root = _ROOT.search(stream.read(1024))
    row = re.compile(rb"<" + ((root and root[1]) or b"") + rb"row\b([^>]*)>")
    for place, tag in enumerate(_tags(archive, part, row), start=1):
        if _HIDDEN.search(tag[1]):
            told = _NUMBER.search(tag[1])
            number = int(told[1]) if told else place
            yield range(number, number + 1)


def _of_document(archive: zipfile.ZipFile, part: str, sheet: str) -> Iterator[range]:
    """Rows that are the same stand once, with how often."""
    inside, following = False, 1
    for tag in _tags(archive, part, _TABLE_OR_ROW):
        attributes = tag[2] or b""
        if tag[1] is None:
            name = _NAME.search(attributes)
            inside, following = bool(name and unescape(name[1].decode()) == sheet), 1
        elif inside:
            repeated = _REPEATED.search(attributes)
            rows = range(following, following + (int(repeated[1]) if repeated else 1))
            following = rows.stop
            if _SIGN["ods"] in attributes:
                yield rows


def _tags(archive: zipfile.ZipFile, part: str, tag: re.Pattern[bytes]) -> Iterable[re.Match[bytes]]:
    with archive.open(part) as stream:
        rest = b""
        for piece in pieces(stream):
            rest += piece
            # What begins with the last < may go on in the next piece.
            cut = rest.rfind(b"<")
            yield from tag.finditer(rest[:cut] if cut > 0 else b"")
            rest = rest[max(cut, 0) :][-_LONGEST_TAG:]
        yield from tag.finditer(rest)
