"""Telling once more that a plan waits for somebody's agreement (X08)."""

from __future__ import annotations

from django.utils import timezone

from collectief.inbox import actions as inbox
from collectief.inbox.facts import About, Tiding
from collectief.mutations.corridor import Moment
from collectief.scope.database import opened
from collectief.scope.scope import Scope
from collectief.segments.profile import MessageCategory

from .models import Batch
from .rules import KEPT, State, reminders_by, worth_agreeing


def remind(scope: Scope, batch_id: int, moment: Moment) -> None:
    """Tell once more that a plan waits for agreement, and when it ends without; not of one that somebody dealt with."""
    with opened(scope):
        own = Batch.objects.select_for_update().filter(organisation_id=scope.organisation_id)
        batch = own.filter(id=batch_id, state=State.PLANNED).first()
        times = reminders_by(timezone.localdate(batch.created_at), moment.today) if batch else 0
        if batch is None or batch.reminded >= times:
            return
        batch.reminded = times
        batch.save(update_fields=["reminded"])
        if not worth_agreeing(batch.planned_counts):
            # Nobody waits for it: agreed to or not, it changes nothing.
            return
        ends = timezone.localdate(batch.created_at + KEPT)
        facts = {"file": batch.file_name, "expires": ends.isoformat()}
        tiding = Tiding(
            MessageCategory.PROCESSING_REPORT, "plan.due", About.BATCH, batch.id, batch.contracts, facts=facts
        )  # fmt: skip
        inbox.write(scope, [tiding], at=moment.now)
