"""The artifact: 44 octets that stand for an answer waiting at the broker (SAML bindings, 3.6.4; type 0x0004)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from .documents import Untrusted

_TYPE = b"\x00\x04"
_LENGTH = 44


def endpoint_index(artifact: str, broker: str) -> int:
    """Which of the broker's addresses keeps the answer. Raises Untrusted: no artifact, or of another entity."""
    try:
        octets = base64.b64decode(artifact, validate=True)
    except (binascii.Error, ValueError):
        raise Untrusted("artifact is no base64") from None
    if len(octets) != _LENGTH or octets[:2] != _TYPE:
        raise Untrusted("artifact type or length")
    # SHA-1 is how SAML names an entity here; it protects nothing.
    source = hashlib.sha1(broker.encode(), usedforsecurity=False).digest()
    if not hmac.compare_digest(octets[4:24], source):
        raise Untrusted("artifact of another entity")
    return int.from_bytes(octets[2:4])
