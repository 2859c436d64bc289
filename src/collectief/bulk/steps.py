"""The steps of a batch in the queue: read, then plan and carry out, each in every lane."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app as queue
from procrastinate.exceptions import AlreadyEnqueued

from collectief.mutations.corridor import LANES
from collectief.scope.patience import behind
from collectief.scope.scope import Scope

from .models import Batch
from .rules import BUSY


def enqueue(step: str, scope: Scope, batch_id: int) -> None:
    """Put a step in the queue, in the transaction of its cause; by name, since jobs stand above actions.

    After the same step of organisations that have fewer files going: one that sends thirty does not keep the others
    waiting for all of them.
    """
    going = Batch.objects.filter(organisation_id=scope.organisation_id, state__in=BUSY, id__lt=batch_id).count()
    for lane in range(LANES) if step in ("plan", "carry_out") else (None,):
        more: dict[str, Any] = {} if lane is None else {"lane": lane}
        name = f"{step}/{batch_id}/{lane}"
        task = queue.configure_task(f"bulk.{step}", lock=name, queueing_lock=name, priority=behind(going))
        try:
            with transaction.atomic():
                task.defer(
                    organisation_id=scope.organisation_id, account_id=scope.account_id, brand=scope.brand,
                    mandate_id=scope.mandate_id, batch_id=batch_id, **more,
                )  # fmt: skip
        except AlreadyEnqueued:
            continue
