"""The same file of 10,000 new rows through Collectief, and through django-import-export doing the same checks.

`per_s` is ours from file to visible participants and the floor that of `upload`. The peer is the resource of
`peer_resource` in one process, as the library's admin does it: parse the file and import it as a trial that is rolled
back, then parse it again and import it. `peer_per_s` is what it reaches with the library's bulk mode,
`peer_row_by_row_per_s` with its defaults; `times_as_fast` and `times_as_fast_row_by_row` are ours over theirs.

The peer is spared what is not its business: it works as the owner of the tables, without row security; the BRP is
asked by our client, once for the whole file, and its answers serve for the import after the trial; nothing passes a
web server. Both have the machine to themselves.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .installation import running
from .report import Line
from .upload import SIZES, file_of, floor_of, measured

SIZE = SIZES[0]


def beside_import_export() -> Iterator[Line]:
    """One line: ours, and theirs in both ways."""
    with running("bench_upload") as stack:
        path = file_of(SIZE)
        line = measured(stack, "upload-peer", path, SIZE, floor_of(path, SIZE))
    for name, resource in (("", "InBulk"), ("_row_by_row", "RowByRow")):
        with running("bench_peer", workers=False):
            took = _imported(path, resource)
        per_s = SIZE / took["took_s"]
        line.more[f"peer{name}_per_s"] = round(per_s, 1)
        line.more[f"times_as_fast{name}"] = round(line.per_s / per_s, 1)
        line.more[f"peer{name}"] = {step: round(time_, 2) for step, time_ in took.items()}
    yield line


def _imported(path: Path, resource: str) -> dict[str, float]:
    """Import the file; how long each step took, and all of them together."""
    from import_export.formats.base_formats import XLSX

    from collectief.demo.cast import BRUG
    from collectief.demo.world import scope_of
    from collectief.mutations.corridor import this_moment

    from . import peer_resource

    scope = scope_of(BRUG, BRUG.colleagues[0], channel="upload")
    moment = this_moment()
    answers: dict[bytes, Any] = {}
    took: dict[str, float] = {}
    with _as_owner():
        begin = time.perf_counter()
        for step in ("trial", "import"):
            start = time.perf_counter()
            dataset = XLSX().create_dataset(path.read_bytes())
            parsed = time.perf_counter()
            made = getattr(peer_resource, resource)(scope, moment, answers)
            result = made.import_data(dataset, dry_run=step == "trial", rollback_on_validation_errors=True)
            took |= {f"parse_{step}_s": parsed - start, f"{step}_s": time.perf_counter() - parsed}
            _expect(result)
        took["took_s"] = time.perf_counter() - begin
        _expect_all(scope)
    return took


def _expect(result: Any) -> None:
    if result.has_errors() or result.has_validation_errors() or result.totals["new"] != SIZE:
        wrong = [error.error for error in result.base_errors] or [str(row.error) for row in result.invalid_rows[:3]]
        raise RuntimeError(f"{dict(result.totals)}: {wrong or result.row_errors()[:1]}")


def _expect_all(scope: Any) -> None:
    """Everything must stand in the tables as our own upload leaves it."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("person", "participant", "participation", "policy_term", "mutation"):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE insurer_id = %s", [scope.insurer_id])
            if (count := cursor.fetchone()[0]) != SIZE:
                raise RuntimeError(f"{count} rows in {table}")
        cursor.execute("SELECT sum(cardinality(participant_ids)) FROM audit_event WHERE action = 'mutation.enrol'")
        if (count := cursor.fetchone()[0]) != SIZE:
            raise RuntimeError(f"{count} participants in the trail")


@contextmanager
def _as_owner() -> Iterator[None]:
    """Work as the owner, to whom row security then does not apply: a project without it would pay nothing for it."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        # The trail is nobody's to write but the roles' that we work in.
        cursor.execute("GRANT SELECT, INSERT ON audit_event TO current_user")
    connections.close_all()
    login = {key: connections["default"].settings_dict[key] for key in ("USER", "PASSWORD")}
    connections["default"].settings_dict |= {key: connections["owner"].settings_dict[key] for key in login}
    try:
        yield
    finally:
        connections.close_all()
        connections["default"].settings_dict |= login
