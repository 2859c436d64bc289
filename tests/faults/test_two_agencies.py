"""Two agencies with the same people at the same moment: nobody learns of the other, nothing deadlocks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from collectief.bulk import inline, intake
from collectief.enrolment.models import Participation
from collectief.participants import register as register_module
from collectief.participants.models import Participant
from collectief.scope.database import opened
from tests.bulk_world import Register, again, demo_file, received
from tests.world import agency


@pytest.mark.feature("U21")
@pytest.mark.usefixtures("committed_db")
def test_the_same_people_at_two_agencies_at_once(monkeypatch, tmp_path):
    monkeypatch.setattr(register_module, "current_register", Register)
    monkeypatch.setattr(intake, "CHUNK", 25)
    agencies = [agency(name="De Brug"), agency(name="Otto")]
    batches = []
    for ours in agencies:
        path = demo_file(tmp_path, ours.contracts[0].number, rows=300, seed=5, name=f"{ours.organisation.kvk}.xlsx")
        batches.append(received(ours.scope, path))

    def work(number: int) -> None:
        try:
            inline.plan(agencies[number].scope, batches[number].id)
            inline.carry_out(agencies[number].scope, batches[number].id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    numbers = []
    for ours, batch in zip(agencies, batches, strict=True):
        assert again(ours.scope, batch).outcome_counts["processed"] == 300
        with opened(ours.scope):
            assert Participation.objects.count() == 300
            numbers.append(set(Participant.objects.values_list("relation_number", flat=True)))
    # A number of one's own: nobody can tell from it that a person was known elsewhere.
    assert not numbers[0] & numbers[1]


@pytest.mark.feature("U21")
@pytest.mark.usefixtures("committed_db")
def test_the_same_file_twice_at_the_same_moment_enrols_everyone_once(monkeypatch, tmp_path):
    monkeypatch.setattr(register_module, "current_register", Register)
    monkeypatch.setattr(intake, "CHUNK", 25)
    ours = agency()
    path = demo_file(tmp_path, ours.contracts[0].number, rows=200, seed=6)
    batches = [received(ours.scope, path), received(ours.scope, path)]

    def work(number: int) -> None:
        try:
            inline.plan(ours.scope, batches[number].id)
            inline.carry_out(ours.scope, batches[number].id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    found = [again(ours.scope, batch).outcome_counts for batch in batches]
    assert sum(counts["processed"] for counts in found) == 200
    assert sum(counts["processed"] + counts["unchanged"] + counts["changed_since"] for counts in found) == 400
    with opened(ours.scope):
        assert Participation.objects.count() == 200
