"""What cases do in the background."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.database import housekeeping

from .models import Case, CaseNote
from .rules import KEPT, Decision


@app.periodic(cron="25 3 * * *")
@app.task(name="cases.forget", queue="interactive", queueing_lock="cases.forget")
def forget(timestamp: int) -> None:
    """Every night: of cases decided long ago no note and no reason is left (law 9).

    That there was one, of which kind, due when, and by whom and how it was decided stay; but not by which customer
    it was taken back.
    """
    forget_before(timezone.now() - KEPT)


def forget_before(before: datetime) -> None:
    """The same, of what was decided before `before`."""
    with housekeeping():
        past = Case.objects.filter(decided_at__lt=before, forgotten=False)
        CaseNote.objects.filter(case__in=past).delete()
        past.filter(decision=Decision.WITHDRAWN).update(decided_by="")
        past.update(reason="", forgotten=True)
