"""What an insurer sells and contracts offer, agreed to already."""

from __future__ import annotations

from datetime import UTC, date, datetime

from collectief.policies.models import ContractOffer, Product, ProductTariff
from collectief.policies.rules import ProductKind, State
from collectief.scope.database import office
from tests.world import Agency, agency

BEGIN = date(2020, 1, 1)
_AGREED = {"state": State.AGREED, "proposed_by": "Sanne", "proposed_at": datetime(2019, 12, 1, tzinfo=UTC)}


def product(
    customer: Agency, code: str = "BASIS", kind: ProductKind = ProductKind.BASIC, *, priced: bool = True
) -> Product:
    """Something to be insured with, at 150 euro since 2020 for adults."""
    insurer = customer.organisation.insurer
    with office(insurer.id):
        made = Product.objects.create(insurer=insurer, code=code, name=code.title(), kind=kind, label="Zorg")
        if priced:
            ProductTariff.objects.create(
                insurer=insurer, product=made, first_day=BEGIN, bands=[[0, 17, 0], [18, None, 15000]], **_AGREED
            )
    return made


def offer(
    customer: Agency,
    made: Product,
    first_day: date = BEGIN,
    *,
    contract: int = 0,
    offered: bool = True,
    discount: int = 0,
) -> None:
    """Agreed already: a contract has the product from a day on, or no longer."""
    with office(customer.organisation.insurer_id):
        ContractOffer.objects.create(
            insurer_id=customer.organisation.insurer_id, organisation=customer.organisation, product=made,
            contract=customer.contracts[contract], first_day=first_day, offered=offered, discount=discount, **_AGREED,
        )  # fmt: skip


def insuring_agency() -> Agency:
    """An agency whose first contract offers a basic insurance: who takes part is insured."""
    customer = agency()
    offer(customer, product(customer))
    return customer
