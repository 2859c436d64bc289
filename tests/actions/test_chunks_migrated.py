"""Uploads from before rows were kept by the chunk are ended and forgotten by the migration, everybody's (ADR 10)."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import transaction

from tests.bulk_world import again, demo_file, done, planned
from tests.world import agency

MIGRATION = import_module("collectief.bulk.migrations.0003_chunks").Migration.operations[0]
_FORCED = "SELECT array_agg(relname ORDER BY relname) FROM pg_class WHERE relforcerowsecurity"


@pytest.mark.usefixtures("register")
def test_what_was_under_way_is_cancelled_and_what_was_done_stays_done_without_its_rows(owner, tmp_path):
    ours, others = agency(), agency(name="Otto")
    number = ours.contracts[0].number
    ended = done(ours.scope, demo_file(tmp_path, number, rows=2))
    waiting = [
        (customer, planned(customer.scope, demo_file(tmp_path, customer.contracts[0].number, rows=2, seed=2)))
        for customer in (ours, others)
    ]
    with owner.cursor() as cursor:
        cursor.execute(_FORCED)
        forced = cursor.fetchall()
        with transaction.atomic(using="owner"):
            for statement in MIGRATION.sql:
                cursor.execute(statement)
        cursor.execute(_FORCED)
        assert cursor.fetchall() == forced
    for customer, batch in waiting:
        found = again(customer.scope, batch)
        assert (found.state, found.key_sealed) == ("cancelled", None)
        assert found.finished_at is not None
    found = again(ours.scope, ended)
    assert (found.state, found.key_sealed, found.finished_at) == ("done", None, ended.finished_at)
