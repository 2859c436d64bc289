"""Runs: start, step, resume; each step is one transaction with what it did (K04, law 3)."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.contracts.models import Insurer
from collectief.scope.database import housekeeping, office, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Run
from .queries import known_kind
from .rules import UNDER_WAY, Kind, RunRefused, RunState, judge_start, registry

_log = logging.getLogger(__name__)

# Of two at the same moment one plans it, and so one job is for it; what was done of it stays counted.
_PLAN = """
INSERT INTO run (insurer_id, kind, subject, state, planned_by, planned_by_id, planned_at, done, total, failure)
VALUES (%(insurer)s, %(kind)s, %(subject)s, 'planned', %(by)s, %(by_id)s, %(now)s, 0, %(left)s, '')
    ON CONFLICT (insurer_id, kind, subject) DO UPDATE
   SET state = 'planned', planned_by = excluded.planned_by, planned_by_id = excluded.planned_by_id,
       planned_at = excluded.planned_at, started_at = NULL, finished_at = NULL, failure = '', failed_at = NULL,
       total = run.done + excluded.total
 WHERE run.state IN ('done', 'failed')
RETURNING id
"""


@transaction.atomic
def start(scope: Scope, slug: str, subject: str, *, now: datetime) -> int:
    """Start a run, or one that failed or has more to do again; its number.

    Raises NotAllowed, NoRun, and RunRefused when it is under way or nothing is left to do.
    """
    scope.require(Permission.START_RUNS)
    kind = known_kind(slug, subject, today=timezone.localdate(now))
    with housekeeping():
        preview = kind.preview(scope.insurer_id, subject)
    judge_start(preview)
    run_id = _plan(scope.insurer_id, kind, subject, preview.left, now, by=scope.account, by_id=scope.account_id)
    if run_id is None:
        raise RunRefused("under_way")
    with opened(scope):
        audit.record(scope, "runs.start", objects={"run": [run_id]}, detail=_told(slug, subject, preview.left))
    return run_id


def plan_due(today: date, *, now: datetime) -> None:
    """Plan what is due at every insurer and not done yet; it costs a look once that is so."""
    with office():
        insurers = list(Insurer.objects.order_by("id"))
    for insurer in insurers:
        for kind in registry.kinds.values():
            subject = kind.due(today)
            if subject is not None:
                _plan_due(insurer, kind, subject, now)


@transaction.atomic
def _plan_due(insurer: Insurer, kind: Kind, subject: str, now: datetime) -> None:
    with housekeeping():
        preview = kind.preview(insurer.id, subject)
    if preview.left and (run_id := _plan(insurer.id, kind, subject, preview.left, now)) is not None:
        _record(insurer, "runs.plan", run_id, _told(kind.slug, subject, preview.left))


def _plan(
    insurer_id: int, kind: Kind, subject: str, left: int, now: datetime, *, by: str = "", by_id: int | None = None
) -> int | None:
    """Put a run in the queue; None when it is there already."""
    given: dict[str, Any] = {
        "insurer": insurer_id, "kind": kind.slug, "subject": subject, "by": by, "by_id": by_id, "now": now,
        "left": left,
    }  # fmt: skip
    with housekeeping(), connection.cursor() as cursor:
        cursor.execute(_PLAN, given)
        found = cursor.fetchone()
    if found is None:
        return None
    queue.configure_task("runs.go_on").defer(run_id=found[0])
    return int(found[0])


def go_on(run_id: int) -> None:
    """Do what is still to be done of a run, step by step; nothing of one that is not under way.

    Whoever else goes on with it waits for each step, and then does the next.
    """
    while _step(run_id):
        pass


def _step(run_id: int) -> bool:
    """Whether there may be another step after this one."""
    now = timezone.now()
    with housekeeping():
        run = Run.objects.select_for_update(of=("self",)).filter(id=run_id, state__in=UNDER_WAY).first()
        if run is None:
            return False
        run.started_at = run.started_at or now
        count = registry.kind(run.kind).step(run.insurer_id, run.subject, now)
        run.done += count
        run.failure, run.failed_at = "", None
        run.state = RunState.RUNNING if count else RunState.DONE
        run.finished_at = None if count else now
        run.save(update_fields=["state", "started_at", "finished_at", "done", "failure", "failed_at"])
        if not count:
            with office():
                insurer = Insurer.objects.get(id=run.insurer_id)
            _record(insurer, "runs.done", run.id, _told(run.kind, run.subject, run.done))
        return bool(count)


def stumble(run_id: int, problem: str, *, last: bool, now: datetime) -> None:
    """A step met a problem, and what it had done is undone; `last`: it is not tried again by itself."""
    _log.error("run %d: %s", run_id, problem)
    with housekeeping():
        own = Run.objects.filter(id=run_id, state__in=UNDER_WAY)
        own.update(failure=problem, failed_at=now, state=RunState.FAILED if last else RunState.RUNNING)


def _told(kind: str, subject: str, units: int) -> dict[str, object]:
    return {"kind": kind, "subject": subject, "units": units}


def _record(insurer: Insurer, action: str, run_id: int, detail: dict[str, object]) -> None:
    """What happens by itself, in the insurer's trail."""
    audit.record_operator(
        insurer.id, insurer.name, insurer.name, action, objects={"run": [run_id]}, roles=("automatic",),
        purpose=audit.PURPOSE, detail=detail,
    )  # fmt: skip
