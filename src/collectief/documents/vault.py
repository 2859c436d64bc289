"""The sealing of letters that are kept (law 9).

A letter has a key of its own, sealed with the installation's and bound to its number: the secret is renewed without
opening a letter, and once the row with the key has gone no copy of the file can be read, wherever one lies.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from collectief.foundation.sealing import new_key, seal, unseal
from collectief.scope.secret import derived, key_for

_PURPOSE = "letters"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A letter as it is kept: its key, sealed, and itself."""

    key: bytes
    content: bytes = field(repr=False)


def sealed(number: str, pdf: bytes) -> Sealed:
    """The letter with this number under a fresh key."""
    key, place = new_key(), number.encode()
    return Sealed(seal(key_for(_PURPOSE), key, place), seal(key, pdf, place))


def opened(number: str, kept: Sealed) -> bytes:
    """The PDF. Raises cryptography.exceptions.InvalidTag when it is not what was sealed under this number."""
    place = number.encode()
    return unseal(unseal(key_for(_PURPOSE), kept.key, place), kept.content, place)


def resealed_key(number: str, key: bytes, before: str, after: str) -> bytes:
    """The key of a letter, sealed under secret `before`, sealed under `after`. Raises InvalidTag."""
    place = number.encode()
    return seal(derived(after, _PURPOSE), unseal(derived(before, _PURPOSE), key, place), place)


def mark(said: bytes) -> bytes:
    """What finds a letter that says the same: it tells nothing to who does not have the key."""
    return hmac.digest(key_for("letter-facts"), said, hashlib.sha256)
