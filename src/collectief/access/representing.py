"""Acting for another organisation: for whom one can, and turning a session to it (X07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.db import connection, transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.scope.database import opened, signing_in
from collectief.scope.scope import Scope
from collectief.segments.profile import Means

from . import sessions
from .queries import NoAccess, door, scope_again


@dataclass(frozen=True, slots=True)
class Option:
    """An organisation that one can act for, and until when; `mandate_id` is None for one's own."""

    mandate_id: int | None
    organisation_id: int
    name: str
    kvk: str
    end_day: date | None

    @property
    def last_day(self) -> date | None:
        return self.end_day - timedelta(days=1) if self.end_day else None


_OWN = "SELECT o.id, o.name, o.kvk FROM organisation o WHERE o.id = %s"
_OTHERS = """
SELECT d.id, o.id, o.name, o.kvk, d.end_day, o.segment
  FROM mandate_person p JOIN mandate d ON d.id = p.mandate_id JOIN membership m ON m.id = p.membership_id
  JOIN organisation h ON h.id = m.organisation_id JOIN organisation o ON o.id = d.principal_id
 WHERE m.account_id = %s AND h.id = %s AND h.insurer_id = o.insurer_id AND h.kvk = d.kvk AND d.revoked_at IS NULL
   AND d.first_day <= %s AND coalesce(d.end_day, 'infinity') > %s
 ORDER BY o.name, d.id
"""


def options(scope: Scope, brand: Brand, *, today: date) -> list[Option]:
    """For whom the account can act at this portal, its own organisation first."""
    with signing_in(), connection.cursor() as cursor:
        cursor.execute(_OWN, [scope.home_id])
        own = [Option(None, id_, name, kvk, None) for id_, name, kvk in cursor.fetchall()]
        cursor.execute(_OTHERS, [scope.account_id, scope.home_id, today, today])
        others = [
            Option(mandate_id, id_, name, kvk, end_day)
            for mandate_id, id_, name, kvk, end_day, segment in cursor.fetchall()
            if segment in brand.segments
        ]
    return own + others


@transaction.atomic
def turn_to(session: SessionBase, scope: Scope, brand: Brand, mandate_id: int | None, *, now: datetime) -> Scope:
    """The session acts for the principal of this mandate from now on, or for one's own organisation again.

    In the trail of the one that is entered, the one that is left, and one's own. Raises NoAccess: no such mandate for
    this account (any more), or the principal asks another way of signing in.
    """
    today = timezone.localdate(now)
    meant = next((one for one in options(scope, brand, today=today) if one.mandate_id == mandate_id), None)
    if meant is None:
        raise NoAccess
    turned = scope_again(
        scope.account_id,
        meant.organisation_id,
        brand.slug,
        channel=scope.channel,
        mandate_id=mandate_id,
        today=today,
        home_id=scope.home_id,
    )
    if not _good_enough(brand, turned, sessions.level_of(session)):
        raise NoAccess
    sessions.act_for(session, turned)
    if scope.mandate is not None:
        _record(scope, "mandate.leave", scope.mandate.id)
    if turned.mandate is not None:
        _record(turned, "mandate.enter", turned.mandate.id)
        home = scope_again(scope.account_id, scope.home_id, brand.slug, channel=scope.channel)
        _record(home, "mandate.use", turned.mandate.id)
    return turned


def _good_enough(brand: Brand, scope: Scope, level: AssuranceLevel | None) -> bool:
    """Whether somebody who signed in like this would be let in by the principal's segment too."""
    asked = door(brand, scope.profile.slug)
    if level is None:
        return Means.PASSWORD in asked.profile.means
    return Means.EHERKENNING in asked.profile.means and level >= asked.level


def _record(scope: Scope, action: str, mandate_id: int) -> None:
    with opened(scope):
        audit.record(scope, action, objects={"mandate": [mandate_id]})
