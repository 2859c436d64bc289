"""The contracts a scope can see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from collectief.foundation.period import Period
from collectief.scope.scope import Scope

# Asked for every page and every chunk, and so written out.
_CONTRACTS = (
    "SELECT id, number, name, first_day, end_day FROM group_contract WHERE organisation_id = %s{reach} ORDER BY number"
)


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract as lists and rules know it."""

    id: int
    number: str
    name: str
    period: Period

    @property
    def label(self) -> str:
        """Number and name, as a select shows them."""
        return f"{self.number} – {self.name}"


def contracts(scope: Scope) -> list[ContractView]:
    """Every contract of the scope's organisation that the scope reaches, by number."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTRACTS.format(reach=scope.within_reach("id")), [scope.organisation_id])
        return [
            ContractView(id_, number, name, Period(first_day, end_day))
            for id_, number, name, first_day, end_day in cursor.fetchall()
        ]
