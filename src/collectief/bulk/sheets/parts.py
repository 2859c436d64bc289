"""The parts of a spreadsheet that is a zip of XML: finding them, looking through them, and taking them apart."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import IO, Protocol
from xml.parsers import expat

_PIECE = 1 << 16


class Reader(Protocol):
    """Is told what stands in a part, from first to last."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def text(self, text: str) -> None: ...


def has_signs(archive: zipfile.ZipFile, part: str, signs: tuple[bytes, ...]) -> bool:
    """Whether any of these stands in a part: a quick look, which takes no notice of where."""
    longest = max(map(len, signs))
    with archive.open(part) as stream:
        before = b""
        for piece in pieces(stream):
            # A sign may stand across two pieces.
            if any(sign in piece or sign in before + piece[:longest] for sign in signs):
                return True
            before = (before + piece)[-longest:]
    return False


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """What a part holds, some of it at a time."""
    while piece := stream.read(_PIECE):
        yield piece


def parse(archive: zipfile.ZipFile, part: str, reader: Reader) -> None:
    """Take a part apart. Raises ExpatError, and ValueError for one that declares entities."""
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _no_entities
    with archive.open(part) as stream:
        for piece in pieces(stream):
            parser.Parse(piece)
        parser.Parse(b"", True)


def _no_entities(*declared: object) -> None:
    raise ValueError("no spreadsheet declares entities")


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


class _Attributes:
    """The attributes of every element of one name, by their local names."""

    def __init__(self, tag: str) -> None:
        self.found: list[dict[str, str]] = []
        self._tag = tag

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == self._tag:
            self.found.append({local(name): text for name, text in attributes.items()})

    def end(self, tag: str) -> None: ...

    def text(self, text: str) -> None: ...


def part_of(archive: zipfile.ZipFile, kind: str, sheet: str) -> str:
    """The part that holds a sheet, by the kind of file; "" when there is none."""
    if kind == "ods":
        return "content.xml"
    sheets, relations = _Attributes("sheet"), _Attributes("Relationship")
    parse(archive, "xl/workbook.xml", sheets)
    parse(archive, "xl/_rels/workbook.xml.rels", relations)
    number = next((one.get("id") for one in sheets.found if one.get("name") == sheet), None)
    target = next((one.get("Target", "") for one in relations.found if one.get("Id") == number), "")
    # From the folder of the workbook, or from the root of the file.
    part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return part if part in archive.NameToInfo else ""
