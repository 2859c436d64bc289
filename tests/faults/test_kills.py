"""A worker killed anywhere: every row of every file still gets exactly one outcome (law 3).

The real worker works off the real queue, in a forked process that is killed with SIGKILL after a seeded moment,
again and again; nothing is said to it beforehand. Each one that follows finds the job of its dead predecessor as
the minute's housekeeping would: by its silent heartbeat.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from datetime import date

import pytest
from django.db import connections
from django.utils import timezone

from collectief.bulk import actions, chunks, intake, jobs, queries
from collectief.bulk.rules import State
from collectief.config.worker import queue_app
from collectief.enrolment.models import Participation
from collectief.mutations.models import Mutation
from collectief.participants import register as register_module
from collectief.participants.models import Participant
from collectief.policies.models import PolicyTerm
from collectief.reporting import fixing
from collectief.reporting.models import FixedMonth
from collectief.reporting.rules import due_month
from collectief.runs import actions as runs
from collectief.runs.queries import one_run
from collectief.runs.rules import RunState
from collectief.scope.database import housekeeping, opened
from tests.bulk_world import Register, again, demo_file, received
from tests.office_world import clerk
from tests.terms_world import offer, product
from tests.world import agency

KILLS = 200
ROWS = 400


async def _work_off() -> None:
    running = queue_app()
    async with running.open_async():
        for job in await running.job_manager.get_stalled_jobs(seconds_since_heartbeat=0):
            await running.job_manager.retry_job(job)
        await running.run_worker_async(
            queues=["bulk"], wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False
        )


def _killed_after(seconds: float) -> bool:
    """Let a worker work and kill it after `seconds`; whether it was still at work."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            # In a thread of its own: a browser's event loop may stand in this one.
            worker = threading.Thread(target=asyncio.run, args=(_work_off(),))
            worker.start()
            worker.join()
        finally:
            os._exit(0)
    ended = time.monotonic() + seconds
    while time.monotonic() < ended:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _accept_when_planned(scope, batch) -> None:
    with opened(scope):
        found = queries.batch(scope, batch.id)
        if found.state == State.PLANNED:
            actions.accept(scope, batch.id, version=found.version, moment=jobs.moment())
            actions.enqueue("carry_out", scope, batch.id)


@pytest.mark.feature("U21")
@pytest.mark.usefixtures("committed_db")
@pytest.mark.timeout(900)
def test_two_hundred_kills_and_every_row_has_exactly_one_outcome(monkeypatch, tmp_path):
    monkeypatch.setattr(register_module, "current_register", Register)
    monkeypatch.setattr(intake, "CHUNK", 20)
    chance = random.Random(7085)
    ours = agency()
    offer(ours, product(ours))
    kills = files = 0
    while kills < KILLS:
        files += 1
        batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=ROWS, bad=10, seed=files))
        with opened(ours.scope):
            actions.enqueue("read", ours.scope, batch.id)
        while again(ours.scope, batch).state != State.DONE:
            kills += _killed_after(chance.uniform(0.1, 0.6))
            _accept_when_planned(ours.scope, batch)
        _assert_every_row_has_one_outcome(ours, batch)
    with opened(ours.scope):
        processed = Mutation.objects.filter(state="processed").count()
        assert Participation.objects.count() == Participant.objects.count() == processed
        assert PolicyTerm.objects.values("participation_id").distinct().count() == processed


def _assert_every_row_has_one_outcome(ours, batch) -> None:
    found = again(ours.scope, batch)
    with opened(ours.scope):
        rows = list(chunks.opened(found, chunks.places(batch.id, outcomes=True)))
        assert [row.sent.number for row in rows] == list(range(3, 3 + ROWS))
        assert all(row.outcome for row in rows)
        assert sum(found.outcome_counts.values()) == found.rows == ROWS
        mutations = dict(Mutation.objects.filter(source__startswith=f"{batch.id}/").values_list("id", "source"))
        # One mutation per row that says something, and the row knows which.
        assert {row.mutation_id: f"{batch.id}/{row.sent.number}" for row in rows} == mutations
        states = set(Mutation.objects.filter(id__in=mutations).values_list("state", flat=True))
        assert states == {"processed", "rejected"}


@pytest.mark.feature("K04")
@pytest.mark.usefixtures("committed_db")
def test_a_run_that_is_killed_again_and_again_fixes_every_contract_once(monkeypatch):
    monkeypatch.setattr(fixing, "_AT_ONCE", 1)
    chance = random.Random(4)
    customers = [agency(name=f"Bureau {number}") for number in range(40)]
    sanne = clerk()
    month = due_month(timezone.localdate())
    run = runs.start(sanne, "flow_lists", f"{month:%Y-%m}", now=timezone.now())
    kills = 0
    while (stands := one_run(sanne, run)).under_way:
        # How far it is and what was done are one transaction, wherever it was killed.
        assert stands.done == _fixed(month)
        kills += _killed_after(chance.uniform(0.2, 0.8))
    assert kills > 3
    assert (stands.state, stands.done, stands.total) == (RunState.DONE, 80, 80)
    for customer in customers:
        with opened(customer.scope):
            assert FixedMonth.objects.filter(month=month).count() == len(customer.contracts)


def _fixed(month: date) -> int:
    """For how many contracts a month is fixed."""
    with housekeeping():
        return FixedMonth.objects.filter(month=month).count()
