"""The process that works off jobs."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import time
from typing import Any

import psycopg
import psycopg_pool
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, connections
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from collectief.scope import secret

_log = logging.getLogger(__name__)

# What the queue raises when the database is away.
_AWAY = (ConnectorException, DatabaseError, psycopg.OperationalError, psycopg_pool.PoolTimeout)
_PAUSE = 2.0
# Who is silent for four of these is taken for dead (`bulk.jobs.take_up_again`).
_HEARTBEAT = 5.0


def work_off(queues: list[str] | None, name: str) -> None:
    """Work off jobs until told to stop (SIGTERM, SIGINT). While the database is away it is tried again and again.

    A job that was under way then has lost its transaction: it is found by the worker's silent heartbeat, and done
    again from where its chunks say it was. Raises WrongSecret.
    """
    _look_for_cycles_less()
    while True:
        try:
            # A job that is taken is lost when its process may not work: so this comes first, each time.
            secret.standing()
            connection.close()
            if asyncio.run(_until_told(queues, name)):
                return
            _log.warning("%s: the line to the database broke", name)
        except _AWAY as away:
            _log.warning("%s: the database is away (%s)", name, type(away).__name__)
        time.sleep(_PAUSE)


def _look_for_cycles_less() -> None:
    """Rows of files go by the hundred thousand, and by themselves: none of them is in a cycle.

    Python looks for cycles after so many new objects, among everything there is; at its own pace that is an eighth of
    the time of an upload.
    """
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


def queue_app() -> App:
    """The queue as a worker sees it: the same jobs, over a connection of its own.

    Beside the app that jobs use, not in its place (as `replace_connector` would have it): what a job puts in the queue
    goes through Django's connection, in the transaction of its cause, and is seen by nobody before that is committed.
    """
    own = App(connector=app.connector.get_worker_connector())  # type: ignore[attr-defined]
    own.tasks, own.periodic_registry = app.tasks, app.periodic_registry
    return own


async def _until_told(queues: list[str] | None, name: str) -> bool:
    """Whether the worker ended because it was told to; else it lost its database."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    which: Any = {"queues": queues} if queues else {}
    # Periodic jobs are put in the queue from the one thread that asgiref keeps for such work. It outlives this loop,
    # and what it holds is a line to the database as it was before.
    await sync_to_async(connections.close_all)()
    running = queue_app()
    async with running.open_async():
        worker = asyncio.create_task(
            running.run_worker_async(
                name=name, concurrency=1, delete_jobs="successful", update_heartbeat_interval=_HEARTBEAT,
                install_signal_handlers=False, **which,
            )
        )  # fmt: skip
        waiting = asyncio.create_task(told.wait())
        await asyncio.wait({worker, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if told.is_set():
            # The job under way is finished first.
            worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
    return told.is_set()
