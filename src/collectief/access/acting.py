"""Who acts for an organisation under a mandate, and for whom somebody does: as jobs ask it, without a session (X07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from collectief.brands.catalogue import Brand
from collectief.scope.database import signing_in
from collectief.scope.scope import Scope
from collectief.segments.profile import Role, SegmentProfile

from .queries import NoAccess, reach, scope_for
from .rules import Reach, mandated

# A mandate that holds on a day, and somebody who was chosen to act under it and may come in.
_HOLDS = """
  FROM mandate_person p JOIN mandate d ON d.id = p.mandate_id JOIN membership m ON m.id = p.membership_id
  JOIN account a ON a.id = m.account_id JOIN organisation h ON h.id = m.organisation_id
  JOIN organisation o ON o.id = d.principal_id
 WHERE m.is_active AND a.is_active AND h.insurer_id = o.insurer_id AND h.kvk = d.kvk AND d.revoked_at IS NULL
   AND d.first_day <= %s AND coalesce(d.end_day, 'infinity') > %s
"""
_ACTING_FOR = f"SELECT m.account_id, h.segment, d.roles, p.roles, d.contracts {_HOLDS} AND o.id = %s ORDER BY p.id"
_ACTED_FOR = f"""SELECT d.id, h.id, o.id {_HOLDS} AND m.account_id = %s
   AND h.segment = ANY (%s) AND o.segment = ANY (%s) ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Mandatary:
    """Somebody who acts for an organisation: in which roles and contracts, and of which segment they are."""

    account_id: int
    segment: str
    roles: frozenset[Role]
    contracts: Reach


def mandataries(organisation_id: int, profile: SegmentProfile, *, today: date) -> list[Mandatary]:
    """Everyone who acts for an organisation, which has this profile, on a day."""
    with signing_in(), connection.cursor() as cursor:
        cursor.execute(_ACTING_FOR, [today, today, organisation_id])
        return [
            Mandatary(account_id, segment, mandated(profile, map(Role, given), map(Role, persons)), reach(contracts))
            for account_id, segment, given, persons, contracts in cursor.fetchall()
        ]


def scopes_on_behalf(brand: Brand, account_id: int, *, channel: str, today: date) -> list[Scope]:
    """The scopes that an account has at a portal in the name of others: one for each mandate."""
    segments = list(brand.segments)
    found = []
    with signing_in(), connection.cursor() as cursor:
        cursor.execute(_ACTED_FOR, [today, today, account_id, segments, segments])
        for mandate_id, home_id, principal_id in cursor.fetchall():
            try:
                found.append(
                    scope_for(
                        account_id, principal_id, brand.slug, channel=channel, mandate_id=mandate_id, today=today,
                        home_id=home_id,
                    )
                )  # fmt: skip
            except NoAccess:
                # Of another insurer.
                continue
    return found
