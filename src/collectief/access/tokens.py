"""Secrets in links: derived from a row and the installation's secret, so that no table holds one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct

from collectief.scope.secret import key_for, keys_for

NONCE_BYTES = 16
_PURPOSE = "links"
# Eight and these make no "=" at the end of a link, which mail programs leave out of it.
_MAC_BYTES = 25


def new_nonce() -> bytes:
    """What makes a token the only one: a new nonce makes every token of before worthless."""
    return os.urandom(NONCE_BYTES)


def token(purpose: str, id_: int, nonce: bytes) -> str:
    """The text in the link: which row, and proof that we made it for this purpose."""
    return _token(key_for(_PURPOSE), purpose, id_, nonce)


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
    """Whether this is the token of that row, told in the same time whatever is wrong with it.

    Made under the present secret, or under the former one while that counts: mails cannot be made anew.
    """
    own = [_token(key, purpose, id_, nonce) for key in keys_for(_PURPOSE)]
    return any(hmac.compare_digest(text.encode(), one.encode()) for one in own)


def _token(key: bytes, purpose: str, id_: int, nonce: bytes) -> str:
    row = struct.pack(">Q", id_)
    mac = hmac.digest(key, purpose.encode() + b"\0" + row + nonce, hashlib.sha256)[:_MAC_BYTES]
    return base64.urlsafe_b64encode(row + mac).decode()
