"""The process that works off jobs."""

from __future__ import annotations

import logging
import time

import psycopg
import psycopg_pool
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

_log = logging.getLogger(__name__)

# What the queue raises when the database went away.
_AWAY = (ConnectorException, psycopg.OperationalError, psycopg_pool.PoolTimeout)
_PAUSE = 2.0
# Who is silent for four of these is taken for dead (`bulk.jobs.take_up_again`).
_HEARTBEAT = 5.0


def work_off(queues: list[str] | None, name: str) -> None:
    """Work off jobs until told to stop. While the database is away it is asked again every two seconds.

    A job that was under way then has lost its transaction: it is found by the worker's silent heartbeat, and done
    again from where its chunks say it was.
    """
    while True:
        try:
            connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
            with app.replace_connector(connector) as running:
                running.run_worker(
                    queues=queues, name=name, concurrency=1, delete_jobs="successful",
                    update_heartbeat_interval=_HEARTBEAT,
                )  # fmt: skip
            return
        except _AWAY as away:
            _log.warning("%s: the database is away (%s)", name, type(away).__name__)
            time.sleep(_PAUSE)
