"""What reporting does in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.contracts.models import Insurer
from collectief.scope.database import housekeeping, office
from collectief.scope.patience import Patience

from . import fixing
from .rules import due_month


@app.periodic(cron="23 4 * * *")
@app.task(name="reporting.fix_due", queue="interactive", queueing_lock="reporting.fix_due", retry=Patience(seconds=60))
def fix_due(timestamp: int) -> None:
    """Every night: the month that is due is fixed at every insurer, which costs a look-up once that is so."""
    now = timezone.now()
    month = due_month(timezone.localdate(now))
    with office():
        known = list(Insurer.objects.order_by("id").values_list("id", flat=True))
    for insurer_id in known:
        with housekeeping():
            fixing.begin(insurer_id, month, by="", now=now)
        fixing.go_on(insurer_id, month, now=now)
