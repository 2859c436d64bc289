"""A stay that was there before stays carried names gets its participant's by the migration (U04)."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import transaction

from collectief.enrolment.queries import Search, current_participants
from collectief.foundation.names import PersonName
from collectief.scope.database import opened
from tests.world import Human, agency, enrolled, valid_bsns

MIGRATION = import_module("collectief.enrolment.migrations.0010_names").Migration.operations[0]
NAMES = [PersonName("D.", "", "Groot"), PersonName("A.J.", "van der", "Janse"), PersonName("Ş.", "", "Öztürk")]

_AROUND = """
SELECT (SELECT array_agg(relname ORDER BY relname) FROM pg_class WHERE relforcerowsecurity),
       (SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE tgenabled = 'D'),
       (SELECT array_agg(indexdef ORDER BY indexdef) FROM pg_indexes WHERE tablename = 'participation')
"""


@pytest.mark.feature("U04")
def test_everyone_is_listed_as_before_and_nothing_else_has_changed(owner, moment):
    ours, others = agency(), agency(name="Otto")
    for customer in (ours, others):
        for bsn, name in zip(valid_bsns(3, start=931_000_000), NAMES, strict=True):
            enrolled(customer, Human(bsn, name), moment)
    before = listed(ours, moment), listed(others, moment)
    assert [row.name for row in before[0]] == NAMES
    with owner.cursor() as cursor:
        cursor.execute(_AROUND)
        around = cursor.fetchall()
        with transaction.atomic(using="owner"):
            for statement in MIGRATION.reverse_sql:
                cursor.execute(statement)
        with transaction.atomic(using="owner"):
            for statement in MIGRATION.sql:
                cursor.execute(statement)
        cursor.execute(_AROUND)
        assert cursor.fetchall() == around
    assert (listed(ours, moment), listed(others, moment)) == before


def listed(customer, moment):
    with opened(customer.scope):
        return current_participants(customer.scope, Search(), today=moment.today).rows
