"""The client's half of OpenID Connect: authorization code flow with PKCE.

OpenID Connect Core 1.0 (3.1), RFC 7636 (S256 only) and RFC 9207. ID tokens must be signed with RS256 by a key of the
provider's discovery document that is strong enough; nothing in one is believed before signature, issuer, audience,
times and nonce are right.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast
from urllib.parse import urlencode

import urllib3
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization, RSAKey

from collectief.foundation.strength import SMALLEST_RSA, TooWeak, check_key

from ..addresses import check_encrypted
from ..sign_in import Begun, SignInRefused

# Seconds: how long a person may take at the provider, how far clocks may differ, how long its documents are kept.
LONGEST_SIGN_IN = 15 * 60
CLOCK_SKEW = 30
KEPT_FOR = 3600
# Keys change now and then; an unknown key makes us look again, but no stranger makes us do so all the time.
LOOK_AGAIN_AFTER = 30

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Provider:
    """What the provider says of itself, and when that was."""

    # As it writes itself: with or without a slash at the end.
    issuer: str
    authorize: str
    token: str
    keys: KeySet
    read_at: float


class OpenIdClient:
    """A client of the provider behind `issuer`; safe to share between threads.

    Raises ValueError for an address that is neither https nor on this machine. Keys of the provider's below
    `smallest_rsa` bits sign nothing that is believed. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        smallest_rsa: int = SMALLEST_RSA,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        check_encrypted(self._issuer)
        self._client_id, self._client_secret = client_id, client_secret
        self._clock, self._smallest_rsa = clock, smallest_rsa
        # Answers that came late or twice are never asked for again: a code is used up by the first attempt.
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=timeout), retries=False)
        self._provider: _Provider | None = None

    def begin(self, *, return_url: str, **more: str) -> Begun:
        """Where to send the browser, asking `more` than sign-in alone. Raises SignInRefused (`unavailable`)."""
        provider = self._current_provider()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        query = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._client_id,
            "redirect_uri": return_url,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            **more,
        }
        keep = {"state": state, "nonce": nonce, "verifier": verifier, "begun": str(int(self._clock()))}
        return Begun(f"{provider.authorize}{'&' if '?' in provider.authorize else '?'}{urlencode(query)}", keep)

    def complete(self, *, return_url: str, answer: Mapping[str, str], keep: Mapping[str, str]) -> Mapping[str, Any]:
        """The claims about who came back, of a token that is genuine, ours, fresh and meant for this sign-in.

        Raises SignInRefused.
        """
        self._check_answer(answer, keep)
        token = self._redeem(answer["code"], return_url, keep["verifier"])
        return self._checked(token, keep["nonce"])

    def _check_answer(self, answer: Mapping[str, str], keep: Mapping[str, str]) -> None:
        """Whether the browser brings an answer to our own, recent question."""
        if not keep.keys() >= {"state", "nonce", "verifier", "begun"}:
            raise SignInRefused("expired")
        if not hmac.compare_digest(answer.get("state", "").encode(), keep["state"].encode()):
            invalid("state")
        if self._clock() - int(keep["begun"]) > LONGEST_SIGN_IN:
            raise SignInRefused("expired")
        if answer.get("iss", self._issuer).rstrip("/") != self._issuer:
            invalid("iss of the answer")
        if "error" in answer:
            raise SignInRefused("cancelled" if answer["error"] == "access_denied" else "unknown_error")
        if not answer.get("code"):
            invalid("no code")

    def _redeem(self, code: str, return_url: str, verifier: str) -> str:
        """The ID token for a code."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": return_url, "code_verifier": verifier,
        }  # fmt: skip
        pair = f"{_form_encoded(self._client_id)}:{_form_encoded(self._client_secret)}"
        headers = urllib3.make_headers(basic_auth=pair)
        status, body = self._ask("POST", self._current_provider().token, form, headers)
        if status == 400 and body.get("error") == "invalid_grant":
            raise SignInRefused("expired")
        if status != 200:
            _log.error("the provider refuses the token request: status %d", status)
            raise SignInRefused("unavailable" if status >= 500 else "unknown_error")
        token = body.get("id_token")
        return token if isinstance(token, str) else invalid("no id_token")

    def _checked(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of a token that is genuine, ours, fresh and meant for this sign-in."""
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock()),
            leeway=CLOCK_SKEW,
            iss={"essential": True, "value": self._current_provider().issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = self._decoded(token)
            rules.validate(claims)
        except ExpiredTokenError:
            raise SignInRefused("expired") from None
        except (JoseError, ValueError) as problem:
            invalid(type(problem).__name__)
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._client_id:
            invalid("azp")
        if claims["iat"] < self._clock() - LONGEST_SIGN_IN:
            raise SignInRefused("expired")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        """The claims under a good signature; a key we do not know yet is looked for once."""
        provider = self._current_provider()
        try:
            return jwt.decode(token, provider.keys, algorithms=["RS256"]).claims
        except InvalidKeyIdError:
            if self._clock() - provider.read_at < LOOK_AGAIN_AFTER:
                raise
            self._provider = None
            return jwt.decode(token, self._current_provider().keys, algorithms=["RS256"]).claims

    def _current_provider(self) -> _Provider:
        """The provider's documents, read again each hour. Raises SignInRefused (`unavailable`)."""
        provider = self._provider
        if provider is None or self._clock() - provider.read_at > KEPT_FOR:
            provider = self._provider = self._read_provider()
        return provider

    def _read_provider(self) -> _Provider:
        status, document = self._ask("GET", f"{self._issuer}/.well-known/openid-configuration")
        try:
            if status != 200 or str(document["issuer"]).rstrip("/") != self._issuer:
                raise ValueError("not the issuer's document")
            authorize, token, jwks = (
                str(document[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
            )
            for address in (authorize, token, jwks):
                check_encrypted(address)
            status, keys = self._ask("GET", jwks)
            return _Provider(
                str(document["issuer"]),
                authorize,
                token,
                self._strong(KeySet.import_key_set(cast(KeySetSerialization, keys))),
                self._clock(),
            )
        except TooWeak as problem:
            _log.error("the provider is not believed: %s", problem)
            raise SignInRefused("unavailable") from None
        except (JoseError, ValueError, KeyError, TypeError) as problem:
            _log.error("the provider's documents cannot be used: %s", type(problem).__name__)
            raise SignInRefused("unavailable") from None

    def _strong(self, keys: KeySet) -> KeySet:
        """The keys by which an ID token may be signed. Raises TooWeak when every one of them is below the limit."""
        strong, weak = [], []
        for key in (known for known in keys.keys if isinstance(known, RSAKey)):
            try:
                check_key(key.public_key, f"key {key.kid} of {self._issuer}", self._smallest_rsa)
                strong.append(key)
            except TooWeak as problem:
                weak.append(problem)
        if weak and not strong:
            raise weak[0]
        for one in weak:
            _log.warning("what this key signs is not believed: %s", one)
        return KeySet(list(strong))

    def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of an answer. Raises SignInRefused (`unavailable`) when there is none."""
        try:
            response = self._http.request(
                method, url, body=urlencode(form).encode() if form else None, redirect=False,
                headers={
                    "Accept": "application/json",
                    **({"Content-Type": "application/x-www-form-urlencoded"} if form else {}),
                    **(headers or {}),
                },
            )  # fmt: skip
            document = json.loads(response.data)
            return response.status, document if isinstance(document, dict) else {}
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as problem:
            _log.warning("the provider does not answer: %s", type(problem).__name__)
            raise SignInRefused("unavailable") from None


def challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _form_encoded(text: str) -> str:
    """As RFC 6749 wants client id and secret before they go in a Basic header."""
    return urlencode({"": text})[1:]


def invalid(what: str) -> NoReturn:
    """An answer that cannot be trusted: what was wrong goes to the log, not to the screen."""
    _log.warning("an answer of the provider was not accepted: %s", what)
    raise SignInRefused("invalid_response")
