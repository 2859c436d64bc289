"""What post does in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.documents.store import StoreUnavailable
from collectief.gateways.print.port import PrintUnavailable
from collectief.scope.database import housekeeping
from collectief.scope.patience import Patience

from . import handing
from .models import Consignment


@app.task(name="post.hand_over", queue="bulk", retry=Patience(PrintUnavailable, StoreUnavailable, seconds=60))
def hand_over(*, insurer_id: int, organisation_id: int) -> None:
    """Hand over what waits of an organisation. Raises PrintUnavailable or StoreUnavailable, to be tried again
    for as long as it lasts.
    """
    handing.hand_over_all(insurer_id, organisation_id)


@app.periodic(cron="19 * * * *")
@app.task(
    name="post.follow", queue="bulk", queueing_lock="post.follow",
    retry=Patience(PrintUnavailable, StoreUnavailable, seconds=300),
)  # fmt: skip
def follow(timestamp: int) -> None:
    """Each hour: what the service took is asked after, and what a job should have handed over and did not, goes."""
    for insurer_id, organisation_id in handing.left():
        handing.hand_over_all(insurer_id, organisation_id)
    handing.follow(timezone.now())


@app.periodic(cron="12 3 * * *")
@app.task(name="post.forget", queue="interactive", queueing_lock="post.forget")
def forget(timestamp: int) -> None:
    """Every night: that a letter was sent is known for as long as the letter (law 9)."""
    with housekeeping():
        Consignment.objects.filter(keep_until__lt=timezone.localdate()).delete()
