"""A device that makes and uses passkeys (WebAuthn), in a few lines: what a browser would post, honest or not."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Device:
    """One passkey. What is posted can be bent: another origin, no fingerprint asked, a counter that stands still."""

    origin: str = "http://izz.localhost"
    verified: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: os.urandom(16))
    handle: bytes = b""

    def makes(self, options: dict) -> str:
        """The answer to what a page asks of a device that makes a key."""
        self.handle = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(self._public())
        data = self._data(options["rp"]["id"], _ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": _text(said), "attestationObject": _text(made)})

    def uses(self, options: dict) -> str:
        """The answer to what a page asks of a device that has a key."""
        self.count += 1
        data, said = self._data(options["rpId"], 0), self._said("webauthn.get", options["challenge"])
        signature = self._signed(data + hashlib.sha256(said).digest())
        return self._answer(
            {
                "clientDataJSON": _text(said), "authenticatorData": _text(data), "signature": _text(signature),
                "userHandle": _text(self.handle),
            }
        )  # fmt: skip

    def _public(self) -> dict[int, int | bytes]:
        """The public half, as a device writes it (COSE): ES256, or RS256 as older Windows makes it."""
        numbers = self.key.public_key().public_numbers()
        if isinstance(numbers, rsa.RSAPublicNumbers):
            return {1: 3, 3: -257, -1: numbers.n.to_bytes(self.key.key_size // 8), -2: numbers.e.to_bytes(3)}
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}

    def _signed(self, octets: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(octets, ec.ECDSA(hashes.SHA256()))

    def _data(self, host: str, more: int) -> bytes:
        flags = _PRESENT | (_VERIFIED if self.verified else 0) | more
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "response": response,
                "clientExtensionResults": {},
            }
        )  # fmt: skip
