"""What was decided before the day of a decision was kept gets a term by the migration; what waits gets none (law 9)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import transaction
from django.utils import timezone

from collectief.cases.rules import KEPT, Decision
from tests.actions.test_requests_forgotten import a_role, a_wish

WISHES = import_module("collectief.access.migrations.0015_forgotten").Migration.operations
ROLES = import_module("collectief.onboarding.migrations.0006_forgotten_by_decision").Migration.operations


@pytest.mark.feature("K01")
@pytest.mark.parametrize(("operations", "asked"), [(WISHES, a_wish), (ROLES, a_role)])
def test_it_has_the_day_of_asking(owner, operations, asked):
    now = timezone.now()
    decided, waits = asked(now - 2 * KEPT), asked(now - 2 * KEPT)
    decided.decided(Decision.REFUSED, now=now - timedelta(days=1))
    table = decided.table._meta.db_table
    [kept] = [one for one in operations if any("UPDATE " + table in statement for statement in getattr(one, "sql", []))]
    with owner.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(f"UPDATE {table} SET decided_at = NULL")
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        with transaction.atomic(using="owner"):
            for statement in kept.sql:
                cursor.execute(statement)
        cursor.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = %s", [table])
        assert cursor.fetchone() == (True,)
    assert (decided.row().decided_at, waits.row().decided_at) == (now - 2 * KEPT, None)
