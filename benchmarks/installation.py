"""An installation to measure: its database, and as many of its other parts as the measurement needs.

Everything stands under one folder and one server; each benchmark has a database of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import sql

STATE = Path(".data/bench")
PORT = 18_900


def installation(database: str) -> Any:
    """The stack of this database, its server started. Raises RuntimeError where the server is not ours to fill."""
    from collectief.config.stack import Stack

    stack = Stack(PORT, STATE, database=database, scale=0)
    if stack.start_server() is None:
        raise RuntimeError("benchmarks make their own databases: unset DATABASE_URL")
    return stack


def work_in(stack: Any) -> None:
    """Have this process, too, work in the database of `stack`, whichever it worked in before."""
    os.environ.update(stack.environment)
    import django
    from django.db import connections

    django.setup()
    close()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = stack.database


def close() -> None:
    """Let go of the database: what nobody is connected to can be copied and renamed."""
    from django.db import connections

    connections.close_all()


def exists(stack: Any) -> bool:
    """Whether the database was made before."""
    with stack.server.superuser() as connection:
        asked = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [stack.database])
        return asked.fetchone() is not None


@contextmanager
def running(database: str, *, template: str | None = None, workers: bool = True) -> Iterator[Any]:
    """An installation on a new database with simulators and workers; a copy of `template`, when given, is not kept."""
    stack = installation(database)
    try:
        stack.server.drop_database(database)
        if template:
            copy(stack, template)
        stack.prepare()
        work_in(stack)
        stack.start_simulators()
        if workers:
            stack.start_workers()
            stack.wait_for_workers()
        yield stack
    finally:
        stack.stop(database=False)
        if template:
            stack.server.drop_database(database)
        stack.stop()


def copy(stack: Any, template: str) -> None:
    """Make the database of `stack` as a copy of another, that nobody is connected to."""
    # As files: by way of the log, which is the default, a large copy would leave checkpoints to the measurement.
    with stack.server.superuser() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(stack.database), sql.Identifier(template)
            )
        )
