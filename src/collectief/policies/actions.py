"""Entering terms: one employee proposes, a colleague agrees as a case, and only then they count (four eyes, K02)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.cases import actions as cases
from collectief.cases.rules import CaseRefused, Deciding, Decision
from collectief.contracts.models import GroupContract
from collectief.scope.database import office
from collectief.scope.once import is_first
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .covering import follow_offers
from .models import ContractOffer, Product, ProductTariff
from .proposing import propose, proposed, settle
from .queries import NoContract, NoProduct
from .rules import ProductKind, State, Tariff, TermsRefused, judge_discount, judge_offer, judge_tariff
from .terms import kept

TARIFF, OFFER = "tariff", "contract_offer"
_OPEN = (State.PROPOSED, State.AGREED)


@transaction.atomic
def add_product(scope: Scope, *, code: str, name: str, kind: ProductKind, label: str) -> int:
    """Something new to sell; without a tariff nobody can have it. Raises NotAllowed, TermsRefused: product_exists."""
    scope.require(Permission.MAINTAIN_TERMS)
    made = Product(insurer_id=scope.insurer_id, code=code, name=name, kind=kind, label=label)
    with office(scope.insurer_id):
        first = is_first(made)
    if not first:
        raise TermsRefused("product_exists", number=code)
    audit.record(scope, "terms.add_product", objects={"product": [made.id]})
    return made.id


@transaction.atomic
def propose_tariff(scope: Scope, product_id: int, tariff: Tariff, *, now: datetime) -> int:
    """Propose what a product costs from a day on; its case. Raises NotAllowed, NoProduct, TermsRefused."""
    scope.require(Permission.MAINTAIN_TERMS)
    with office(scope.insurer_id):
        product = Product.objects.filter(insurer_id=scope.insurer_id, id=product_id).first()
        if product is not None:
            others = ProductTariff.objects.filter(product=product, state__in=_OPEN)
            known = list(others.values_list("first_day", flat=True))
    if product is None:
        raise NoProduct(product_id)
    judged = judge_tariff(ProductKind(product.kind), tariff, known, timezone.localdate(now))
    row = ProductTariff(product=product, **kept(judged))
    return _propose(scope, row, TARIFF, "terms.propose_tariff", now)


@transaction.atomic
def propose_offer(
    scope: Scope, number: str, product_id: int, *, first_day: date, discount: int, offered: bool, now: datetime
) -> int:
    """Propose that a contract offers a product from a day on, with `discount` hundredths of a percent off; its case.

    Raises NotAllowed, NoContract, NoProduct, TermsRefused.
    """
    scope.require(Permission.MAINTAIN_TERMS)
    with office(scope.insurer_id):
        contract = GroupContract.objects.filter(insurer_id=scope.insurer_id, number=number).first()
        product = Product.objects.filter(insurer_id=scope.insurer_id, id=product_id).first()
        known, tariffs = [], []
        if contract and product:
            same = ContractOffer.objects.filter(contract=contract, product=product, state__in=_OPEN)
            known = list(same.values_list("first_day", flat=True))
            priced = ProductTariff.objects.filter(product=product, state=State.AGREED, first_day__lte=first_day)
            tariffs = list(priced.values_list("first_day", flat=True)[:1])
    if contract is None:
        raise NoContract(number)
    if product is None:
        raise NoProduct(product_id)
    judge_offer(
        first_day, known, timezone.localdate(now), begins=contract.first_day, priced=bool(tariffs), stops=not offered
    )
    judge_discount(ProductKind(product.kind), first_day, discount)
    row = ContractOffer(
        organisation_id=contract.organisation_id, contract=contract, product=product, first_day=first_day,
        discount=discount if offered else 0, offered=offered,
    )  # fmt: skip
    return _propose(scope, row, OFFER, "terms.propose_offer", now)


def tariff_decided(deciding: Deciding) -> None:
    """A tariff counts from its first day on, or does not. Raises CaseRefused when that day has come meanwhile."""
    _decide(ProductTariff, deciding)


def offer_decided(deciding: Deciding) -> None:
    """A contract offers it from its first day on, or does not; in the customer's trail. Raises CaseRefused."""
    row = _decide(ContractOffer, deciding)
    if row.state == State.AGREED:
        cases.record_for_customer(
            deciding, row.organisation_id, "contract.offer", objects={"contract": [row.contract_id]}
        )
        follow_offers(row.contract_id)


def _propose(scope: Scope, row: ProductTariff | ContractOffer, kind: str, action: str, now: datetime) -> int:
    case_id = propose(scope, row, kind, action, now=now)
    if case_id is None:
        raise TermsRefused("begins_already", first_day=row.first_day)
    return case_id


def _decide[Row: (ProductTariff, ContractOffer)](model: type[Row], deciding: Deciding) -> Row:
    row = proposed(model, deciding)
    if deciding.decision == Decision.APPROVED and row.first_day <= timezone.localdate(deciding.now):
        raise CaseRefused("began_already")
    settle(row, deciding)
    return row
