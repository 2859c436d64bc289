"""What the worker tidies between organisations: it sees when batches came and where they stand, not what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from . import vault
from .rules import ENDED, State

# Which step a busy batch waits for.
_STEPS = {State.RECEIVED: "read", State.PLANNING: "plan", State.CARRYING_OUT: "carry_out"}


@dataclass(frozen=True, slots=True)
class IdleBatch:
    """A busy batch, whose it is and which step it waits for."""

    id: int
    organisation_id: int
    account_id: int
    brand: str
    step: str


def forget_before(moment: datetime) -> list[str]:
    """Destroy key and rows of batches that ended before `moment`, or that nobody accepted since then.

    Gives the names of the files to remove once that is committed. Must run inside `housekeeping`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch SET key_sealed = NULL, stored_as = '', finished_at = coalesce(finished_at, now()),"
            " state = CASE WHEN state = ANY (%(ended)s) THEN state ELSE %(cancelled)s END"
            " FROM (SELECT id, stored_as FROM batch WHERE coalesce(finished_at, created_at) < %(moment)s"
            " AND key_sealed IS NOT NULL FOR UPDATE) old WHERE batch.id = old.id RETURNING batch.id, old.stored_as",
            {"ended": [str(state) for state in ENDED], "cancelled": State.CANCELLED, "moment": moment},
        )
        forgotten = cursor.fetchall()
        cursor.execute("DELETE FROM batch_chunk WHERE batch_id = ANY (%s)", [[id_ for id_, _ in forgotten]])
        cursor.execute("DELETE FROM register_check WHERE checked_at < %s", [moment])
        # A file whose removal was missed, because the worker died just then: its rows are in the table.
        cursor.execute(
            "SELECT stored_as FROM batch WHERE stored_as <> '' AND state <> %s"
            " AND created_at < now() - interval '1 day'",
            [State.RECEIVED],
        )
        missed = [name for (name,) in cursor.fetchall()]
    return [name for _, name in forgotten if name] + missed


def remove_files(names: Sequence[str]) -> None:
    """Remove uploaded files that have no use any more, and any that no batch ever came to know."""
    for name in names:
        vault.remove_file(name)


def idle_batches(since: datetime) -> list[IdleBatch]:
    """Busy batches that are older than `since` and that no job is waiting or working for.

    Must run inside `housekeeping`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, organisation_id, account_id, brand, state FROM batch b WHERE state = ANY (%s)"
            " AND greatest(created_at, accepted_at) < %s AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs j"
            " WHERE j.status IN ('todo', 'doing') AND j.lock LIKE '%%/' || b.id || '/%%')",
            [[str(state) for state in _STEPS], since],
        )
        return [
            IdleBatch(id_, organisation_id, account_id, brand, _STEPS[State(state)])
            for id_, organisation_id, account_id, brand, state in cursor.fetchall()
        ]
