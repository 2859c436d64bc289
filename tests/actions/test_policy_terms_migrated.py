"""Who took part before policy terms were kept gets them by the migration: the same as by enrolling now (U06)."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest

from collectief.policies.models import PolicyTerm
from collectief.scope.database import opened
from tests.terms_world import offer, product
from tests.world import Human, agency, enrolled, valid_bsns

MIGRATION = import_module("collectief.enrolment.migrations.0007_policy_terms")


def written(customer) -> list[tuple[object, ...]]:
    columns = "participation_id", "participant_id", "contract_id", "product_id", "kind", "period", "insurer_id"
    with opened(customer.scope):
        return list(PolicyTerm.objects.order_by("participation_id", "period").values_list(*columns))


@pytest.mark.feature("U06")
@pytest.mark.feature("U18")
def test_the_migration_gives_what_enrolling_does(owner, moment):
    ours, town = agency(), agency(segment="municipality", name="Gemeente Duinstad")
    for customer in (ours, town):
        made = product(customer, f"B{customer.organisation.id}")
        offer(customer, made)
        offer(customer, made, moment.today.replace(month=1, day=1), discount=0)
        for bsn in valid_bsns(3, start=930_000_000):
            enrolled(customer, Human(bsn), moment)
    expected = written(ours)
    assert len(expected) == 3
    with opened(ours.scope):
        PolicyTerm.objects.all().delete()
    assert written(ours) == []
    with owner.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity ORDER BY 1")
        forced = cursor.fetchall()
    MIGRATION.insure(None, SimpleNamespace(connection=owner))
    assert written(ours) == expected
    assert written(town) == []
    with owner.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity ORDER BY 1")
        assert cursor.fetchall() == forced
