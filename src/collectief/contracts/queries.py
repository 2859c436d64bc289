"""The contracts a scope can see; and an insurer's organisations, for its auditor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from collectief.foundation.period import Period
from collectief.scope.database import auditing
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Organisation

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


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """A customer as the insurer's auditor finds it."""

    id: int
    name: str
    kvk: str


def organisations_named(scope: Scope, text: str, *, most: int) -> list[OrganisationView]:
    """Organisations of the insurer with this KvK number, or with these words in their name. Raises NotAllowed."""
    scope.require(Permission.SEARCH_TRAIL)
    with auditing(scope.insurer_id):
        own = Organisation.objects.filter(insurer_id=scope.insurer_id)
        found = own.filter(kvk=text) if text.isdigit() else own.filter(name__icontains=text)
        rows = list(found.order_by("name", "id").values_list("id", "name", "kvk")[:most])
    return [OrganisationView(*row) for row in rows]


def organisation_names(scope: Scope, ids: Collection[int]) -> dict[int, str]:
    """Names by id, in one query; of the auditor's own insurer only. Raises NotAllowed."""
    scope.require(Permission.SEARCH_TRAIL)
    with auditing(scope.insurer_id):
        own = Organisation.objects.filter(insurer_id=scope.insurer_id, id__in=ids)
        return dict(own.values_list("id", "name"))


def contracts(scope: Scope) -> list[ContractView]:
    """Every contract of the scope's organisation that the scope reaches, by number."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTRACTS.format(reach=scope.within_reach("id")), [scope.organisation_id])
        return [
            ContractView(id_, number, name, Period(first_day, end_day))
            for id_, number, name, first_day, end_day in cursor.fetchall()
        ]
