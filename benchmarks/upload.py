"""A file of new rows from upload to visible participants, and the same file again.

The BRP simulator answers over loopback; two lanes work as in the demo. The floor is parsing the same file and
COPYing the same cells into a bare table: an ordinary one, without index, committed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from .report import Line, seconds, watched_memory

STATE = Path(".data/bench")
SIZES = (10_000, 100_000)


def first_and_repeat() -> Iterator[Line]:
    """New rows at 10,000 and 100,000; then the largest file once more, of which nothing may change."""
    from collectief.config.stack import Stack

    stack = Stack(18_900, STATE, database="bench_upload", scale=0)
    if server := stack.start_server():
        server.drop_database(stack.database)
    stack.prepare()
    os.environ.update(stack.environment)
    import django

    django.setup()
    stack.start_simulators()
    stack.start_workers()
    stack.wait_for_workers()
    try:
        for number, size in enumerate(SIZES):
            path = _file(size, seed=number + 1)
            floor = _floor(path, size)
            yield _measure("upload", path, size, floor)
        yield _measure("upload-repeat", path, size, floor, nothing_new=True)
    finally:
        stack.stop()


def _file(size: int, seed: int) -> Path:
    from collectief.demo.files import write_demo_file

    path = STATE / f"rows-{size}.xlsx"
    if not path.exists():
        write_demo_file(path, rows=size, seed=seed, first_day=date(2026, 11, 1))
    return path


def _floor(path: Path, size: int) -> float:
    from django.db import connections
    from python_calamine import CalamineWorkbook

    connection = connections["owner"]

    def work() -> None:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[2:]
        width = len(rows[0])
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE floor ({})".format(", ".join(f"c{n} text" for n in range(width))))
            with cursor.copy("COPY floor FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute("DROP TABLE floor")

    return size / min(seconds(work) for _ in range(3))


def _measure(bench: str, path: Path, size: int, floor: float, *, nothing_new: bool = False) -> Line:
    from django.utils import timezone

    from collectief.bulk import actions, queries
    from collectief.bulk.rules import State
    from collectief.demo.cast import BRUG
    from collectief.demo.world import scope_of
    from collectief.mutations.corridor import Moment
    from collectief.scope.database import opened

    scope = scope_of(BRUG, BRUG.colleagues[0], channel="upload")
    steps: dict[str, float] = {}

    def wait(batch_id: int, state: str) -> None:
        while True:
            with opened(scope):
                now = queries.batch(scope, batch_id).state
            if now == state:
                return
            if now in (State.REFUSED, State.CANCELLED):
                raise RuntimeError(now)
            time.sleep(0.1)

    with watched_memory() as memory:
        begin = time.perf_counter()
        with opened(scope), path.open("rb") as stream:
            batch = actions.receive(scope, stream, file_name=path.name, file_size=path.stat().st_size)
            actions.enqueue("read", scope, batch.id)
        wait(batch.id, State.PLANNED)
        steps["plan_s"] = round(time.perf_counter() - begin, 2)
        with opened(scope):
            version = queries.batch(scope, batch.id).version
            now = timezone.now()
            actions.accept(scope, batch.id, version=version, moment=Moment(timezone.localdate(now), now))
            actions.enqueue("carry_out", scope, batch.id)
        wait(batch.id, State.DONE)
        took = time.perf_counter() - begin
    with opened(scope):
        counts = queries.batch(scope, batch.id).outcome_counts
    expected = "unchanged" if nothing_new else "processed"
    if counts[expected] != size:
        raise RuntimeError(f"{bench}: {counts}")
    return Line(bench, size, size / took, floor, memory.peak / 1e6, {**steps, "took_s": round(took, 2)})
