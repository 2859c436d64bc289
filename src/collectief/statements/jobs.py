"""What statements do in the background."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.gateways.eessi.port import EessiUnavailable
from collectief.scope.database import housekeeping
from collectief.scope.patience import Patience

from . import exchange
from .models import S1Request

_log = logging.getLogger(__name__)


@app.task(name="statements.send", queue="interactive", retry=Patience(EessiUnavailable, seconds=60))
def send(*, request_id: int) -> None:
    """Send a request to the institution abroad, for as long as it takes."""
    exchange.send(request_id, now=timezone.now())


@app.task(name="statements.tell", queue="interactive", retry=Patience(seconds=30))
def tell(*, request_id: int) -> None:
    """Tell the organisation what staff decided."""
    exchange.tell(request_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="statements.fetch", queue="interactive", lock="statements.fetch", queueing_lock="statements.fetch")
def fetch(timestamp: int) -> None:
    """Every minute: what institutions abroad answered. While they cannot be reached it waits there."""
    try:
        exchange.fetch(now=timezone.now())
    except EessiUnavailable as problem:
        _log.info("EESSI is not asked for answers: %s", problem)


@app.periodic(cron="7 * * * *")
@app.task(name="statements.learn", queue="interactive", queueing_lock="statements.learn")
def learn(timestamp: int) -> None:
    """Every hour: which institutions there are abroad. While that cannot be asked the last answer holds."""
    try:
        exchange.learn(exchange.current_eessi().institutions())
    except EessiUnavailable as problem:
        _log.info("EESSI is not asked for institutions: %s", problem)


@app.periodic(cron="*/15 * * * *")
@app.task(name="statements.begin_again", queue="interactive", queueing_lock="statements.begin_again")
def begin_again(timestamp: int) -> None:
    """Every quarter of an hour: whatever is still to be sent is in the queue."""
    exchange.begin_again(now=timezone.now())


@app.periodic(cron="31 3 * * *")
@app.task(name="statements.forget", queue="interactive", queueing_lock="statements.forget")
def forget(timestamp: int) -> None:
    """Every night: of what is past its term nothing is left (law 9)."""
    with housekeeping():
        S1Request.objects.filter(keep_until__lt=timezone.localdate()).delete()
