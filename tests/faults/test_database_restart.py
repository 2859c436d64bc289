"""The database goes down in the middle of an upload and comes back: the workers go on, nothing is lost or doubled.

A whole installation of its own, with its own database server, real workers and the BRP simulator.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from collectief.config.stack import Stack
from collectief.demo.files import write_demo_file
from tests.bulk_world import FIRST_DAY
from tests.conftest import alone
from tests.ports import ports_for_a_stack

STATE = Path(".data/restart")
ROWS = 30_000


@pytest.fixture
def stack() -> Iterator[Stack]:
    shutil.rmtree(STATE, ignore_errors=True)
    with ExitStack() as undone:
        undone.callback(shutil.rmtree, STATE, ignore_errors=True)
        with alone("stack"):
            running = Stack(ports_for_a_stack(), STATE, scale=0)
            undone.callback(running.stop)
            running.prepare()
            running.start_simulators()
            running.start_workers()
        yield running


def _tell(stack: Stack, *what: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.driver", *what], env=stack.environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)


def _until(stack: Stack, batch: str, good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for _ in range(240):
        seen = _tell(stack, "see", batch)
        if good(seen):
            return seen
        assert not stack.broken()
        time.sleep(0.2)
    raise AssertionError(seen)


def _crash_and_come_back(stack: Stack) -> None:
    assert stack.server is not None
    stack.server.stop("immediate")
    time.sleep(1)
    stack.server.start()


@pytest.mark.feature("U21")
@pytest.mark.timeout(300)
def test_the_database_crashes_while_planning_and_while_carrying_out(stack, tmp_path):
    path = tmp_path / "rows.xlsx"
    write_demo_file(path, rows=ROWS, seed=4, first_day=FIRST_DAY)
    batch = str(_tell(stack, "send", str(path))["id"])

    # So many rows that it is under way when it is looked at, about once a second.
    _until(stack, batch, lambda seen: seen["state"] in ("planning", "planned"))
    _crash_and_come_back(stack)
    _until(stack, batch, lambda seen: seen["state"] == "planned")

    _tell(stack, "accept", batch)
    _crash_and_come_back(stack)
    seen = _until(stack, batch, lambda seen: seen["state"] == "done")

    assert seen["outcomes"]["processed"] == seen["rows"] == ROWS
    assert seen["participations"] == seen["mutations"] == ROWS
    _put_in_the_queue_again(stack)
    assert not stack.broken()


def _put_in_the_queue_again(stack: Stack) -> None:
    """Periodic jobs still are: one of them is due four times a minute (`bulk.take_up_again`)."""
    assert stack.server is not None
    now = time.time()
    for _ in range(120):
        with stack.server.superuser(stack.database) as connection:
            [latest] = connection.execute("SELECT max(defer_timestamp) FROM procrastinate_periodic_defers").fetchone()
        if latest > now:
            return
        time.sleep(0.25)
    raise AssertionError(latest)
