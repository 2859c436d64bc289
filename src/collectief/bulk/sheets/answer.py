"""What the child process says of a file, a line of JSON each; plain Python."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from .rows import Rows


class FileHead(Struct):
    """What is known of the file besides its rows: what was passed over, or stood there unseen."""

    warnings: list[dict[str, Any]] = []


class Answer(Struct, omit_defaults=True):
    """One of these: a head, then rows of the file, then how many there were; or why the file is refused.

    Another head takes the place of the first, when there is more to say once all rows were read.
    """

    head: FileHead | None = None
    rows: Rows | None = None
    end: int | None = None
    refused: str = ""
    params: dict[str, Any] = {}
