"""What a job puts in the queue is in the transaction of its cause, also while a worker runs it."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest
from django.db import connections
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from collectief.bulk import actions, jobs, steps
from collectief.config.worker import queue_app
from collectief.participants.register import RegisterSilent
from collectief.scope.database import opened
from tests.bulk_world import demo_file, received
from tests.world import agency


async def _work_off() -> None:
    running = queue_app()
    async with running.open_async():
        await running.run_worker_async(
            queues=["bulk"], wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False
        )


@pytest.mark.feature("U21")
@pytest.mark.usefixtures("committed_db")
def test_a_step_queued_by_a_job_is_not_seen_before_its_transaction_is_committed(
    monkeypatch, tmp_path, database_server, settings
):
    ours = agency()
    batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3))
    with opened(ours.scope):
        steps.enqueue("read", ours.scope, batch.id)
    queued, looked = threading.Event(), threading.Event()

    def read(scope, batch_id, moment):
        with opened(scope):
            steps.enqueue("plan", scope, batch_id)
            queued.set()
            assert looked.wait(30)

    monkeypatch.setattr(actions, "read", read)
    # What the next step would do is not what this is about.
    monkeypatch.setattr("collectief.bulk.jobs.plan_lane", lambda *args: None)
    worker = threading.Thread(target=asyncio.run, args=(_work_off(),))
    worker.start()

    def planning() -> int:
        with database_server.superuser(settings.DATABASES["default"]["NAME"]) as connection:
            query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'bulk.plan'"
            return connection.execute(query).fetchone()[0]

    try:
        assert queued.wait(30)
        assert planning() == 0
    finally:
        looked.set()
        worker.join(60)
        connections.close_all()
    assert planning() == 2


@pytest.mark.feature("U21")
@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize(("problem", "faults"), [(RegisterSilent(1), 0), (RuntimeError(), 1)])
def test_the_queue_knows_how_often_a_job_failed_by_our_own_fault(
    problem, faults, monkeypatch, tmp_path, database_server, settings
):
    ours = agency()
    batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3))
    with opened(ours.scope):
        steps.enqueue("read", ours.scope, batch.id)

    def read(*given):
        raise problem

    monkeypatch.setattr(actions, "read", read)
    worker = threading.Thread(target=asyncio.run, args=(_work_off(),))
    worker.start()
    worker.join(60)
    connections.close_all()
    with database_server.superuser(settings.DATABASES["default"]["NAME"]) as connection:
        query = "SELECT status, attempts, -priority FROM procrastinate_jobs WHERE task_name = 'bulk.read'"
        assert connection.execute(query).fetchone() == ("todo", 1, faults)


class _Jobs:
    """Two jobs whose worker has gone: for the first another waits already."""

    def __init__(self) -> None:
        self.again: list[str] = []
        self.ended: list[tuple[str, str]] = []

    async def get_stalled_jobs(self, **_: object) -> list[str]:
        return ["doubled", "alone"]

    async def retry_job(self, job: str) -> None:
        if job == "doubled":
            raise UniqueViolation("queueing lock", constraint_name=None, queueing_lock="lock")
        self.again.append(job)

    async def finish_job(self, job: str, status: Status, delete_job: bool) -> None:
        self.ended.append((job, status.value))


def test_a_job_that_another_waits_for_keeps_none_after_it_from_being_taken_up(monkeypatch):
    queue = _Jobs()
    monkeypatch.setattr(jobs, "app", SimpleNamespace(job_manager=queue))
    asyncio.run(jobs.take_up_again.func(0))
    assert (queue.again, queue.ended) == (["alone"], [("doubled", "failed")])
