"""The contracts a scope can see."""

from __future__ import annotations

from dataclasses import dataclass

from collectief.foundation.period import Period
from collectief.scope.scope import Scope

from .models import GroupContract


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
    """Every contract of the scope's organisation, by number."""
    rows = GroupContract.objects.filter(organisation_id=scope.organisation_id).order_by("number")
    return [
        ContractView(id_, number, name, Period(first_day, end_day))
        for id_, number, name, first_day, end_day in rows.values_list("id", "number", "name", "first_day", "end_day")
    ]
