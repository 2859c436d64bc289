"""The worker's side of an upload: every job can be killed anywhere and run again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from collectief.access.queries import NoAccess, scope_again, scope_without_rights
from collectief.mutations.corridor import Moment
from collectief.mutations.corridor import this_moment as moment
from collectief.participants.register import RegisterSilent
from collectief.scope.database import housekeeping, opened
from collectief.scope.patience import Patience, faults_of
from collectief.scope.scope import NotAllowed, Scope

from . import actions, chunks, housework, queries, reminding, rules, steps, vault

_log = logging.getLogger(__name__)
_PATIENCE = Patience(RegisterSilent, seconds=15)

# A file is gone as soon as its rows are read; what lies longer was left behind.
_FILES_KEPT = timedelta(days=1)
# After this a busy batch that nobody works on is taken up again.
_IDLE = timedelta(minutes=2)


@app.task(name="bulk.read", queue="bulk", retry=_PATIENCE, pass_context=True)
def read(context: JobContext, **ids: Any) -> None:
    """Read the file; then both lanes plan."""
    _work(context, ids, lambda scope, batch_id: actions.read(scope, batch_id, moment()))


@app.task(name="bulk.plan", queue="bulk", retry=_PATIENCE, pass_context=True)
def plan(context: JobContext, *, lane: int, **ids: Any) -> None:
    """Ask the BRP and judge, chunk by chunk; raises RegisterSilent to be tried again."""
    _work(context, ids, lambda scope, batch_id: plan_lane(scope, batch_id, lane))


@app.task(name="bulk.carry_out", queue="bulk", retry=_PATIENCE, pass_context=True)
def carry_out(context: JobContext, *, lane: int, **ids: Any) -> None:
    """Carry the accepted plan out, chunk by chunk."""
    _work(context, ids, lambda scope, batch_id: carry_out_lane(scope, batch_id, lane))


def plan_lane(scope: Scope, batch_id: int, lane: int) -> None:
    """Plan what this lane has left; whoever comes last calls the plan ready."""
    _each_chunk(scope, batch_id, lane, actions.plan_chunk, unplanned=True)
    actions.finish_planning(scope, batch_id, moment())


def carry_out_lane(scope: Scope, batch_id: int, lane: int) -> None:
    """Carry out what this lane has left; whoever comes last calls the batch done."""
    actions.settle_unchanged(scope, batch_id, lane)
    _each_chunk(scope, batch_id, lane, actions.carry_out_chunk, unplanned=False)
    actions.finish(scope, batch_id, moment())


@app.periodic(cron="17 3 * * *")
@app.task(name="bulk.forget", queue="bulk", pass_context=False)
def forget(timestamp: int) -> None:
    """Each night: what was sent and has had its 30 days is gone (law 9)."""
    forget_before(timezone.now() - rules.KEPT)


@app.periodic(cron="41 3 * * *")
@app.task(name="bulk.remind", queue="interactive", queueing_lock="bulk.remind", retry=Patience(seconds=60))
def remind(timestamp: int) -> None:
    """Each night, before the daily mail: of plans that wait for agreement it is told once more (X08)."""
    remind_by(moment())


def remind_by(now: Moment) -> None:
    """The same, as of a moment."""
    with housekeeping():
        due = housework.to_remind(now.today)
    for found in due:
        with _by_itself(found.id):
            reminding.remind(_bare(found), found.id, now)


def forget_before(before: datetime) -> None:
    """Have what was sent before and came to no end end without changing more, and destroy what has had its time."""
    with housekeeping():
        overdue = housework.overdue_batches(before)
    for found in overdue:
        # What it cannot be ended as anybody for, its key is destroyed all the same.
        with _by_itself(found.id):
            actions.expire(_bare(found), found.id, moment())
    with housekeeping():
        housework.forget(before, also=[found.id for found in overdue])
        awaited = housework.awaited_files()
    vault.remove_files_but(awaited, before=timezone.now() - _FILES_KEPT)


@app.periodic(cron="* * * * * */15")
@app.task(name="bulk.take_up_again", queue="interactive", pass_context=False, queueing_lock="take_up_again")
async def take_up_again(timestamp: int) -> None:
    """Four times a minute: jobs whose worker has not been heard of for 20 seconds are put back in the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=20):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            # Another for the same waits already: that one does it, and the jobs after this one are not kept waiting.
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


@app.periodic(cron="* * * * *")
@app.task(name="bulk.wake", queue="interactive", pass_context=False, queueing_lock="wake")
def wake(timestamp: int) -> None:
    """Each minute: busy batches that no job is for, such as a command's that was interrupted, get one."""
    with housekeeping():
        idle = housework.idle_batches(timezone.now() - _IDLE)
    for found in idle:
        with _by_itself(found.id):
            # The step looks the rights up anew, and stops the batch when they are gone.
            scope = _bare(found)
            with opened(scope):
                steps.enqueue(found.step, scope, found.id)


@contextmanager
def _by_itself(batch_id: int) -> Iterator[None]:
    """One batch of many: what goes wrong with it is logged, and keeps the others from nothing."""
    try:
        with transaction.atomic():
            yield
    except (NoAccess, NotAllowed, KeyError) as problem:
        _log.error("batch %d was left: %s", batch_id, type(problem).__name__)


def _bare(found: housework.Unended) -> Scope:
    return scope_without_rights(
        found.account_id, found.organisation_id, found.brand, channel="upload", mandate_id=found.mandate_id
    )


def _work(context: JobContext, ids: dict[str, Any], step: Callable[[Scope, int], None]) -> None:
    """A step with its rights looked up anew; a batch that cannot go on is stopped and says why."""
    who = ids["account_id"], ids["organisation_id"], ids["brand"]
    batch_id, mandate_id = ids["batch_id"], ids.get("mandate_id")

    def stop(code: str) -> None:
        bare = scope_without_rights(*who, channel="upload", mandate_id=mandate_id)
        actions.stop(bare, batch_id, moment(), code=code)

    try:
        scope = scope_again(*who, channel="upload", mandate_id=mandate_id)
        with opened(scope):
            seen = queries.is_seen(scope, batch_id)
        if not seen:
            # Whoever was given fewer contracts meanwhile goes no further with it (G13).
            stop("no_access")
            return
        step(scope, batch_id)
    except (NoAccess, NotAllowed):
        stop("no_access")
    except Exception as problem:
        if not _PATIENCE.lasts(problem, faults_of(context.job)):
            # The kind of problem only: its text may hold what somebody sent.
            _log.error("batch %d stopped: %s", batch_id, type(problem).__name__)
            stop("our_fault")
        raise


def _each_chunk(
    scope: Scope, batch_id: int, lane: int, work: Callable[[Scope, int, int, int, Moment], None], *, unplanned: bool
) -> None:
    with opened(scope):
        left = chunks.left(batch_id, lane=lane, unplanned=unplanned)
    for chunk in left:
        work(scope, batch_id, lane, chunk, moment())
