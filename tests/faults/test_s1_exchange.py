"""EESSI away, and workers killed between the line and the record: nothing is lost and nothing goes twice (U09).

The real worker works off the real queue against the simulator; in a forked process where it is to be killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections, transaction
from procrastinate.periodic import PeriodicRegistry

from collectief.config.worker import queue_app
from collectief.gateways import loopback
from collectief.gateways.eessi import client, simulator
from collectief.inbox.models import Message
from collectief.scope.database import opened
from collectief.statements import actions, exchange, jobs
from tests.s1_world import ask, asked, insured, queued, row_of
from tests.web.visiting import this_moment

pytestmark = [pytest.mark.feature("U09"), pytest.mark.usefixtures("committed_db"), pytest.mark.timeout(300)]


@pytest.fixture
def eessi(settings) -> Iterator[str]:
    with loopback.running(lambda _: simulator.application("demo")) as address:
        settings.EESSI_URL = address
        yield address


@pytest.fixture
def ours(eessi):
    """An agency that has asked for an S1 of somebody."""
    found, participant = insured()
    moment = this_moment()
    ask(found.scope, participant, asked(moment), moment)
    return found


async def _work_off() -> None:
    running = queue_app()
    # Only what is in the queue: the minute's own jobs would fetch answers before a test does.
    running.periodic_registry = PeriodicRegistry()
    async with running.open_async():
        for job in await running.job_manager.get_stalled_jobs(seconds_since_heartbeat=0):
            await running.job_manager.retry_job(job)
        await running.run_worker_async(
            queues=["interactive"], wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False
        )


def works() -> None:
    """A worker, until the queue is empty; in a thread of its own, since a browser's event loop may stand in this."""
    worker = threading.Thread(target=asyncio.run, args=(_work_off(),))
    worker.start()
    worker.join()
    connections.close_all()


def is_killed_in(module: object, name: str, work: Callable[[], None]) -> None:
    """A worker that is killed without warning when it comes to `name`."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            setattr(module, name, lambda *_args, **_named: os.kill(os.getpid(), signal.SIGKILL))
            worker = threading.Thread(target=work)
            worker.start()
            worker.join()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"never came to {name}"


def fetches() -> None:
    jobs.fetch(timestamp=0)
    connections.close_all()


def received(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/_simulator/received") as answer:
        return json.load(answer)


def behaves(address: str, **how: Any) -> None:
    wish = json.dumps(how).encode()
    urllib.request.urlopen(urllib.request.Request(f"{address}/_simulator/behaviour", wish, method="POST")).close()


def told(scope) -> list[str]:
    with opened(scope):
        return list(Message.objects.filter(category="s1").values_list("code", flat=True))


def test_killed_between_sending_and_recording_it_is_the_same_case(ours, eessi):
    is_killed_in(exchange, "_sent", works)
    assert row_of(ours.scope).state == "asked"
    assert len(received(eessi)["cases"]) == 1
    works()
    state = received(eessi)
    assert (len(state["cases"]), state["copies"]) == (1, 1)
    row = row_of(ours.scope)
    assert (row.state, row.eessi_case) == ("sent", state["cases"][0]["case"])


def test_killed_before_sending_it_goes_all_the_same(ours, eessi):
    is_killed_in(client.AccessPoint, "send", works)
    works()
    assert (row_of(ours.scope).state, received(eessi)["copies"]) == ("sent", 0)


@pytest.mark.parametrize(
    ("module", "name"),
    [(exchange, "_tell"), (exchange, "_record"), (client.AccessPoint, "received")],
    ids=["before it is told", "before it is in the trail", "before it is acknowledged"],
)
def test_killed_while_an_answer_comes_in_it_is_written_and_told_once(ours, eessi, module, name):
    works()
    is_killed_in(module, name, fetches)
    fetches()
    fetches()
    assert row_of(ours.scope).state == "confirmed"
    assert told(ours.scope) == ["s1.confirmed"]
    assert received(eessi)["waiting"] == 0


@pytest.mark.parametrize("fault", ["unavailable", "hang_up", "garbage", "lost_answer"])
def test_while_eessi_is_away_a_request_waits_and_then_goes_once(ours, eessi, fault, database_server, settings):
    behaves(eessi, fail=fault, for_requests=1)
    works()
    row = row_of(ours.scope)
    assert row.state == "asked"
    # Tried again in a minute: as if it had passed.
    assert queued("statements.send") == [row.id]
    with database_server.superuser(settings.DATABASES["default"]["NAME"]) as connection:
        connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE task_name = 'statements.send'")
    works()
    assert row_of(ours.scope).state == "sent"
    assert len(received(eessi)["cases"]) == 1


def test_what_is_rolled_back_is_never_sent(eessi):
    found, participant = insured()
    moment = this_moment()
    with opened(found.scope):
        actions.ask(found.scope, participant, asked(moment), now=moment.now)
        transaction.set_rollback(True)
    works()
    assert received(eessi)["cases"] == []
