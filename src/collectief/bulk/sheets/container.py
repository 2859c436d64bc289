"""What a file is, before any parser touches it: signature, size, and the directory of a zip."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    "pdf": (b"%PDF",),
    "picture": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"),
}
# A spreadsheet's XML packs well, but not a thousandfold.
_HIGHEST_RATIO = 250
_DIMENSION = re.compile(rb'<dimension\s+ref="([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?"')


class FileRefused(Exception):
    """The file cannot be read; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask of us: bytes as sent, bytes unpacked, parts, rows, columns, seconds, memory."""

    file_bytes: int = 25 * 1024 * 1024
    unpacked_bytes: int = 600 * 1024 * 1024
    parts: int = 2_000
    rows: int = 200_000
    columns: int = 200
    seconds: int = 120
    memory_bytes: int = 1_500 * 1024 * 1024


def look_at(path: Path, limits: Limits) -> str:
    """The kind of spreadsheet: xlsx, ods or xls.

    Raises FileRefused: empty, too_large, too_large_sheet, encrypted, unreadable, or not_a_spreadsheet with what it
    looks like: pdf, picture, web_page, text, document, archive or unknown.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("empty")
    if size > limits.file_bytes:
        raise FileRefused("too_large")
    with path.open("rb") as stream:
        start = stream.read(512)
        if start.startswith(_OLE):
            # Its directory may stand anywhere in the file, which is small enough to look through.
            return _look_at_ole(start + stream.read())
    if start.startswith(_ZIP):
        return _look_at_zip(path, limits)
    raise FileRefused("not_a_spreadsheet", looks=_looks_like(start))


def _looks_like(start: bytes) -> str:
    """What a file that is neither a zip nor of an old office program seems to be."""
    for kind, signatures in _OTHERS.items():
        if start.startswith(signatures):
            return kind
    lowered = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lowered.startswith((b"<!doctype html", b"<html", b"<table")):
        return "web_page"
    return "unknown" if b"\0" in start else "text"


def _look_at_ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused("encrypted")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "xls"
    raise FileRefused("not_a_spreadsheet", looks="document")


def _look_at_zip(path: Path, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.unpacked_bytes:
                raise FileRefused("too_large_sheet")
            for part in parts:
                if part.flag_bits & 1:
                    raise FileRefused("encrypted")
                if part.file_size > 1024 * 1024 and part.file_size > _HIGHEST_RATIO * max(1, part.compress_size):
                    raise FileRefused("too_large_sheet")
            names = {part.filename for part in parts}
            if "xl/workbook.xml" in names:
                _look_at_sheets(archive, parts, limits)
                return "xlsx"
            if "content.xml" in names and "mimetype" in names:
                manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
                if b"encryption-data" in manifest[:200_000]:
                    raise FileRefused("encrypted")
                return "ods"
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, KeyError):
        raise FileRefused("unreadable") from None
    # Programs of an office write zips as well: of text, of slides, or spreadsheets in a form of their own.
    raise FileRefused("not_a_spreadsheet", looks="document" if "[Content_Types].xml" in names else "archive")


def _look_at_sheets(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """A sheet that says it is vast would have the parser ask for that much memory."""
    for part in parts:
        if not part.filename.startswith("xl/worksheets/") or not part.filename.endswith(".xml"):
            continue
        with archive.open(part) as stream:
            found = _DIMENSION.search(stream.read(8192))
        if found and found.group(3):
            columns = column_number(found.group(3)) - column_number(found.group(1)) + 1
            rows = int(found.group(4)) - int(found.group(2)) + 1
            if columns * rows > limits.rows * limits.columns:
                raise FileRefused("too_large_sheet")


def column_number(letters: bytes) -> int:
    """The number of the column that a spreadsheet calls by these capitals; A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """What a spreadsheet calls the column with this number; 1 is A."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
