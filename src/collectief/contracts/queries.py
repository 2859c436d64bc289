"""The contracts a scope can see; and an insurer's organisations, for its auditor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from collectief.foundation.period import Period
from collectief.scope.database import auditing, signing_in
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .models import Contact, ContractLink, DataChange, GroupContract, Organisation, RelationshipManager
from .rules import ChangeState, ContactKind, Holder, LinkState

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


class NoContract(LookupError):
    """No such contract within the scope."""


@dataclass(frozen=True, slots=True)
class ContactView:
    """Whom the insurer reaches; `phone` as E.164, empty where nothing is known. The address is the organisation's."""

    name: str = ""
    phone: str = ""
    email: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    city: str = ""


_CONTACT = ("name", "phone", "email", "street", "house_number", "postcode", "city")


def postal_lines(organisation_id: int) -> tuple[str, ...]:
    """The lines of an envelope to an organisation; none while its address is not known.

    Must run inside `working_for` of it.
    """
    own = Contact.objects.filter(organisation_id=organisation_id, contract=None, kind=ContactKind.COMPANY)
    found = own.exclude(postcode="").select_related("organisation").first()
    if found is None:
        return ()
    return (found.organisation.name, f"{found.street} {found.house_number}", f"{found.postcode}  {found.city.upper()}")


def contacts(scope: Scope) -> dict[tuple[int | None, ContactKind], ContactView]:
    """The contacts of the scope's organisation and of the contracts it reaches. Raises NotAllowed."""
    scope.require(Permission.SEE_CONTRACTS)
    found = contacts_of(scope.organisation_id)
    if scope.contracts is None:
        return found
    return {key: one for key, one in found.items() if key[0] is None or key[0] in scope.contracts}


def contacts_of(organisation_id: int) -> dict[tuple[int | None, ContactKind], ContactView]:
    """Every contact of an organisation that is kept. Must run as the organisation or as staff."""
    rows = Contact.objects.filter(organisation_id=organisation_id).values_list("contract_id", "kind", *_CONTACT)
    return {(contract, ContactKind(kind)): ContactView(*more) for contract, kind, *more in rows}


@dataclass(frozen=True, slots=True)
class ManagerView:
    """Who at the insurer looks after a customer; `phone` as E.164, or empty."""

    id: int
    name: str
    phone: str
    email: str


def managers_among(rows: QuerySet[RelationshipManager]) -> list[ManagerView]:
    """Those, by name."""
    return [ManagerView(*row) for row in rows.order_by("name", "id").values_list("id", "name", "phone", "email")]


def own_manager(scope: Scope) -> ManagerView | None:
    """Who at the insurer looks after the scope's organisation; None where nobody was named. Raises NotAllowed (U31)."""
    scope.require(Permission.SEE_DASHBOARD)
    found = managers_among(RelationshipManager.objects.filter(organisation=scope.organisation_id))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class OwnData:
    """What the insurer has of the scope's organisation (W16)."""

    name: str
    kvk: str
    branch: str
    customer_number: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change that was asked for, as the page shows it; `contract` is None for the organisation itself."""

    contract: str | None
    text: str
    state: ChangeState
    asked_by: str
    asked_at: datetime
    reason: str


# How many changes the page shows: the latest.
_MOST_CHANGES = 50


def own_data(scope: Scope) -> OwnData:
    """What is known of the scope's organisation. Raises NotAllowed."""
    scope.require(Permission.SEE_CONTRACTS)
    own = Organisation.objects.get(id=scope.organisation_id)
    return OwnData(own.name, own.kvk, own.branch, own.customer_number)


def asked_changes(scope: Scope) -> list[ChangeView]:
    """The latest changes that were asked for, newest first. Raises NotAllowed."""
    scope.require(Permission.SEE_CONTRACTS)
    own = DataChange.objects.filter(organisation_id=scope.organisation_id).select_related("contract")
    return [
        ChangeView(
            one.contract.number if one.contract else None, one.text, ChangeState(one.state), one.asked_by, one.asked_at,
            one.reason,
        )
        for one in own.order_by("-asked_at", "-id")[:_MOST_CHANGES]
    ]  # fmt: skip


class NoLink(LookupError):
    """The organisation has no such link."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as the page shows it; the name is empty until it is linked."""

    id: int
    customer_number: str
    contract_number: str
    name: str
    state: LinkState
    asked_by: str
    asked_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """A contract found by its numbers, and who has it."""

    contract_id: int
    name: str
    holder: Holder


def linked_contracts(scope: Scope) -> list[LinkView]:
    """What this organisation has linked or asked to, by number; what was unlinked is gone. Raises NotAllowed."""
    scope.require(Permission.SEE_CONTRACTS, Capability.LINK_CONTRACTS)
    own = ContractLink.objects.filter(organisation_id=scope.organisation_id).exclude(state=LinkState.UNLINKED)
    return [_link(one) for one in own.order_by("contract_number", "id")]


def linked_contract(scope: Scope, link_id: int) -> LinkView:
    """One of them. Raises NotAllowed, NoLink."""
    scope.require(Permission.SEE_CONTRACTS, Capability.LINK_CONTRACTS)
    own = ContractLink.objects.filter(organisation_id=scope.organisation_id).exclude(state=LinkState.UNLINKED)
    found = own.filter(id=link_id).first()
    if found is None:
        raise NoLink(link_id)
    return _link(found)


def holder_of(scope: Scope) -> Holder:
    """The scope's own organisation, as linking asks."""
    organisation = Organisation.objects.get(id=scope.organisation_id)
    return Holder(organisation.id, organisation.kvk, organisation.segment)


def held(insurer_id: int, customer: str, number: str) -> Held | None:
    """The contract with these numbers at this insurer; None when no customer has it. For whoever links, not to show."""
    with signing_in():
        found = (
            GroupContract.objects.filter(insurer_id=insurer_id, number=number, organisation__customer_number=customer)
            .values_list("id", "name", "organisation_id", "organisation__kvk", "organisation__segment")
            .first()
        )
    return Held(found[0], found[1], Holder(*found[2:])) if found else None


def _link(one: ContractLink) -> LinkView:
    return LinkView(
        one.id, one.customer_number, one.contract_number, one.contract_name, LinkState(one.state), one.asked_by,
        one.asked_at, one.reason,
    )  # fmt: skip
