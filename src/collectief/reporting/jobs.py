"""What reporting does in the background, beside its runs."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.database import housekeeping

from . import fixing
from .rules import first_kept_month


@app.periodic(cron="37 3 * * *")
@app.task(name="reporting.forget", queue="interactive", queueing_lock="reporting.forget")
def forget(timestamp: int) -> None:
    """Every night: of what was fixed and has had its term nothing is left (law 9)."""
    with housekeeping():
        fixing.forget(first_kept_month(timezone.localdate()))
