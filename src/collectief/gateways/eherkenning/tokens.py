"""What the eHerkenning simulator says about people in ID tokens, and what can be missing from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from collectief.foundation.assurance import AssuranceLevel

from ..openid import minting
from .oidc import Claims

# What can be wrong with a token; the client must refuse each of these.
FLAWS = (*minting.FLAWS, "no_level", "no_company")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in, for one company."""

    acting_subject: str
    name: str
    kvk: str
    company_name: str
    branch: str | None = None
    rsin: str = ""


def claims_about(person: Person, level: AssuranceLevel) -> dict[str, Any]:
    """What a broker asserts of somebody who signed in at this level."""
    names = Claims()
    claims = {
        "sub": person.acting_subject, names.level: level.urn, names.kvk: person.kvk,
        names.acting_subject: person.acting_subject, names.company_name: person.company_name,
        names.person: person.name,
    }  # fmt: skip
    return claims | ({names.branch: person.branch} if person.branch else {})


def bent(claims: dict[str, Any], flaw: str | None, rsin: str) -> dict[str, Any]:
    """The same without what this flaw leaves out; "rsin_only" is a company without KvK number."""
    names = Claims()
    if flaw == "rsin_only":
        return {name: value for name, value in claims.items() if name != names.kvk} | {names.rsin: rsin}
    missing = {"no_level": names.level, "no_company": names.kvk}.get(flaw or "")
    return {name: value for name, value in claims.items() if name != missing}
