"""What mutations do in the background."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.database import housekeeping

from . import housework
from .rules import KEPT


@app.periodic(cron="29 3 * * *")
@app.task(name="mutations.forget", queue="bulk", queueing_lock="mutations.forget")
def forget(timestamp: int) -> None:
    """Each night: of who was asked for and never came, nothing is left after 30 days (law 9)."""
    forget_before(timezone.now() - KEPT)


def forget_before(before: datetime) -> None:
    """The same, of what was decided before `before`."""
    emptied = housework.SET
    while emptied == housework.SET:
        with housekeeping():
            emptied = housework.forget(before)
