"""Large files that are kept, sealed in segments, so that none is ever whole in memory (law 9).

A file has a key of its own, which its row keeps sealed with the installation's: once the row has gone no copy of the
file can be read, wherever one lies.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from django.core.files.base import File
from django.core.files.storage import default_storage

from collectief.foundation.sealing import NONCE_BYTES, seal, unseal

_SEGMENT = 1024 * 1024
# A segment and what sealing adds to it: nonce and authentication tag.
_SEALED_SEGMENT = _SEGMENT + NONCE_BYTES + 16


def keep(folder: str, key: bytes, place: str, stream: IO[bytes]) -> str:
    """Keep a file in a folder, bound to `place`, what it is of; under which name. Raises OSError."""
    with tempfile.TemporaryFile() as sealed:
        for number, segment, last in _segments(stream, _SEGMENT):
            sealed.write(seal(key, segment, _bound(place, number, last=last)))
        sealed.seek(0)
        return default_storage.save(f"{folder}/{uuid4()}", File(sealed))


def plain(key: bytes, place: str, stored_as: str, into: IO[bytes]) -> None:
    """Write a kept file as it was. Raises OSError, and cryptography.exceptions.InvalidTag for what was not kept so.

    Also for a file that lost its end: a disk that was full, or a power cut, leaves one.
    """
    with default_storage.open(stored_as, "rb") as sealed:
        for number, segment, last in _segments(sealed, _SEALED_SEGMENT):
            into.write(_unsealed(key, segment, place, number, last=last))


@contextmanager
def plain_path(key: bytes, place: str, stored_as: str) -> Iterator[Path]:
    """The same as a file that this process can open, for as long as the block lasts, readable by nobody else.

    It has no name in any folder: should the process be killed, nothing is left of it.
    """
    with tempfile.TemporaryFile() as stream:
        plain(key, place, stored_as, stream)
        stream.flush()
        yield Path(f"/dev/fd/{stream.fileno()}")


def remove(stored_as: str) -> None:
    """It has no use any more."""
    default_storage.delete(stored_as)


def remove_all_but(folder: str, awaited: Collection[str], *, before: datetime) -> None:
    """Remove what was kept in a folder before `before` and nobody awaits: whose removal was missed, or whose making
    broke off.
    """
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in (f"{folder}/{name}" for name in names):
        if name not in awaited and default_storage.get_modified_time(name) < before:
            default_storage.delete(name)


def _segments(stream: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """A file in pieces, with their number and whether it is the last; of nothing there is one piece, that is empty."""
    segment, number = stream.read(size), 0
    while following := stream.read(size):
        yield number, segment, False
        segment, number = following, number + 1
    yield number, segment, True


def _unsealed(key: bytes, segment: bytes, place: str, number: int, *, last: bool) -> bytes:
    try:
        return unseal(key, segment, _bound(place, number, last=last))
    except InvalidTag:
        # Before a segment said whether it is the last it was bound so; such files have their term yet.
        return unseal(key, segment, f"{place}:{number}".encode())


def _bound(place: str, number: int, *, last: bool) -> bytes:
    return f"{place}:{number}:{'last' if last else 'more'}".encode()
