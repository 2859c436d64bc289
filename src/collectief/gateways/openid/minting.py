"""ID tokens of a simulated provider: good ones, and on request bad ones in every way that matters."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

# Of its keys: what a client asks for (foundation.strength).
BITS = 3072
# How long a token is good for, in seconds.
LIFETIME = 300

# What can be wrong with a token of any provider; a client must refuse each of these.
FLAWS = (
    "wrong_nonce", "wrong_issuer", "wrong_audience", "expired_token", "alg_none", "hs256", "foreign_key",
    "garbage_token",
)  # fmt: skip


class Mint:
    """Makes ID tokens with keys of its own, made at start."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._key = RSAKey.generate_key(BITS, {"use": "sig", "alg": "RS256"})
        self._key.ensure_kid()

    @property
    def public_keys(self) -> dict[str, Any]:
        """The JWKS document."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def id_token(
        self, about: Mapping[str, Any], *, audience: str, nonce: str, now: int, flaw: str | None = None
    ) -> str:
        """A token for `audience` that says this about somebody; `flaw` is one of FLAWS, another that is of no concern
        here, or None.
        """
        claims: dict[str, Any] = {
            "iss": self._issuer, "aud": audience, "nonce": nonce, "iat": now, "auth_time": now, "exp": now + LIFETIME,
            **about,
        }  # fmt: skip
        match flaw:
            case "wrong_nonce":
                claims["nonce"] = "another"
            case "wrong_issuer":
                claims["iss"] = "https://another.example"
            case "wrong_audience":
                claims["aud"] = "another"
            case "expired_token":
                claims |= {"iat": now - 2 * LIFETIME, "exp": now - LIFETIME}
            case "garbage_token":
                return "not.a.token"
        return self._signed(claims, flaw)

    def _signed(self, claims: dict[str, Any], flaw: str | None) -> str:
        header = {"alg": "RS256", "typ": "JWT", "kid": self._key.kid}
        if flaw == "alg_none":
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            return "".join(f"{_part(part)}." for part in parts)
        if flaw == "hs256":
            # The public key as a shared secret: the oldest trick.
            secret = OctKey.import_key(base64.b64encode(self._key.as_pem(private=False)))
            return jwt.encode(header | {"alg": "HS256"}, claims, secret, algorithms=["HS256"])
        # Of any size: it is whose it is that is wrong, and a smaller one is made in time.
        key = RSAKey.generate_key(2048) if flaw == "foreign_key" else self._key
        return jwt.encode(header, claims, key, algorithms=["RS256"])


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
