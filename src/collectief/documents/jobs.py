"""What documents do in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.database import housekeeping

from .models import Document


@app.periodic(cron="17 3 * * *")
@app.task(name="documents.forget", queue="interactive", queueing_lock="documents.forget")
def forget(timestamp: int) -> None:
    """Every night: of what is past its term nothing is left (law 9)."""
    with housekeeping():
        Document.objects.filter(keep_until__lt=timezone.localdate()).delete()
