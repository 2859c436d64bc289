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
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count

import pytest
from django.db import connections
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.bulk import actions, chunks, intake, jobs, queries, steps
from collectief.bulk.rules import State
from collectief.config.worker import queue_app
from collectief.deductible import importing
from collectief.deductible.models import DeductibleImport, DeductibleUse
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
from collectief.scope.database import auditing, housekeeping, opened
from tests.bulk_world import Register, again, demo_file, received
from tests.deductible_world import brought, core_file, numbers
from tests.office_world import clerk
from tests.terms_world import offer, product
from tests.web.visiting import crowd
from tests.world import agency

KILLS = 200
ROWS = 400


def _work_off() -> None:
    # In a thread of its own: a browser's event loop may stand in this one.
    worker = threading.Thread(target=asyncio.run, args=(_worker(),))
    worker.start()
    worker.join()


async def _worker() -> None:
    running = queue_app()
    async with running.open_async():
        for job in await running.job_manager.get_stalled_jobs(seconds_since_heartbeat=0):
            await running.job_manager.retry_job(job)
        await running.run_worker_async(
            queues=["bulk"], wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False
        )


def _killed_after(seconds: float, work: Callable[[], object] = _work_off) -> bool:
    """Let a process work and kill it after `seconds`; whether it was still at work."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
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


def _moments(chance: random.Random) -> Iterator[float]:
    """Seconds after which to kill: at first few, so that a fast machine is not done before, and then ever more."""
    return (chance.uniform(0.05, 0.1 + 0.05 * number) for number in count())


def _accept_when_planned(scope, batch) -> None:
    with opened(scope):
        found = queries.batch(scope, batch.id)
        if found.state == State.PLANNED:
            actions.accept(scope, batch.id, version=found.version, moment=jobs.moment())
            steps.enqueue("carry_out", scope, batch.id)


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
            steps.enqueue("read", ours.scope, batch.id)
        before = kills
        while again(ours.scope, batch).state != State.DONE:
            # More for a file that is not done: a slow machine would come through none of its steps in half a second.
            kills += _killed_after(chance.uniform(0.1, 0.6 + 0.02 * (kills - before)))
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
    moments = _moments(random.Random(4))
    customers = [agency(name=f"Bureau {number}") for number in range(40)]
    sanne = clerk()
    month = due_month(timezone.localdate())
    run = runs.start(sanne, "flow_lists", f"{month:%Y-%m}", now=timezone.now())
    kills = 0
    while (stands := one_run(sanne, run)).under_way:
        # How far it is and what was done are one transaction, wherever it was killed.
        assert stands.done == _fixed(month)
        kills += _killed_after(next(moments))
    assert kills > 3
    assert (stands.state, stands.done, stands.total) == (RunState.DONE, 80, 80)
    for customer in customers:
        with opened(customer.scope):
            assert FixedMonth.objects.filter(month=month).count() == len(customer.contracts)


def _fixed(month: date) -> int:
    """For how many contracts a month is fixed."""
    with housekeeping():
        return FixedMonth.objects.filter(month=month).count()


@pytest.mark.feature("U25")
@pytest.mark.usefixtures("committed_db")
def test_an_import_that_is_killed_again_and_again_takes_every_line_over_once(monkeypatch, tmp_path):
    monkeypatch.setattr(importing, "_AT_ONCE", 2)
    ours = agency()
    offer(ours, product(ours))
    people, known, today = crowd(ours, 80), numbers(ours), timezone.localdate()
    lines = [f"{known[id_]};{today.year};385;{place};{today}" for place, id_ in enumerate(people)]
    path = core_file(tmp_path, [*lines, "x"])
    kills, moments = 0, _moments(random.Random(25))
    while True:
        kills += _killed_after(next(moments), lambda: brought(ours, path))
        with housekeeping():
            files = list(DeductibleImport.objects.order_by("id"))
            used = sorted(DeductibleUse.objects.values_list("participant_id", flat=True))
        # What is known, what the file's row says of it and what the trail does are one transaction.
        told = _events(ours, "deductible.import")
        assert sum(file.new for file in files) == len(used)
        assert sorted(id_ for event in told for id_ in event.participant_ids) == used
        if files and files[-1].finished_at:
            break
    last = files[-1]
    assert used == sorted(people) and kills > 3
    assert (last.lines, last.new + last.unchanged, last.changed, last.refused) == (81, 80, 0, 1)
    assert [event.object_ids for event in _events(ours, "deductible.import_done")] == [{"deductible_import": [last.id]}]
    assert not any(file.finished_at for file in files[:-1])


def _events(customer, action: str) -> list[AuditEvent]:
    with auditing(customer.scope.insurer_id):
        return list(AuditEvent.objects.filter(action=action).order_by("id"))
