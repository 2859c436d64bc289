"""A kept file that lost its end, as a full disk or a power cut leaves one, is not taken for a whole one (law 3)."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidTag
from django.core.files.storage import default_storage

from collectief.foundation.sealing import NONCE_BYTES, new_key, seal
from collectief.scope import sealed_file

KEY, PLACE = new_key(), "7"
SEGMENT = 1024 * 1024
SEALED = SEGMENT + NONCE_BYTES + 16


def _kept(plain: bytes) -> str:
    return sealed_file.keep("cut", KEY, PLACE, io.BytesIO(plain))


def _read(stored_as: str) -> bytes:
    into = io.BytesIO()
    try:
        sealed_file.plain(KEY, PLACE, stored_as, into)
    finally:
        sealed_file.remove(stored_as)
    return into.getvalue()


def _some(size: int) -> bytes:
    return bytes(number % 251 for number in range(size))


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert default_storage.listdir("cut") == ([], [])


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT])
def test_a_whole_file_is_read_as_it_was(size):
    assert _read(_kept(_some(size))) == _some(size)


@pytest.mark.parametrize("size", [0, 5, NONCE_BYTES, SEALED - 1, SEALED, SEALED + 1, 2 * SEALED])
def test_one_that_was_cut_off_is_not_read_wherever_that_was(size):
    stored_as = _kept(_some(2 * SEGMENT + 7))
    os.truncate(default_storage.path(stored_as), size)
    with pytest.raises(InvalidTag):
        _read(stored_as)


def test_nor_is_one_with_something_behind_it_or_its_parts_in_another_order():
    stored_as = _kept(_some(2 * SEGMENT))
    with open(default_storage.path(stored_as), "rb+") as file:
        first, second = file.read(SEALED), file.read(SEALED)
        file.seek(0)
        file.write(second + first)
    with pytest.raises(InvalidTag):
        _read(stored_as)
    stored_as = _kept(_some(SEGMENT))
    with open(default_storage.path(stored_as), "ab") as file:
        file.write(seal(KEY, b"more", f"{PLACE}:1:last".encode()))
    with pytest.raises(InvalidTag):
        _read(stored_as)


def test_files_that_were_kept_before_their_last_part_said_so_are_read_for_their_term():
    stored_as = _kept(b"")
    with open(default_storage.path(stored_as), "wb") as file:
        for number in range(2):
            file.write(seal(KEY, _some(SEGMENT), f"{PLACE}:{number}".encode()))
    assert _read(stored_as) == 2 * _some(SEGMENT)
