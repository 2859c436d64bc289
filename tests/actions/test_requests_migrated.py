"""What was decided before its day was kept gets a term by the migrations; what nobody can decide is gone (law 9)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import transaction
from django.utils import timezone

from collectief.cases.rules import KEPT, Decision
from collectief.onboarding.models import AccountApplication
from collectief.scope.database import office
from tests.actions.test_requests_forgotten import a_role, a_wish
from tests.office_world import applied, insurer_id
from tests.world import agency

WISHES = import_module("collectief.access.migrations.0015_forgotten").Migration.operations
ROLES = import_module("collectief.onboarding.migrations.0006_forgotten_by_decision").Migration.operations
WITHOUT_CASE = import_module("collectief.onboarding.migrations.0008_without_case").Migration.operations


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


@pytest.mark.feature("K01")
def test_an_application_that_nobody_can_decide_is_gone(owner):
    ours = agency()
    decidable, second, late = (applied(ours, email=f"{name}@debrug.example") for name in ("noor", "tweede", "laat"))
    with owner.cursor() as cursor, transaction.atomic(using="owner"):
        for table in ("account_application", "case_of_work"):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            "UPDATE account_application SET applied_at = applied_at - interval '8 days' WHERE id = ANY (%s::uuid[])",
            [[decidable, second]],
        )
        cursor.execute("DELETE FROM case_of_work WHERE subject = ANY (%s)", [[second, late]])
    with owner.cursor() as cursor, transaction.atomic(using="owner"):
        [gone] = WITHOUT_CASE
        for statement in gone.sql:
            cursor.execute(statement)
    with office(insurer_id()):
        assert {str(one) for one in AccountApplication.objects.values_list("id", flat=True)} == {decidable, late}
