"""The worker's side of an upload: every job can be killed anywhere and run again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from collectief.access.queries import scope_again
from collectief.mutations.corridor import Moment
from collectief.participants import register
from collectief.scope.database import housekeeping, opened
from collectief.scope.scope import Scope

from . import actions, housework, rows

_PATIENCE = RetryStrategy(max_attempts=10_000, wait=15)


class RegisterSilent(RuntimeError):
    """The BRP did not answer for everyone: the job is tried again, the batch waits."""


def moment() -> Moment:
    now = timezone.now()
    return Moment(timezone.localdate(now), now)


@app.task(name="bulk.read", queue="bulk", retry=_PATIENCE)
def read(*, organisation_id: int, account_id: int, brand: str, batch_id: int) -> None:
    """Read the file; then both lanes plan."""
    scope = scope_again(account_id, organisation_id, brand, channel="upload")
    actions.read(scope, batch_id, moment())
    with opened(scope):
        actions.enqueue("plan", scope, batch_id)


@app.task(name="bulk.plan", queue="bulk", retry=_PATIENCE)
def plan(*, organisation_id: int, account_id: int, brand: str, batch_id: int, lane: int) -> None:
    """Ask the BRP and judge, chunk by chunk; raises RegisterSilent to be tried again."""
    scope = scope_again(account_id, organisation_id, brand, channel="upload")
    _each_chunk(scope, batch_id, lane, "planned = ''", lambda chunk: plan_chunk(scope, batch_id, lane, chunk))
    actions.finish_planning(scope, batch_id, moment())


def plan_chunk(scope: Scope, batch_id: int, lane: int, chunk: int) -> None:
    """Bring one chunk from rows to verdicts. No transaction is open while the BRP is asked."""
    sealed = actions.unplanned(scope, batch_id, lane, chunk)
    if sealed:
        answer = register.ask(register.current_register(), scope, sealed)
        with opened(scope):
            register.keep(scope, answer, now=timezone.now())
        if answer.unanswered:
            actions.note_silence(scope, batch_id, silent=True)
            raise RegisterSilent(len(answer.unanswered))
        actions.note_silence(scope, batch_id, silent=False)
    actions.plan_chunk(scope, batch_id, lane, chunk, moment())


@app.task(name="bulk.carry_out", queue="bulk", retry=_PATIENCE)
def carry_out(*, organisation_id: int, account_id: int, brand: str, batch_id: int, lane: int) -> None:
    """Carry the accepted plan out, chunk by chunk."""
    scope = scope_again(account_id, organisation_id, brand, channel="upload")
    _each_chunk(
        scope, batch_id, lane, "outcome = ''",
        lambda chunk: actions.carry_out_chunk(scope, batch_id, lane, chunk, moment()),
    )  # fmt: skip
    actions.finish(scope, batch_id, moment())


@app.periodic(cron="17 3 * * *")
@app.task(name="bulk.forget", queue="bulk", pass_context=False)
def forget(timestamp: int) -> None:
    """Each night: batches whose 30 days are over lose their key and rows (law 9)."""
    with housekeeping():
        housework.forget_before(timezone.now() - timedelta(days=30))


@app.periodic(cron="* * * * *")
@app.task(name="bulk.take_up_again", queue="interactive", pass_context=False, queueing_lock="take_up_again")
async def take_up_again(timestamp: int) -> None:
    """Each minute: jobs whose worker died are put back in the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=30):
        await app.job_manager.retry_job(job)


def _each_chunk(scope: Scope, batch_id: int, lane: int, where: str, work: Callable[[int], None]) -> None:
    with opened(scope):
        left = rows.chunks(batch_id, lane, where)
    for chunk in left:
        work(chunk)
