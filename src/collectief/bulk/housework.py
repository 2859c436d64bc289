"""What the worker tidies between organisations: it sees when batches came and where they stand, not what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.utils import timezone

from collectief.foundation.period import ONE_DAY

from .rules import ENDED, REMIND_AFTER, State

# Which step a busy batch waits for.
_STEPS = {State.RECEIVED: "read", State.PLANNING: "plan", State.CARRYING_OUT: "carry_out"}


@dataclass(frozen=True, slots=True)
class Unended:
    """A batch that something must still be done about, whose it is and which step it waits for ("" for its sender)."""

    id: int
    organisation_id: int
    account_id: int
    brand: str
    step: str
    mandate_id: int | None = None


_UNENDED = "SELECT id, organisation_id, account_id, brand, state, mandate_id FROM batch b WHERE"


def overdue_batches(before: datetime) -> list[Unended]:
    """What was sent before `before` and never came to an end, as a plan that nobody accepted. Inside `housekeeping`."""
    return _unended(f"{_UNENDED} created_at < %s AND state <> ALL (%s)", [before, [str(state) for state in ENDED]])


def to_remind(today: date) -> list[Unended]:
    """Plans that wait for agreement and of which that is to be told once more. Must run inside `housekeeping`."""
    late = " OR ".join("(reminded < %s AND created_at < %s)" for _ in REMIND_AFTER)
    given: list[Any] = []
    for number, after in enumerate(REMIND_AFTER, 1):
        given += [number, timezone.make_aware(datetime.combine(today - after + ONE_DAY, time.min))]
    return _unended(f"{_UNENDED} state = %s AND ({late})", [State.PLANNED, *given])


def forget(before: datetime, *, also: Sequence[int] = ()) -> None:
    """Destroy key and rows of batches that ended before `before`, and of `also`. Must run inside `housekeeping`.

    What of `also` nobody could be found to end it for is cancelled here: without its key it comes to nothing else.
    """
    ended = [str(state) for state in ENDED]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch SET key_sealed = NULL, stored_as = '', finished_at = coalesce(finished_at, now()),"
            " state = CASE WHEN state = ANY (%s) THEN state ELSE %s END WHERE key_sealed IS NOT NULL"
            " AND (state = ANY (%s) AND finished_at < %s OR id = ANY (%s)) RETURNING id",
            [ended, State.CANCELLED, ended, before, list(also)],
        )
        forgotten = [id_ for (id_,) in cursor.fetchall()]
        cursor.execute("DELETE FROM batch_chunk WHERE batch_id = ANY (%s)", [forgotten])
        cursor.execute("DELETE FROM register_check WHERE checked_at < %s", [before])


def awaited_files() -> set[str]:
    """The uploaded files whose rows are still to be read. Must run inside `housekeeping`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stored_as FROM batch WHERE state = %s", [State.RECEIVED])
        return {name for (name,) in cursor.fetchall()}


def idle_batches(since: datetime) -> list[Unended]:
    """Busy batches that are older than `since` and that no job is waiting or working for.

    Must run inside `housekeeping`.
    """
    return _unended(
        f"{_UNENDED} state = ANY (%s) AND greatest(created_at, accepted_at) < %s AND NOT EXISTS (SELECT 1"
        " FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing') AND j.lock LIKE '%%/' || b.id || '/%%')",
        [[str(state) for state in _STEPS], since],
    )


def _unended(query: str, given: list[Any]) -> list[Unended]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [
            Unended(id_, organisation_id, account_id, brand, _STEPS.get(State(state), ""), mandate_id)
            for id_, organisation_id, account_id, brand, state, mandate_id in cursor.fetchall()
        ]
