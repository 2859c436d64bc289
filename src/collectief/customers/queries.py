"""The insurer's customers and their contracts, as its office finds and keeps them (K02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from collectief.access.models import Membership
from collectief.brands.catalogue import all_brands
from collectief.contracts.models import GroupContract, Organisation, RelationshipManager
from collectief.contracts.queries import ContactView, ManagerView, contacts_of, managers_among
from collectief.contracts.rules import ContactKind
from collectief.foundation.period import Period
from collectief.policies.rules import State
from collectief.scope.database import housekeeping, office
from collectief.scope.scope import Scope
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Permission

from .models import ContractProposal
from .rules import ProposalKind

# How many proposals a page shows: the latest.
_MOST_PROPOSALS = 50
_PEOPLE = (
    "SELECT count(DISTINCT participant_id) FILTER (WHERE first_day <= %(day)s),"
    " count(DISTINCT participant_id) FILTER (WHERE first_day > %(day)s)"
    " FROM participation WHERE organisation_id = %(organisation)s AND contract_id = %(contract)s AND end_day > %(day)s"
)
_BEYOND = (
    "SELECT count(DISTINCT participant_id) FROM participation"
    " WHERE organisation_id = %s AND contract_id = %s AND end_day > %s"
)


class NoCustomer(LookupError):
    """The insurer has no such customer."""


class NoContract(LookupError):
    """The insurer has no such contract."""


class NoManager(LookupError):
    """Nobody at the insurer with this number looks after customers."""


@dataclass(frozen=True, slots=True)
class CustomerView:
    """An organisation in a list; `end_day` is the first day on which it is no customer."""

    id: int
    name: str
    customer_number: str
    kvk: str
    rsin: str
    branch: str
    segment: str
    end_day: date | None
    # How many contracts it has or had.
    contracts: int


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract in a list, and whose it is."""

    id: int
    number: str
    name: str
    period: Period
    organisation_id: int
    organisation: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What was proposed about a contract, and what became of it; `period` is when it would hold."""

    kind: ProposalKind
    number: str
    period: Period
    state: State
    proposed_by: str
    proposed_at: datetime
    reason: str


type Contacts = Mapping[tuple[int | None, ContactKind], ContactView]


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """Everything the office keeps of an organisation; `accounts` is how many people can sign in for it."""

    view: CustomerView
    contracts: tuple[ContractLine, ...]
    proposals: tuple[ProposalView, ...]
    contacts: Contacts
    accounts: int
    manager: ManagerView | None


@dataclass(frozen=True, slots=True)
class ContractFile:
    """Everything the office keeps of a contract; how many take part today, and how many will from a later day on."""

    view: ContractLine
    segment: str
    customer_ends: date | None
    proposals: tuple[ProposalView, ...]
    contacts: Contacts
    people: int
    coming: int

    @property
    def waits(self) -> bool:
        """Whether a colleague must look at a proposal first."""
        return any(one.state == State.PROPOSED for one in self.proposals)


def segments_of(insurer: str) -> tuple[str, ...]:
    """The kinds of customer that portals of an insurer serve, by slug."""
    served = {segment for one in all_brands() if one.insurer == insurer for segment in one.segments}
    return tuple(sorted(segment for segment in served if not PROFILES[segment].is_office))


def customers(scope: Scope, *, text: str = "", page: int = 1, size: int = 25) -> tuple[list[CustomerView], int]:
    """A page of organisations by name, with this number or these words in their name. Raises NotAllowed."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        own = own_customers(scope.insurer_id)
        if text.isdigit():
            own = own.filter(Q(kvk=text) | Q(rsin=text) | Q(customer_number=text) | Q(branch=text))
        elif text:
            own = own.filter(name__icontains=text)
        found = _views(own.order_by("name", "id"))[(page - 1) * size : page * size]
        return [CustomerView(*row) for row in found], own.count()


def customer(scope: Scope, organisation_id: int) -> CustomerFile:
    """One of them. Raises NotAllowed, NoCustomer."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        row = _views(own_customers(scope.insurer_id).filter(id=organisation_id)).first()
        if row is not None:
            contracts = GroupContract.objects.filter(organisation=organisation_id).select_related("organisation")
            return CustomerFile(
                CustomerView(*row), tuple(_contract(one) for one in contracts.order_by("number")),
                _proposals(ContractProposal.objects.filter(organisation=organisation_id)),
                contacts_of(organisation_id),
                Membership.objects.filter(organisation=organisation_id, is_active=True).count(),
                next(iter(managers_among(own_managers(scope.insurer_id).filter(organisation=organisation_id))), None),
            )  # fmt: skip
    raise NoCustomer(organisation_id)


def managers(scope: Scope) -> list[tuple[ManagerView, int]]:
    """Who looks after customers, by name, and after how many. Raises NotAllowed."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        own = own_managers(scope.insurer_id)
        customers = dict(own.values_list("id").annotate(Count("organisation")))
        return [(view, customers[view.id]) for view in managers_among(own)]


def manager(scope: Scope, manager_id: int) -> ManagerView:
    """One of them. Raises NotAllowed, NoManager."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        found = managers_among(own_managers(scope.insurer_id).filter(id=manager_id))
    if not found:
        raise NoManager(manager_id)
    return found[0]


def own_managers(insurer_id: int) -> QuerySet[RelationshipManager]:
    """Who looks after customers of the insurer. Must run inside `office` of it."""
    return RelationshipManager.objects.filter(insurer_id=insurer_id)


def group_contracts(scope: Scope, *, text: str = "", page: int = 1, size: int = 25) -> tuple[list[ContractLine], int]:
    """A page of contracts by number, with this number or of an organisation with these words. Raises NotAllowed."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        own = own_contracts(scope.insurer_id)
        if text:
            own = own.filter(
                Q(number__startswith=text) | Q(name__icontains=text) | Q(organisation__name__icontains=text)
            )
        found = own.order_by("number", "id")[(page - 1) * size : page * size]
        return [_contract(row) for row in found], own.count()


def group_contract(scope: Scope, contract_id: int, *, today: date) -> ContractFile:
    """One of them. Raises NotAllowed, NoContract."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        row = own_contracts(scope.insurer_id).filter(id=contract_id).first()
        if row is not None:
            people, coming = _people(row, today)
            return ContractFile(
                _contract(row), row.organisation.segment, row.organisation.end_day,
                _proposals(ContractProposal.objects.filter(contract=row)), contacts_of(row.organisation_id),
                people, coming,
            )  # fmt: skip
    raise NoContract(contract_id)


def own_customers(insurer_id: int) -> QuerySet[Organisation]:
    """The insurer's organisations but for its own office. Must run inside `office`."""
    offices = [slug for slug, profile in PROFILES.items() if profile.is_office]
    return Organisation.objects.filter(insurer_id=insurer_id).exclude(segment__in=offices)


def own_contracts(insurer_id: int) -> QuerySet[GroupContract]:
    """The contracts of the insurer, with their organisation. Must run inside `office`."""
    return GroupContract.objects.filter(insurer_id=insurer_id).select_related("organisation")


def waiting_numbers(organisation_id: int) -> list[str]:
    """The contracts of an organisation about which something is proposed. Must run inside `office` of the insurer."""
    own = ContractProposal.objects.filter(organisation_id=organisation_id, state=State.PROPOSED)
    return list(own.order_by("number").values_list("number", flat=True))


def people_beyond(contract: GroupContract, end_day: date) -> int:
    """How many take part in a contract on `end_day` or later, those who come then included; for a rule, not to show."""
    with housekeeping(), connection.cursor() as cursor:
        cursor.execute(_BEYOND, [contract.organisation_id, contract.id, end_day])
        return int(cursor.fetchone()[0])


def _people(contract: GroupContract, today: date) -> tuple[int, int]:
    with housekeeping(), connection.cursor() as cursor:
        cursor.execute(
            _PEOPLE, {"organisation": contract.organisation_id, "contract": contract.id, "day": today}
        )  # fmt: skip
        people, coming = cursor.fetchone()
    return int(people), int(coming)


def _views(rows: QuerySet[Organisation]) -> QuerySet[Organisation, tuple[Any, ...]]:
    """As `CustomerView` takes them."""
    return rows.annotate(held=Count("groupcontract")).values_list(
        "id", "name", "customer_number", "kvk", "rsin", "branch", "segment", "end_day", "held"
    )


def _contract(row: GroupContract) -> ContractLine:
    return ContractLine(
        row.id, row.number, row.name, Period(row.first_day, row.end_day), row.organisation_id, row.organisation.name
    )


def _proposals(rows: QuerySet[ContractProposal]) -> tuple[ProposalView, ...]:
    found: Iterable[ContractProposal] = rows.order_by("-proposed_at", "-id")[:_MOST_PROPOSALS]
    return tuple(
        ProposalView(
            ProposalKind(row.kind), row.number, Period(row.first_day, row.end_day), State(row.state), row.proposed_by,
            row.proposed_at, row.reason,
        )
        for row in found
    )  # fmt: skip
