"""Secrets in links: derived from a row and the installation's secret, so that no table holds one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct

from django.conf import settings

NONCE_BYTES = 16
# Eight and these make no "=" at the end of a link, which mail programs leave out of it.
_MAC_BYTES = 25


def new_nonce() -> bytes:
    """What makes a token the only one: a new nonce makes every token of before worthless."""
    return os.urandom(NONCE_BYTES)


def token(purpose: str, id_: int, nonce: bytes) -> str:
    """The text in the link: which row, and proof that we made it for this purpose."""
    row = struct.pack(">Q", id_)
    return base64.urlsafe_b64encode(row + _mac(purpose, row, nonce)).decode()


def row_of(text: str) -> int | None:
    """Which row a token says it is for; None for what is no token. It is no proof: `belongs` is."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii"))
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 8 + _MAC_BYTES:
        return None
    number: int = struct.unpack(">Q", raw[:8])[0]
    return number if number < 2**63 else None


def belongs(text: str, purpose: str, id_: int, nonce: bytes) -> bool:
    """Whether this is the token of that row, told in the same time whatever is wrong with it."""
    return hmac.compare_digest(text.encode(), token(purpose, id_, nonce).encode())


def _mac(purpose: str, row: bytes, nonce: bytes) -> bytes:
    key = hmac.digest(settings.SECRET_KEY.encode(), b"collectief:links", hashlib.sha256)
    return hmac.digest(key, purpose.encode() + b"\0" + row + nonce, hashlib.sha256)[:_MAC_BYTES]
