"""Keeping organisations at the insurer's office: who they are, whom one reaches, and until when (K02).

Each change is in the office's own trail, and in the customer's as done by the insurer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from collectief.access.for_customers import insurer_by
from collectief.audit import actions as audit
from collectief.brands.catalogue import brand as brand_of
from collectief.contracts.actions import keep_contacts
from collectief.contracts.models import ContractLink, GroupContract, Organisation
from collectief.contracts.queries import ContactView
from collectief.contracts.rules import ContactKind
from collectief.foundation.period import Period
from collectief.scope.database import office
from collectief.scope.once import is_first
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .queries import NoContract, NoCustomer, own_contracts, own_customers, segments_of, waiting_numbers
from .rules import CustomerRefused, NewCustomer, judge_customer, judge_leaving


@transaction.atomic
def add_customer(scope: Scope, new: NewCustomer) -> int:
    """Take an organisation on; it has no contract yet. Its number. Raises NotAllowed, CustomerRefused."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    judge_customer(new, segments_of(scope.insurer))
    row = Organisation(
        insurer_id=scope.insurer_id, name=new.name, kvk=new.kvk, rsin=new.rsin, branch=new.branch, segment=new.segment
    )
    with office(scope.insurer_id):
        first = is_first(row)
    if not first:
        raise CustomerRefused("known_already")
    _record(scope, row.id, "customer.add")
    return row.id


@transaction.atomic
def rename_customer(scope: Scope, organisation_id: int, name: str) -> None:
    """Call it otherwise. Raises NotAllowed, NoCustomer."""
    with office(scope.insurer_id):
        row = _customer(scope, organisation_id)
        if row.name == name:
            return
        row.name = name
        row.save(update_fields=["name"])
    _record(scope, row.id, "customer.rename")


@transaction.atomic
def end_customer(scope: Scope, organisation_id: int, end_day: date | None) -> None:
    """From `end_day` on it is no customer any more; None: it stays one. Raises NotAllowed, NoCustomer, CustomerRefused.

    Nothing new begins for it then: no contract, and nobody is given an account. Who has one can look back.
    """
    with office(scope.insurer_id):
        row = _customer(scope, organisation_id)
        held = GroupContract.objects.filter(organisation=row).order_by("number")
        contracts = [(one.number, Period(one.first_day, one.end_day)) for one in held]
        judge_leaving(end_day, contracts, waiting_numbers(row.id))
        if row.end_day == end_day:
            return
        row.end_day = end_day
        row.save(update_fields=["end_day"])
    _record(scope, row.id, "customer.stay" if end_day is None else "customer.end")


@transaction.atomic
def change_contacts(
    scope: Scope,
    organisation_id: int,
    contract_id: int | None,
    wanted: Mapping[ContactKind, ContactView],
    *,
    now: datetime,
) -> None:
    """Write down whom the insurer reaches about a contract, or about the organisation when it is None (U28).

    Raises NotAllowed, NoCustomer, and NoContract for one that is not of this organisation.
    """
    by = brand_of(scope.brand).insurer_name
    with office(scope.insurer_id):
        row = _customer(scope, organisation_id)
        own = GroupContract.objects.filter(organisation=row)
        if contract_id is not None and not own.filter(id=contract_id).exists():
            raise NoContract(contract_id)
        kinds = keep_contacts(scope.insurer_id, row.id, contract_id, wanted, by=by, now=now)
    if kinds:
        contracts = () if contract_id is None else (contract_id,)
        _record(scope, row.id, "contract.change_contact", contracts, {"kinds": kinds})


@transaction.atomic
def rename_contract(scope: Scope, contract_id: int, name: str) -> None:
    """Call a contract otherwise, also for who has linked it. Raises NotAllowed, NoContract."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        row = own_contracts(scope.insurer_id).select_for_update(of=("self",)).filter(id=contract_id).first()
        if row is None:
            raise NoContract(contract_id)
        if row.name == name:
            return
        row.name = name
        row.save(update_fields=["name"])
        ContractLink.objects.filter(contract=row).update(contract_name=name)
    _record(scope, row.organisation_id, "contract.rename", (row.id,))


def _customer(scope: Scope, organisation_id: int) -> Organisation:
    """The organisation, locked: who proposes a contract for it waits, or has proposed it."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    row = own_customers(scope.insurer_id).select_for_update().filter(id=organisation_id).first()
    if row is None:
        raise NoCustomer(organisation_id)
    return row


def _record(
    scope: Scope,
    organisation_id: int,
    action: str,
    contracts: Iterable[int] = (),
    detail: dict[str, object] | None = None,
) -> None:
    """In the office's own trail, by name, and in the customer's, as done by the insurer."""
    objects: dict[str, list[int]] = {"contract": list(contracts)} if contracts else {}
    audit.record(scope, action, objects={"organisation": [organisation_id], **objects}, detail=detail)
    with office(scope.insurer_id):
        audit.record_by_insurer(
            insurer_by(scope), organisation_id, action, objects=objects, detail=detail,
        )  # fmt: skip
