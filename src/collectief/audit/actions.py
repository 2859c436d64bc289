"""Writing the trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from collectief.scope.scope import Scope

from .models import AuditEvent

PURPOSE = "administration_of_group_insurance"


def record(
    scope: Scope,
    action: str,
    *,
    participants: Iterable[int] = (),
    outcome: str = "success",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one event, in the transaction of what it tells of (X09, K06, NEN 7513).

    `detail` holds codes, counts and ids; never a name, a BSN or what a person filled in.
    """
    AuditEvent.objects.create(
        insurer_id=scope.insurer_id,
        organisation_id=scope.organisation_id,
        action=action,
        outcome=outcome,
        account_id=scope.account_id,
        account=scope.account,
        roles=sorted(scope.roles),
        responsible=scope.organisation,
        purpose=PURPOSE,
        access_point=f"{scope.brand}/{scope.channel}",
        participant_ids=list(participants),
        detail=detail or {},
    )
