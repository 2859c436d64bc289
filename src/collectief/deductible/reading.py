"""Reading a file of the core: line by line, never more of it in memory than one line, whatever somebody sent.

The form is plainer than CSV in general (docs/deductible.md): there is no quoting, so a line is a row and its number is
the one an editor shows. So there is nothing here that needs a process of its own, as spreadsheets do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .rules import COLUMNS, SEPARATOR, Problem

# A line has some fifty signs; what is longer is not read any further.
_LONGEST = 500
_LARGEST = 200 * 1024 * 1024
# Each can be wrong, and then it is remembered why.
_MOST_LINES = 1_000_000
_PIECE = 1 << 20
_MARK = b"\xef\xbb\xbf"


class FileRefused(ValueError):
    """Nothing of the file is taken over; `code` is turned into words by whoever asked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def digest_of(path: Path) -> str:
    """What tells whether two files are the same."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for piece in _pieces(stream):
            digest.update(piece)
    return digest.hexdigest()


def rows(path: Path) -> Iterator[tuple[int, list[str] | Problem]]:
    """Each row below the head, with the number of its line: its cells, or why it cannot be read.

    Empty lines are passed over. Raises FileRefused for a file that is too large, has too many lines, or does not
    begin with the names of the columns.
    """
    if path.stat().st_size > _LARGEST:
        raise FileRefused("too_large")
    with path.open("rb") as stream:
        if sum(piece.count(b"\n") for piece in _pieces(stream)) > _MOST_LINES:
            raise FileRefused("too_many")
        stream.seek(0)
        # No line can be longer than what is asked for at once: the rest of one that is, is passed over.
        if _cells(stream.readline(_LONGEST).removeprefix(_MARK)) != list(COLUMNS):
            raise FileRefused("no_head")
        number, inside = 1, False
        while raw := stream.readline(_LONGEST):
            ended = raw.endswith(b"\n")
            number += not inside
            if not inside and not ended and len(raw) == _LONGEST:
                yield number, Problem.TOO_LONG
            elif not inside and raw.strip():
                yield number, _cells(raw)
            inside = not ended


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def _cells(raw: bytes) -> list[str] | Problem:
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return Problem.NOT_TEXT
    return text.split(SEPARATOR) if text.isprintable() else Problem.NOT_TEXT
