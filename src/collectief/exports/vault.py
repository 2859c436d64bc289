"""The sealing of lists that were made: each under a key of its own, which goes with its row (law 9)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import IO

from collectief.foundation.sealing import new_key, seal, unseal
from collectief.scope import sealed_file
from collectief.scope.secret import derived, key_for

_FOLDER = "exports"
_PURPOSE = "exports"


def keep(place: str, stream: IO[bytes]) -> tuple[str, bytes]:
    """Keep a file that is of `place`; under which name, and its key, sealed. Raises OSError."""
    key = new_key()
    return sealed_file.keep(_FOLDER, key, place, stream), seal(key_for(_PURPOSE), key, place.encode())


def taken(place: str, stored_as: str, key_sealed: bytes, into: IO[bytes]) -> None:
    """Write a kept file as it was. Raises OSError, and cryptography.exceptions.InvalidTag for any other's."""
    sealed_file.plain(unseal(key_for(_PURPOSE), key_sealed, place.encode()), place, stored_as, into)


def place_of(plan_id: int, day: object) -> str:
    """What a file is bound to: whose it is, and of which day."""
    return f"export/{plan_id}/{day}"


def resealed_key(place: str, key_sealed: bytes, before: str, after: str) -> bytes:
    """The key of a file, sealed under secret `before`, sealed under `after`. Raises InvalidTag."""
    bound = place.encode()
    return seal(derived(after, _PURPOSE), unseal(derived(before, _PURPOSE), key_sealed, bound), bound)


def remove_all_but(awaited: Collection[str], *, before: datetime) -> None:
    """Remove what was kept before `before` and has no row: of a list whose making broke off."""
    sealed_file.remove_all_but(_FOLDER, awaited, before=before)
