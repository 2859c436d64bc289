"""Handing letters to the print service, and asking what became of them (K08).

A letter is handed over with its row held: of two workers one has it, and whoever was killed in between finds at the
service, by the key of it, that it is there already.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from collectief.documents.queries import kept_file
from collectief.gateways.print.client import print_service_at
from collectief.gateways.print.port import PrintJob, PrintRefused, PrintService, Progress
from collectief.scope.database import housekeeping, working_for

from .models import Consignment
from .rules import State, key_of

_log = logging.getLogger(__name__)

# What somebody was told an hour ago is not asked again.
_AGAIN = timedelta(hours=1)
# So many in one go: the rest is asked the next time.
_MOST_ASKED = 5_000


def current_service() -> PrintService:
    """The print service of this installation."""
    return print_service_at(settings.PRINT_URL, settings.PRINT_SERVICE, settings.PRINT_SECRET)


def hand_over_all(insurer_id: int, organisation_id: int) -> None:
    """Hand over what waits of an organisation, each in a transaction of its own. Raises PrintUnavailable."""
    while _hand_over_next(insurer_id, organisation_id):
        pass


def _hand_over_next(insurer_id: int, organisation_id: int) -> bool:
    """Hand over the first that nobody else is handing over; whether there was one."""
    with working_for(organisation_id, insurer_id):
        waiting = Consignment.objects.select_for_update(skip_locked=True, of=("self",))
        row = waiting.filter(organisation_id=organisation_id, state=State.WAITING).order_by("id").first()
        if row is None:
            return False
        pdf = kept_file(organisation_id, row.document_id)
        if pdf is None:
            _refuse(row, "no_file")
            return True
        try:
            number = current_service().hand_over(PrintJob(key_of(row.number, row.attempt), pdf))
        except PrintRefused as refused:
            _refuse(row, str(refused))
            return True
        row.state, row.service_number, row.handed_over_at = State.HANDED_OVER, number, timezone.now()
        row.asked_at = row.handed_over_at
        row.save(update_fields=["state", "service_number", "handed_over_at", "asked_at"])
    return True


def left() -> list[tuple[int, int]]:
    """Insurer and organisation of what waits to be handed over."""
    with housekeeping():
        waiting = Consignment.objects.filter(state=State.WAITING).order_by("organisation_id")
        return list(waiting.values_list("insurer_id", "organisation_id").distinct())


def follow(now: datetime) -> None:
    """Ask how far the service is with what it took, the longest ago first. Raises PrintUnavailable."""
    with housekeeping():
        due = Consignment.objects.filter(state=State.HANDED_OVER, asked_at__lt=now - _AGAIN).order_by("asked_at", "id")
        asked = list(due.values_list("id", "insurer_id", "organisation_id")[:_MOST_ASKED])
    for id_, insurer_id, organisation_id in asked:
        with working_for(organisation_id, insurer_id):
            _ask(id_, now)


def _ask(consignment_id: int, now: datetime) -> None:
    waiting = Consignment.objects.select_for_update(skip_locked=True, of=("self",))
    row = waiting.filter(id=consignment_id, state=State.HANDED_OVER).first()
    if row is None:
        return
    progress = current_service().progress(row.service_number)
    # Of what the service has forgotten it is not asked again.
    row.asked_at = None if progress == Progress.FORGOTTEN else now
    if progress == Progress.POSTED:
        row.state, row.posted_at = State.POSTED, now
    if progress == Progress.REFUSED:
        _refuse(row, "unprintable")
    row.save(update_fields=["state", "asked_at", "posted_at"])


def _refuse(row: Consignment, code: str) -> None:
    _log.error("the print service refused a %s: %s", row.kind, code)
    row.state, row.refusal = State.REFUSED, code[:60]
    row.save(update_fields=["state", "refusal"])
