"""Runs in the background: planned by themselves, and gone on with until they are done."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from collectief.scope.patience import Patience, faults_of

from . import actions

_PATIENCE = Patience(seconds=60)


@app.periodic(cron="23 4 * * *")
@app.task(name="runs.plan_due", queue="interactive", queueing_lock="runs.plan_due", retry=Patience(seconds=60))
def plan_due(timestamp: int) -> None:
    """Every night: what is due is planned, and what failed before is planned again."""
    now = timezone.now()
    actions.plan_due(timezone.localdate(now), now=now)


@app.task(name="runs.go_on", queue="bulk", retry=_PATIENCE, pass_context=True)
def go_on(context: JobContext, *, run_id: int) -> None:
    """Go on with a run until nothing is left; a problem is kept with it, and it is tried again."""
    try:
        actions.go_on(run_id)
    except Exception as problem:
        last = not _PATIENCE.lasts(problem, faults_of(context.job))
        actions.stumble(run_id, type(problem).__name__, last=last, now=timezone.now())
        raise
