"""Two agencies with the same people at the same moment: nobody learns of the other, nothing deadlocks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connections

from collectief.bulk import actions, inline, intake, jobs
from collectief.enrolment.models import Participation
from collectief.gateways.brp.inhabitants import dummy_bsns
from collectief.mutations.corridor import LANES, lane_of
from collectief.participants import register as register_module
from collectief.participants.keys import bsn_keys
from collectief.participants.models import Participant
from collectief.scope.database import opened
from tests.bulk_world import LEAVE, Register, again, demo_file, file_of, planned, received, row_of
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
def test_the_same_people_judged_again_at_one_agency_and_kept_at_the_other(monkeypatch, tmp_path):
    """Whom a file names twice is judged again, and written before those who were kept: at each the other way round."""
    monkeypatch.setattr(register_module, "current_register", Register)
    agencies = [agency(name="De Brug"), agency(name="Otto")]
    keys = bsn_keys(agencies[0].scope)
    pair = [bsn for bsn in dummy_bsns(20, seed=9) if lane_of(keys.blind_index(bsn)) == 0][:2]
    batches = []
    for ours, (twice, once) in zip(agencies, (pair, pair[::-1]), strict=True):
        number = ours.contracts[0].number
        rows = [row_of(twice, number), LEAVE | {"bsn": twice.digits, "contract": number}, row_of(once, number)]
        batch = planned(ours.scope, file_of(tmp_path, *rows, name=f"{number}.xlsx"))
        with opened(ours.scope):
            actions.accept(ours.scope, batch.id, version=batch.version, moment=jobs.moment())
        batches.append(batch)
    half_way = threading.Barrier(2, timeout=1)
    carry_out = actions.mutations.carry_out

    def together(*given):
        with suppress(threading.BrokenBarrierError):
            half_way.wait()
        return carry_out(*given)

    monkeypatch.setattr(actions.mutations, "carry_out", together)

    def work(number: int) -> None:
        try:
            for lane in range(LANES):
                jobs.carry_out_lane(agencies[number].scope, batches[number].id, lane)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    for ours, batch in zip(agencies, batches, strict=True):
        assert again(ours.scope, batch).outcome_counts["processed"] == 3


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
