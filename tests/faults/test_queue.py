"""What a job puts in the queue is in the transaction of its cause, also while a worker runs it."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import connections

from collectief.bulk import actions
from collectief.config.worker import queue_app
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
        actions.enqueue("read", ours.scope, batch.id)
    queued, looked = threading.Event(), threading.Event()

    def read(scope, batch_id, moment):
        with opened(scope):
            actions.enqueue("plan", scope, batch_id)
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
