"""How a contract is used, counted from the stays as they are now (U27, G10)."""

from __future__ import annotations

from datetime import date

from django.db import connection

from collectief.contracts.queries import ContractView
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .rules import Flow, MonthOfUse, months_of_use

# Who goes on the next day under the same contract has not left: stays without a day between them are one. What has
# not happened yet is not counted; a last day has, once it is over.
_FLOWS = """
WITH whole AS (
  SELECT unnest(range_agg(period)) AS days FROM participation
   WHERE organisation_id = %(organisation)s AND contract_id = %(contract)s
   GROUP BY participant_id
), moved AS (
  SELECT lower(days) AS day, 1 AS came, 0 AS gone FROM whole WHERE lower(days) <= %(today)s
  UNION ALL
  SELECT upper(days) - 1, 0, 1 FROM whole WHERE upper(days) <= %(today)s
)
SELECT date_trunc('month', day)::date, sum(came), sum(gone) FROM moved GROUP BY 1
"""


def use_of(scope: Scope, contract: ContractView, *, today: date) -> list[MonthOfUse]:
    """The months of a contract, the latest first; this month until now. Must run inside `opened`. Raises NotAllowed.

    `contract` is one that the scope reaches, from `contracts`.
    """
    scope.require(Permission.SEE_CONTRACTS, Capability.CONTRACT_USE)
    with connection.cursor() as cursor:
        cursor.execute(
            _FLOWS, {"organisation": scope.organisation_id, "contract": contract.id, "today": today}
        )  # fmt: skip
        flows = {month: Flow(came, left) for month, came, left in cursor.fetchall()}
    last = min(today, contract.period.last_day or today)
    return months_of_use(flows, contract.period.first_day, max([last, *flows]))
