"""What happens to deductible use in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.database import housekeeping

from .models import DeductibleImport, DeductibleOverview, DeductibleUse
from .rules import first_kept


@app.periodic(cron="29 3 * * *")
@app.task(name="deductible.forget", queue="interactive", queueing_lock="deductible.forget")
def forget(timestamp: int) -> None:
    """Every night: of years that have had their term nothing is left, nor of the files of then (law 9)."""
    year = first_kept(timezone.localdate())
    with housekeeping():
        DeductibleUse.objects.filter(year__lt=year).delete()
        DeductibleOverview.objects.filter(year__lt=year).delete()
        DeductibleImport.objects.filter(started_at__year__lt=year).delete()
