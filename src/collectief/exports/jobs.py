"""Lists that are made in the background (X11)."""

from __future__ import annotations

from dataclasses import asdict

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.patience import Patience

from . import making
from .making import Due


@app.periodic(cron="11 * * * *")
@app.task(name="exports.make_due", queue="interactive", queueing_lock="exports.make_due", retry=Patience(seconds=60))
def make_due(timestamp: int) -> None:
    """Every hour, so that a night of outage costs no list: each that is due gets a job."""
    for one in making.due(timezone.localdate()):
        # One at a time of a plan; what a second finds made, it leaves. No lock on queueing: it would keep a job that is
        # tried again from its place where the next hour's already waits.
        make.configure(lock=f"exports.make/{one.plan_id}").defer(**asdict(one))


@app.task(name="exports.make", queue="bulk", retry=Patience(OSError, seconds=60))
def make(
    *,
    plan_id: int,
    insurer_id: int,
    account_id: int,
    organisation_id: int,
    brand: str,
    mandate_id: int | None,
    home_id: int,
) -> None:
    """Make one list. Raises OSError where files cannot be kept, to be tried again for as long as it lasts."""
    one = Due(plan_id, insurer_id, account_id, organisation_id, brand, mandate_id, home_id)
    making.make(one, now=timezone.now())


@app.periodic(cron="47 3 * * *")
@app.task(name="exports.forget", queue="interactive", queueing_lock="exports.forget")
def forget(timestamp: int) -> None:
    """Every night: what has had its term is gone (law 9)."""
    making.forget(timezone.now())
