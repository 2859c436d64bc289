"""The key of a batch, and the sealing of what people sent with it.

A batch has a key of its own, sealed with the installation's. Rows and files are sealed with the batch's key:
after 30 days the key is destroyed and nothing of them can be read again (law 9), wherever a copy lies.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from collectief.foundation.sealing import NONCE_BYTES, seal, unseal
from collectief.scope import sealed_file
from collectief.scope.secret import derived, key_for

from .sheets.columns import COLUMNS
from .sheets.rows import Problem, Rows

_FOLDER = "uploads"
_PURPOSE = "batches"
_PLACE = b"batch-key"


def new_key() -> tuple[bytes, bytes]:
    """A fresh batch key: itself, and sealed as the batch keeps it."""
    key = AESGCM.generate_key(256)
    return key, seal(key_for(_PURPOSE), key, _PLACE)


def opened_key(key_sealed: bytes | memoryview) -> bytes:
    """The key of a batch."""
    return unseal(key_for(_PURPOSE), bytes(key_sealed), _PLACE)


def resealed_key(key_sealed: bytes, before: str, after: str) -> tuple[bytes, bytes]:
    """The key of a batch sealed under secret `before`: itself, and sealed under `after`. Raises InvalidTag."""
    key = unseal(derived(before, _PURPOSE), key_sealed, _PLACE)
    return key, seal(derived(after, _PURPOSE), key, _PLACE)


class ChunkVault:
    """Seals and opens what belongs to the chunks of one batch; bound to its place, so that none can be swapped."""

    def __init__(self, key: bytes, batch_id: int) -> None:
        self._cipher = AESGCM(key)
        self._batch = batch_id

    def seal(self, what: str, lane: int, chunk: int, content: Any) -> bytes:
        """`content` as JSON, sealed; `what` it is ("rows", "plan", "outcome") is part of its place."""
        nonce = os.urandom(NONCE_BYTES)
        plain = msgspec.json.encode(content, enc_hook=dict)
        return nonce + self._cipher.encrypt(nonce, plain, self._place(what, lane, chunk))

    def open[T](self, what: str, lane: int, chunk: int, sealed: bytes | memoryview, shape: type[T]) -> T:
        """What was sealed there, of that shape. Raises cryptography.exceptions.InvalidTag for anything else."""
        sealed = bytes(sealed)
        plain = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._place(what, lane, chunk))
        return msgspec.json.decode(plain, type=shape)

    def rows(self, lane: int, chunk: int, sealed: bytes | memoryview) -> Rows:
        """The rows that were sealed there; also in the form of before they went by column, while such are kept."""
        found = self.open("rows", lane, chunk, sealed, _EITHER)
        return found if isinstance(found, Rows) else _by_column(found)

    def _place(self, what: str, lane: int, chunk: int) -> bytes:
        return f"{self._batch}:{what}:{lane}:{chunk}".encode()


# A row as it was put away before: number, action, values, problems, the cells in the order of the template, person.
_Line = tuple[int, str, dict[str, str], list[Problem], list[str], str]
_EITHER: Any = Rows | list[_Line]


def _by_column(lines: list[_Line]) -> Rows:
    """Each of these has all of its cells, in the order of the columns as it was then and still is."""
    rows = Rows([line[0] for line in lines], [line[1] for line in lines], people=[line[5] for line in lines])
    typed = zip(*(line[4] for line in lines), strict=True)
    rows.texts = {column.key: list(cells) for column, cells in zip(COLUMNS, typed, strict=True) if any(cells)}
    for place, (_, _, values, problems, _, _) in enumerate(lines):
        for key, value in values.items():
            rows.values.setdefault(key, [""] * len(lines))[place] = value
        if problems:
            rows.problems[place] = problems
    return rows


def store_file(key: bytes, batch_id: int, stream: IO[bytes]) -> str:
    """Keep the uploaded file until its rows are read; under which name."""
    return sealed_file.keep(_FOLDER, key, str(batch_id), stream)


def plain_file(key: bytes, batch_id: int, stored_as: str) -> AbstractContextManager[Path]:
    """The uploaded file as a program can open it, for as long as the block lasts."""
    return sealed_file.plain_path(key, str(batch_id), stored_as)


def remove_file(stored_as: str) -> None:
    """The rows are read: the file has no use any more."""
    sealed_file.remove(stored_as)


def remove_files_but(awaited: Collection[str], *, before: datetime) -> None:
    """Remove what was stored before `before` and nobody awaits."""
    sealed_file.remove_all_but(_FOLDER, awaited, before=before)
