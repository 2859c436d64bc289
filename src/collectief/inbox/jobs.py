"""What messages do in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.database import housekeeping

from . import announcing
from .models import Message, News


@app.periodic(cron="23 3 * * *")
@app.task(name="inbox.forget", queue="interactive", queueing_lock="inbox.forget")
def forget(timestamp: int) -> None:
    """Every night: of what is past its term nothing is left (law 9)."""
    with housekeeping():
        Message.objects.filter(keep_until__lt=timezone.localdate()).delete()
        News.objects.filter(keep_until__lt=timezone.localdate()).delete()


@app.periodic(cron="* * * * *")
@app.task(name="inbox.announce", queue="interactive", lock="inbox.announce", queueing_lock="inbox.announce")
def announce(timestamp: int) -> None:
    """Every minute: mail to whom new messages concern, when they want it (X08)."""
    now = timezone.now()
    announcing.announce(now)
    announcing.send_due(now)
