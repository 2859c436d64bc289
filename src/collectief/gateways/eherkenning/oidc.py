"""eHerkenning through a broker that speaks OpenID Connect: what its claims must hold, and the level they say."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from collectief.foundation.assurance import AssuranceLevel
from collectief.foundation.strength import SMALLEST_RSA

from ..openid.client import OpenIdClient, invalid
from .port import LONGEST_NAME, LONGEST_SUBJECT, Begun, Identity, SignInRefused

_KVK, _RSIN = re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{9}")
_BRANCH = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Claims:
    """Under which names a broker gives what eHerkenning asserts (STANDARDS, eHerkenning)."""

    kvk: str = "urn:etoegang:1.9:EntityConcernedID:KvKnr"
    rsin: str = "urn:etoegang:1.9:EntityConcernedID:RSIN"
    acting_subject: str = "urn:etoegang:core:ActingSubjectID"
    company_name: str = "urn:etoegang:1.11:attribute-represented:CompanyName"
    branch: str = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
    level: str = "acr"
    person: str = "name"


class OidcBroker:
    """An identity provider behind `issuer`; safe to share between threads.

    Raises ValueError for an address that is neither https nor on this machine. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        claims: Claims | None = None,
        smallest_rsa: int = SMALLEST_RSA,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = OpenIdClient(
            issuer, client_id, client_secret, smallest_rsa=smallest_rsa, timeout=timeout, clock=clock
        )
        self._claims = claims or Claims()

    def begin(self, *, return_url: str, minimum: AssuranceLevel) -> Begun:
        """Where to send the browser. Raises SignInRefused (`unavailable`)."""
        # Never let in on the word of a session at the broker: on a shared computer it is another's.
        return self._client.begin(return_url=return_url, acr_values=minimum.urn, prompt="login")

    def complete(
        self, *, return_url: str, answer: Mapping[str, str], keep: Mapping[str, str], minimum: AssuranceLevel
    ) -> Identity:
        """Who came back. Raises SignInRefused with any of the port's codes."""
        identity = self._identity(self._client.complete(return_url=return_url, answer=answer, keep=keep))
        if identity.level < minimum:
            raise SignInRefused("level_too_low", level=identity.level.label, minimum=minimum.label)
        return identity

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        names = self._claims
        subject, branch = claims.get(names.acting_subject), claims.get(names.branch)
        kvk, rsin = _number(claims, names.kvk, _KVK), _number(claims, names.rsin, _RSIN)
        if not (kvk or rsin):
            invalid("no company")
        if not (isinstance(subject, str) and subject.isprintable() and 0 < len(subject) <= LONGEST_SUBJECT):
            invalid("acting subject")
        if branch is not None and not (isinstance(branch, str) and _BRANCH.fullmatch(branch)):
            invalid("branch")
        try:
            level = AssuranceLevel.from_urn(str(claims.get(names.level)))
        except ValueError:
            invalid("level")
        company, person = (str(claims.get(name) or "")[:LONGEST_NAME] for name in (names.company_name, names.person))
        return Identity(kvk, subject, level, company, person, branch, rsin)


def _number(claims: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    """A company's number from a claim; empty when the broker gave none."""
    number = claims.get(name, "")
    return number if isinstance(number, str) and (not number or shape.fullmatch(number)) else invalid(name)
