"""A file of new rows from upload to visible participants, the same file again, and onto a million participants.

The BRP simulator answers over loopback; two lanes work as in the demo. The floor is parsing the same file and
COPYing the same cells into a bare table: an ordinary one, without index, committed.

`upload-million` is the largest file once more, in a copy of a database with a million participants, 60% of them of
the organisation that uploads, and none of them in the file. Its `us_per_row` has the time of a row for each step of
the growth, and `growth` how much that is of the step before: 1 is linear.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import filling
from .installation import STATE, running
from .report import Line, seconds, watched_memory

SIZES = (10_000, 100_000)
EXISTING = 1_000_000
# As many former participants as the lists are measured with.
FORMER = 30


def every_upload() -> Iterator[Line]:
    """New rows at 10,000 and 100,000; the largest file again, of which nothing may change; onto a million."""
    per_row: dict[str, float] = {}
    with running("bench_upload") as stack:
        for size in SIZES:
            path = file_of(size)
            floor = floor_of(path, size)
            line = measured(stack, "upload", path, size, floor)
            per_row[str(size)] = 1e6 / line.per_s
            yield line
        yield measured(stack, "upload-repeat", path, size, floor, nothing_new=True)
    full = filling.made(EXISTING, former=FORMER)
    with running("bench_upload_million", template=full) as stack:
        line = measured(stack, "upload-million", path, size, floor)
    per_row["million"] = 1e6 / line.per_s
    growth = {f"{before}-{after}": round(per_row[after] / per_row[before], 2) for before, after in pairwise(per_row)}
    line.more.update(us_per_row={step: round(time_, 1) for step, time_ in per_row.items()}, growth=growth)
    yield line


def file_of(size: int) -> Path:
    """A file of that many new people; everyone of one size is somebody else than everyone of another."""
    from collectief.demo.files import write_demo_file

    path = STATE / f"rows-{size}.xlsx"
    if not path.exists():
        write_demo_file(path, rows=size, seed=size, first_day=date(2026, 11, 1))
    return path


def floor_of(path: Path, size: int) -> float:
    """Rows per second of parsing the file and copying its cells, the best of three."""
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


def measured(stack: Any, bench: str, path: Path, size: int, floor: float, *, nothing_new: bool = False) -> Line:
    """Upload the file, accept its plan, and wait until everyone in it is there. Raises RuntimeError when it is not."""
    from collectief.bulk import actions, queries, steps
    from collectief.bulk.rules import State
    from collectief.demo.cast import BRUG
    from collectief.demo.world import scope_of
    from collectief.mutations.corridor import this_moment
    from collectief.scope.database import opened

    scope = scope_of(BRUG, BRUG.colleagues[0], channel="upload")
    taken: dict[str, float] = {}

    def wait(batch_id: int, state: str) -> None:
        while True:
            with opened(scope):
                now = queries.batch(scope, batch_id).state
            if now == state:
                return
            if now in (State.REFUSED, State.CANCELLED):
                raise RuntimeError(now)
            if broken := stack.broken():
                raise RuntimeError(f"ended by themselves: {broken}")
            time.sleep(0.1)

    with watched_memory() as memory:
        begin = time.perf_counter()
        with opened(scope), path.open("rb") as stream:
            batch = actions.receive(scope, stream, file_name=path.name, file_size=path.stat().st_size)
            steps.enqueue("read", scope, batch.id)
        wait(batch.id, State.PLANNED)
        taken["plan_s"] = round(time.perf_counter() - begin, 2)
        with opened(scope):
            version = queries.batch(scope, batch.id).version
            actions.accept(scope, batch.id, version=version, moment=this_moment())
            steps.enqueue("carry_out", scope, batch.id)
        wait(batch.id, State.DONE)
        took = time.perf_counter() - begin
    with opened(scope):
        counts = queries.batch(scope, batch.id).outcome_counts
    expected = "unchanged" if nothing_new else "processed"
    if counts[expected] != size:
        raise RuntimeError(f"{bench}: {counts}")
    return Line(bench, size, size / took, floor, memory.peak / 1e6, {**taken, "took_s": round(took, 2)})
