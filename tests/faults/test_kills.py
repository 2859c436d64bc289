"""A worker killed anywhere: every row of every file still gets exactly one outcome (law 3).

The steps run in a forked process that is killed with SIGKILL after a seeded moment, again and again, until the
batch is done; nothing is said to it beforehand.
"""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from django.db import connections

from collectief.bulk import actions, inline, intake, jobs, queries
from collectief.bulk.models import BatchChunk
from collectief.bulk.rules import State
from collectief.enrolment.models import Participation
from collectief.mutations.corridor import LANES
from collectief.mutations.models import Mutation
from collectief.participants import register as register_module
from collectief.scope.database import opened
from tests.bulk_world import Register, again, demo_file, received
from tests.world import agency

KILLS = 200
ROWS = 400


def _go_on(scope, batch_id: int) -> None:
    """What the worker does, from wherever it was."""
    actions.read(scope, batch_id, jobs.moment())
    with opened(scope):
        batch = queries.batch(scope, batch_id)
    if batch.state == State.PLANNING:
        inline.plan(scope, batch_id)
        with opened(scope):
            batch = queries.batch(scope, batch_id)
    if batch.state == State.PLANNED:
        with opened(scope):
            actions.accept(scope, batch_id, version=batch.version, moment=jobs.moment())
    for lane in range(LANES):
        jobs.carry_out_lane(scope, batch_id, lane)


def _killed_after(seconds: float, work) -> bool:
    """Run `work` in a process and kill it after `seconds`; whether it was killed."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "the work failed by itself"
    return os.WIFSIGNALED(status)


@pytest.mark.feature("U21")
@pytest.mark.usefixtures("committed_db")
@pytest.mark.timeout(600)
def test_two_hundred_kills_and_every_row_has_exactly_one_outcome(monkeypatch, tmp_path):
    monkeypatch.setattr(register_module, "current_register", Register)
    monkeypatch.setattr(intake, "CHUNK", 20)
    chance = random.Random(7085)
    ours = agency()
    kills = files = 0
    while kills < KILLS:
        files += 1
        path = demo_file(tmp_path, ours.contracts[0].number, rows=ROWS, bad=10, seed=files)
        batch = received(ours.scope, path)
        while again(ours.scope, batch).state != State.DONE:
            kills += _killed_after(chance.uniform(0.02, 0.35), lambda batch_id=batch.id: _go_on(ours.scope, batch_id))
        with opened(ours.scope):
            found = queries.batch(ours.scope, batch.id)
            assert sum(found.outcome_counts.values()) == found.rows == ROWS
            assert not BatchChunk.objects.filter(batch_id=batch.id, outcome="").exists()
            processed = BatchChunk.objects.filter(batch_id=batch.id, outcome="processed")
            mutations = Mutation.objects.filter(source__startswith=f"{batch.id}/")
            assert mutations.values("source").distinct().count() == mutations.count()
            assert mutations.filter(state="processed").count() == processed.count()
    with opened(ours.scope):
        assert Participation.objects.count() == Mutation.objects.filter(state="processed").count()
