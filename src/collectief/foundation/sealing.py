"""Keeping a BSN secret at rest yet findable (law 5): AES-GCM for the value, a keyed blind index for the look-up."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .bsn import Bsn

NONCE_BYTES = 12
INDEX_BYTES = 16


def new_key() -> bytes:
    """A fresh key to seal with."""
    return AESGCM.generate_key(256)


def seal(key: bytes, plain: bytes, associated: bytes) -> bytes:
    """`plain` encrypted and authenticated, bound to `associated` (the row it belongs to)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, associated)


def unseal(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """What was sealed. Raises cryptography.exceptions.InvalidTag when key, row or bytes are not the same."""
    if len(sealed) < NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)


@dataclass(frozen=True)
class BsnKeys:
    """The keys of one insurer: one to index, and one to seal with a number that says which it was."""

    index_key: bytes = field(repr=False)
    seal_key: bytes = field(repr=False)
    key_id: int = 1

    @classmethod
    def derived(cls, secret: bytes, insurer: str, key_id: int = 1) -> BsnKeys:
        """Both keys of `insurer` from the installation's secret; no two insurers share one."""

        def key(purpose: str) -> bytes:
            return hmac.digest(secret, f"collectief:{purpose}:{insurer}:{key_id}".encode(), hashlib.sha256)

        return cls(key("bsn-index"), key("bsn-seal"), key_id)

    def blind_index(self, bsn: Bsn) -> bytes:
        """Where this BSN stands in the table: equal for equal numbers, meaningless without the key."""
        # From a keyed beginning that is kept: keying anew is most of the work.
        keyed = self._keyed.copy()
        keyed.update(bsn.digits.encode())
        return keyed.digest()[:INDEX_BYTES]

    def sealed(self, bsn: Bsn) -> bytes:
        """The BSN, bound to its own blind index (the row's identity within an insurer)."""
        return self.sealed_at(bsn, self.blind_index(bsn))

    def sealed_at(self, bsn: Bsn, index: bytes) -> bytes:
        """The BSN, sealed for the row whose blind index, its own, is known already."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, bsn.digits.encode(), index)

    def unsealed(self, sealed: bytes, index: bytes) -> Bsn:
        """The BSN that was sealed for the row with this blind index.

        Raises cryptography.exceptions.InvalidTag when key, row or bytes are not the same.
        """
        if len(sealed) < NONCE_BYTES:
            raise InvalidTag
        return Bsn(self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], index).decode())

    @cached_property
    def _keyed(self) -> hmac.HMAC:
        return hmac.new(self.index_key, digestmod=hashlib.sha256)

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.seal_key)
