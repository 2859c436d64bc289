"""What waits at the insurer's office in the demo world: applications for accounts, one of them late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from collectief.brands.catalogue import brand
from collectief.contracts.models import Insurer
from collectief.onboarding import actions
from collectief.onboarding.models import AccountApplication
from collectief.onboarding.rules import Applied
from collectief.scope.database import office
from collectief.segments.profile import Role

from .cast import BRUG, OTTO

_ADMIN, _MANAGER = Role.ADMINISTRATIVE, Role.ACCOUNT_MANAGER
# How many days ago, the organisation, its KvK number, who, their address, and the roles they want.
_ASKED = (
    (12, OTTO.name, OTTO.kvk, "Milan de Wit", "milan@ottoflex.example", (_MANAGER,)),
    (6, "Groen & Zn. Uitzendingen", "90000031", "Tess Groen", "tess@groenenzn.example", (_ADMIN, _MANAGER)),
    (1, OTTO.name, OTTO.kvk, "Otto Smit", "otto@ottoflex.example", (_ADMIN,)),
)


def apply_for_accounts(today: date) -> None:
    """Send these applications in; once they were, nothing more is."""
    portal = brand(BRUG.portal)
    with office():
        insurer_id = Insurer.objects.values_list("id", flat=True).get(slug=portal.insurer)
    with office(insurer_id):
        if AccountApplication.objects.exists():
            return
    for days, organisation, kvk, name, email, roles in _ASKED:
        day = today - timedelta(days=days)
        applied = Applied("staffing_agency", organisation, kvk, name, email, "0711234567", roles)
        actions.apply(
            portal,
            applied,
            address="127.0.0.1",
            language="nl",
            now=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        )
