"""What an employer's identity provider says of its own staff, and what of it counts here."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..openid.client import CLOCK_SKEW, OpenIdClient, invalid
from ..sign_in import Begun, SignInRefused
from .connections import Connection

# Seconds since somebody last proved at the provider who they are: as long as a session here may last.
LONGEST_AGO = 4 * 60 * 60


@dataclass(frozen=True, slots=True)
class Employee:
    """Who signed in. Accounts are matched on `subject`, never on name or address.

    `subject` is made of provider and its own name for somebody: the same name given by another provider is somebody
    else. `two_factors` says whether the provider tells of a second factor; without it nobody is let in. `since` is when
    they last proved who they are, in seconds since 1970: that may be hours before they came here.
    """

    subject: str
    two_factors: bool
    since: int


class SingleSignOn(Protocol):
    """Signing in by sending the browser to the insurer's own provider and seeing it come back."""

    def begin(self, *, return_url: str, again: bool = False) -> Begun: ...

    def complete(self, *, return_url: str, answer: Mapping[str, str], keep: Mapping[str, str]) -> Employee: ...


class OpenIdSingleSignOn:
    """The provider of a connection; safe to share between threads. Raises ValueError for an address in the clear."""

    def __init__(
        self, connection: Connection, *, timeout: float = 10.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._connection, self._clock = connection, clock
        self._client = OpenIdClient(
            connection.issuer, connection.client_id, connection.client_secret,
            smallest_rsa=connection.smallest_rsa, timeout=timeout, clock=clock,
        )  # fmt: skip

    def begin(self, *, return_url: str, again: bool = False) -> Begun:
        """Where to send the browser; `again`: to prove once more who they are. Raises SignInRefused (`unavailable`)."""
        more = {"prompt": "login"} if again else {}
        if self._connection.acr:
            more["acr_values"] = " ".join(sorted(self._connection.acr))
        begun = self._client.begin(return_url=return_url, max_age=str(LONGEST_AGO), **more)
        return Begun(begun.url, begun.keep)

    def complete(self, *, return_url: str, answer: Mapping[str, str], keep: Mapping[str, str]) -> Employee:
        """Who came back. Raises SignInRefused; a second factor that is missing is told, not refused."""
        claims = self._client.complete(return_url=return_url, answer=answer, keep=keep)
        name, since = claims["sub"], claims.get("auth_time")
        if not (isinstance(name, str) and name):
            invalid("sub")
        # Asked with max_age, a provider must say when it was (OpenID Connect Core, 3.1.2.1); that is checked here.
        if not isinstance(since, int) or isinstance(since, bool) or since > self._clock() + CLOCK_SKEW:
            invalid("auth_time")
        if self._clock() - since > LONGEST_AGO + CLOCK_SKEW:
            raise SignInRefused("expired")
        return Employee(subject_of(self._connection.issuer, name), self._two_factors(claims), since)

    def _two_factors(self, claims: Mapping[str, Any]) -> bool:
        methods = claims.get("amr")
        named = {one for one in methods if isinstance(one, str)} if isinstance(methods, list) else set()
        level = claims.get("acr")
        return bool(named & self._connection.amr) or (isinstance(level, str) and level in self._connection.acr)


_SUBJECT = "sso:"


def is_subject(text: str | None) -> bool:
    """Whether what a place remembers is somebody of a provider, and not an identity of eHerkenning."""
    return text is not None and text.startswith(_SUBJECT)


def subject_of(issuer: str, name: str) -> str:
    """Somebody of this provider, as a place here remembers them: of one length, and worth nothing elsewhere."""
    return _SUBJECT + hashlib.sha256(f"{issuer.rstrip('/')}\n{name}".encode()).hexdigest()
