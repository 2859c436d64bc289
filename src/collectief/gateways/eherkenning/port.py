"""What a portal asks of a means of signing in for companies, whichever protocol carries it (U01, U02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from collectief.foundation.assurance import AssuranceLevel

from ..sign_in import Begun, SignInRefused

__all__ = ["Begun", "Identity", "IdentityProvider", "SignInRefused"]

# A pseudonym is not longer than its place with us; a company's name not than in the trade register, nor on our screen.
LONGEST_SUBJECT = LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, for which company. Accounts are matched on company and `acting_subject`, never on `person_hint`.

    `kvk` is the company's number at the Chamber of Commerce (8 digits), empty for one that eHerkenning knows by its
    `rsin` only (9 digits: a church, an association of owners); `acting_subject` a pseudonym that is stable
    for this person and company, `person_hint` a name to greet with, if any was given, and `branch` the
    establishment (vestigingsnummer, 12 digits) beyond which this person may not act.
    """

    kvk: str
    acting_subject: str
    level: AssuranceLevel
    company_name: str
    person_hint: str = ""
    branch: str | None = None
    rsin: str = ""

    def is_of(self, *, kvk: str, rsin: str) -> bool:
        """Whether this is somebody of the company with these numbers; the KvK number, once given, is what counts."""
        return self.kvk == kvk if self.kvk else self.rsin != "" and self.rsin == rsin


class IdentityProvider(Protocol):
    """A means of signing in by sending the browser away and seeing it come back."""

    def begin(self, *, return_url: str, minimum: AssuranceLevel) -> Begun:
        """Start; the answer will come to `return_url`. Raises SignInRefused."""

    def complete(
        self, *, return_url: str, answer: Mapping[str, str], keep: Mapping[str, str], minimum: AssuranceLevel
    ) -> Identity:
        """Judge what came back. The level is checked, not only asked for. Raises SignInRefused.

        The caller forgets `keep` before it calls: an answer counts once.
        """
