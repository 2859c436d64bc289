"""How a contract is used, counted from the stays as they are now (U27, G10)."""

from __future__ import annotations

from datetime import date

from django.db import connection

from collectief.contracts.queries import ContractView
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .models import FixedMonth
from .rules import Flow, MonthOfUse, months_of_use
from .wholes import FLOWS, ONE_CONTRACT

_FLOWS = FLOWS.format(own=ONE_CONTRACT)


def use_of(scope: Scope, contract: ContractView, *, today: date) -> list[MonthOfUse]:
    """The months of a contract, the latest first; this month until now. Must run inside `opened`. Raises NotAllowed.

    `contract` is one that the scope reaches, from `contracts`.
    """
    scope.require(Permission.SEE_CONTRACTS, Capability.CONTRACT_USE)
    with connection.cursor() as cursor:
        cursor.execute(
            _FLOWS, {"organisation": scope.organisation_id, "contract": contract.id, "today": today}
        )  # fmt: skip
        flows = {month: Flow(came, left) for _, month, came, left in cursor.fetchall()}
    last = min(today, contract.period.last_day or today)
    return months_of_use(flows, contract.period.first_day, max([last, *flows]))


def fixed_use_of(scope: Scope, contract: ContractView) -> dict[date, MonthOfUse]:
    """The official figures of a contract by month, as they were fixed. Must run inside `opened`. Raises NotAllowed."""
    scope.require(Permission.SEE_CONTRACTS, Capability.CONTRACT_USE)
    own = FixedMonth.objects.filter(organisation_id=scope.organisation_id, contract_id=contract.id)
    return {month: MonthOfUse(month, *more) for month, *more in own.values_list("month", "count", "came", "gone")}
