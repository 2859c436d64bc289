"""Lists that somebody of the demo world has made by themselves: one that came twice, and one that is still to come."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from collectief.exports import actions, making
from collectief.exports.rules import Every, Rhythm, Which, Wish
from collectief.scope.database import opened
from collectief.scope.scope import Scope


def plan_lists(scope: Scope, contract_id: int, today: date) -> None:
    """Every week who takes part, since a fortnight; every month who came to a contract and left."""
    yesterday = today - timedelta(days=1)
    weekly = Wish(Which.CURRENT, Rhythm(Every.WEEK, yesterday.isoweekday()))
    monthly = Wish(Which.FLOWS, Rhythm(Every.MONTH, min(yesterday.day, 28)), contract_id)
    with opened(scope):
        actions.plan(scope, weekly, language="nl", now=_noon(yesterday - timedelta(days=14)))
        actions.plan(scope, monthly, language="nl", now=_noon(yesterday))
    for day in (yesterday - timedelta(days=7), yesterday):
        for one in making.due(day):
            if one.account_id == scope.account_id:
                making.make(one, now=_noon(day))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
