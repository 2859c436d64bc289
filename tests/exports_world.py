"""Lists that somebody has made by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from collectief.exports import actions, making, queries
from collectief.exports.making import Due
from collectief.exports.rules import Every, Rhythm, Which, Wish
from collectief.scope.database import opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

WEEKLY = Rhythm(Every.WEEK, 1)


def planned(
    scope: Scope,
    which: Which = Which.CURRENT,
    *,
    contract_id: int | None = None,
    rhythm: Rhythm = WEEKLY,
    now: datetime | None = None,
) -> int:
    """The number of a plan of theirs, made eight days ago unless told otherwise: its list is due."""
    with opened(scope):
        wish = Wish(which, rhythm, contract_id)
        return actions.plan(scope, wish, language="nl", now=now or timezone.now() - timedelta(days=8))


def due(plan_id: int, *, now: datetime) -> Due:
    """What a job is told of a plan."""
    [found] = [one for one in making.due(timezone.localdate(now)) if one.plan_id == plan_id]
    return found


def exported(scope: Scope) -> dict[str, int]:
    """A plan and a file of theirs, by the names addresses have for them; of who may have none, nobody's numbers."""
    if not scope.may(Permission.SEE_PARTICIPANTS, Capability.SCHEDULED_EXPORTS):
        return {"export_plan_id": 2_000_000_000, "export_id": 2_000_000_000}
    now = timezone.now()
    plan_id = planned(scope)
    making.make(due(plan_id, now=now), now=now)
    with opened(scope):
        [made] = queries.files(scope, today=timezone.localdate(now))
    return {"export_plan_id": plan_id, "export_id": made.id}
