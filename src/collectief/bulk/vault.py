"""The key of a batch, and the sealing of what people sent with it.

A batch has a key of its own, sealed with the installation's. Rows and files are sealed with the batch's key:
after 30 days the key is destroyed and nothing of them can be read again (law 9), wherever a copy lies.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import File
from django.core.files.storage import default_storage

from collectief.foundation.sealing import NONCE_BYTES, seal, unseal
from collectief.scope.secret import derived, key_for

_FOLDER = "uploads"
_PURPOSE = "batches"
_PLACE = b"batch-key"
_SEGMENT = 1024 * 1024
# A segment and what sealing adds to it: nonce and authentication tag.
_SEALED_SEGMENT = _SEGMENT + NONCE_BYTES + 16


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
        plain = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS, default=dict)
        return nonce + self._cipher.encrypt(nonce, plain, self._place(what, lane, chunk))

    def open(self, what: str, lane: int, chunk: int, sealed: bytes | memoryview) -> Any:
        """What was sealed there. Raises cryptography.exceptions.InvalidTag for anything else."""
        sealed = bytes(sealed)
        return orjson.loads(
            self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._place(what, lane, chunk))
        )

    def _place(self, what: str, lane: int, chunk: int) -> bytes:
        return f"{self._batch}:{what}:{lane}:{chunk}".encode()


def store_file(key: bytes, batch_id: int, stream: IO[bytes]) -> str:
    """Keep the uploaded file, sealed in segments, until its rows are read; under which name."""
    with tempfile.TemporaryFile() as sealed:
        for number, segment in enumerate(iter(lambda: stream.read(_SEGMENT), b"")):
            sealed.write(seal(key, segment, b"%d:%d" % (batch_id, number)))
        sealed.seek(0)
        return default_storage.save(f"{_FOLDER}/{uuid4()}", File(sealed))


@contextmanager
def plain_file(key: bytes, batch_id: int, stored_as: str) -> Iterator[Path]:
    """The uploaded file as a program can open it, for as long as the block lasts, readable by nobody else."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as plain, default_storage.open(stored_as, "rb") as sealed:
            for number, segment in enumerate(iter(lambda: sealed.read(_SEALED_SEGMENT), b"")):
                plain.write(unseal(key, segment, b"%d:%d" % (batch_id, number)))
        yield path


def remove_file(stored_as: str) -> None:
    """The rows are read: the file has no use any more."""
    default_storage.delete(stored_as)


def remove_files_but(awaited: Collection[str], *, before: datetime) -> None:
    """Remove what was stored before `before` and nobody awaits: whose removal was missed, or whose upload broke off."""
    try:
        _, names = default_storage.listdir(_FOLDER)
    except FileNotFoundError:
        return
    for name in (f"{_FOLDER}/{name}" for name in names):
        if name not in awaited and default_storage.get_modified_time(name) < before:
            default_storage.delete(name)
