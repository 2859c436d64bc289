"""eHerkenning through a broker that speaks SAML 2.0: a signed question, an artifact, the answer fetched behind it."""

from __future__ import annotations

import hmac
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import urllib3
from lxml import etree

from collectief.foundation.assurance import AssuranceLevel

from ...openid.client import LONGEST_SIGN_IN
from ..port import Begun, Identity, SignInRefused
from .answers import Expected, answer_of, artifact_response, check_assertion, end_of
from .artifact import endpoint_index
from .attributes import identity_of
from .connection import SamlConnection
from .documents import LARGEST, Untrusted, new_id, read
from .requests import artifact_resolve, sign_in_address

_log = logging.getLogger(__name__)


class UseOnce(Protocol):
    """Remembers what was used: True the first time, False ever after, for as long as it could be used again."""

    def __call__(self, kind: str, value: str, *, until: float) -> bool: ...


class SamlBroker:
    """An identity provider behind `connection`; safe to share between threads.

    `use_once` is asked before an artifact is redeemed and before an assertion is believed. `clock` gives seconds
    since 1970.
    """

    def __init__(
        self,
        connection: SamlConnection,
        use_once: UseOnce,
        *,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connection, self._use_once, self._clock = connection, use_once, clock
        # An artifact is used up by the first attempt: asking again gains nothing.
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(total=timeout), retries=False, ssl_context=connection.back_channel.context()
        )

    def begin(self, *, return_url: str, minimum: AssuranceLevel) -> Begun:
        """Where to send the browser; nothing is asked of the broker before it comes there."""
        id_, relay_state, now = new_id(), secrets.token_urlsafe(32), self._clock()
        url = sign_in_address(self._connection, id_=id_, relay_state=relay_state, minimum=minimum, now=now)
        return Begun(url, {"request": id_, "relay_state": relay_state, "begun": str(int(now))})

    def complete(
        self, *, return_url: str, answer: Mapping[str, str], keep: Mapping[str, str], minimum: AssuranceLevel
    ) -> Identity:
        """Who came back. Raises SignInRefused with any of the port's codes."""
        if not keep.keys() >= {"request", "relay_state", "begun"}:
            raise SignInRefused("expired")
        now = self._clock()
        if now - int(keep["begun"]) > LONGEST_SIGN_IN:
            raise SignInRefused("expired")
        expected = Expected(
            broker=self._connection.broker.entity_id, audience=self._connection.entity_id,
            request=keep["request"], return_url=return_url, begun=int(keep["begun"]), now=now,
        )  # fmt: skip
        try:
            identity = self._identity(_artifact(answer, keep["relay_state"]), expected)
        except Untrusted as problem:
            # What was wrong goes to the log, not to the screen; it says nothing of who it was about.
            _log.warning("an answer of the broker was not accepted: %s", problem)
            raise SignInRefused("invalid_response") from None
        if identity.level < minimum:
            raise SignInRefused("level_too_low", level=identity.level.label, minimum=minimum.label)
        return identity

    def _identity(self, artifact: str, expected: Expected) -> Identity:
        answer = answer_of(
            self._resolved(artifact, expected), expected, self._connection.broker.certificates, self._connection.keys
        )
        check_assertion(answer.assertion, expected)
        if not self._use_once("assertion", answer.assertion.get("ID", ""), until=end_of(answer.assertion)):
            raise SignInRefused("expired")
        return identity_of(answer, self._connection)

    def _resolved(self, artifact: str, expected: Expected) -> etree._Element:
        """The ArtifactResponse for an artifact. Raises Untrusted, SignInRefused."""
        address = self._connection.broker.resolve.get(endpoint_index(artifact, expected.broker))
        if address is None:
            raise Untrusted("artifact of an address we do not know")
        if not self._use_once("artifact", artifact, until=expected.now + LONGEST_SIGN_IN):
            raise SignInRefused("expired")
        id_ = new_id()
        question = artifact_resolve(self._connection, artifact, id_=id_, address=address, now=expected.now)
        envelope = read(self._asked(address, question))
        return artifact_response(envelope, request=id_, broker=expected.broker)

    def _asked(self, address: str, question: bytes) -> bytes:
        """The broker's answer. Raises SignInRefused (`unavailable`) when there is none."""
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": '"http://www.oasis-open.org/committees/security"',
        }
        try:
            response = self._http.request(
                "POST", address, body=question, headers=headers, redirect=False, preload_content=False
            )
            try:
                body = response.read(LARGEST + 1)
            finally:
                response.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as problem:
            _log.warning("the broker does not answer: %s", type(problem).__name__)
            raise SignInRefused("unavailable") from None
        if response.status != 200:
            _log.error("the broker refuses to resolve an artifact: status %d", response.status)
            raise SignInRefused("unavailable" if response.status >= 500 else "unknown_error")
        return body


def _artifact(answer: Mapping[str, str], relay_state: str) -> str:
    """The artifact that this browser brings back to its own question. Raises Untrusted."""
    if not hmac.compare_digest(answer.get("RelayState", "").encode(), relay_state.encode()):
        raise Untrusted("relay state")
    if "SAMLResponse" in answer:
        raise Untrusted("a response by way of the browser")
    artifact = answer.get("SAMLart", "")
    if not artifact:
        raise Untrusted("no artifact")
    return artifact
