"""Products with their tariffs, for the insurer's staff; what a contract offers, for its organisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from collectief.contracts.models import GroupContract
from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from . import models
from .models import ContractOffer, Product, ProductTariff
from .rules import LabelCode, ProductKind, State, Tariff
from .terms import tariff_of


class NoProduct(LookupError):
    """No such product at this insurer."""


class NoLabel(LookupError):
    """The insurer sells nothing of this label."""


class NoContract(LookupError):
    """No contract with this number at this insurer."""


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product; `tariff` is the one of today, None when none has begun."""

    id: int
    code: str
    name: str
    kind: ProductKind
    label: str
    tariff: Tariff | None = None


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label: who carries the risk of these products, by name; `codes` are its UZOVI codes, the latest first."""

    name: str
    products: tuple[str, ...]
    codes: tuple[LabelCode, ...] = ()


@dataclass(frozen=True, slots=True)
class TariffView:
    """A tariff and what became of it."""

    id: int
    tariff: Tariff
    state: State
    proposed_by: str
    proposed_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """A product that a contract offers from a day on, with its discount in hundredths of a percent."""

    contract_id: int
    product: ProductView
    first_day: date
    discount: int
    offered: bool
    state: State = State.AGREED


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """A contract as who maintains terms finds it."""

    id: int
    number: str
    name: str
    organisation: str
    first_day: date
    end_day: date | None
    offers: tuple[OfferView, ...]


def products(scope: Scope, *, today: date) -> list[ProductView]:
    """What the insurer sells, by kind and name. Raises NotAllowed."""
    scope.require(Permission.MAINTAIN_TERMS)
    with office(scope.insurer_id):
        rows = list(Product.objects.filter(insurer_id=scope.insurer_id))
        tariffs = agreed_tariffs(one.id for one in rows)
    return sorted((_view(one, tariffs[one.id], today) for one in rows), key=_order)


def product(scope: Scope, product_id: int, *, today: date) -> tuple[ProductView, list[TariffView]]:
    """A product and every tariff that was proposed for it, the latest first. Raises NotAllowed, NoProduct."""
    scope.require(Permission.MAINTAIN_TERMS)
    with office(scope.insurer_id):
        found = Product.objects.filter(insurer_id=scope.insurer_id, id=product_id).first()
        rows = list(ProductTariff.objects.filter(product_id=product_id).order_by("-first_day", "-id")) if found else []
    if found is None:
        raise NoProduct(product_id)
    tariffs = [
        TariffView(row.id, tariff_of(row), State(row.state), row.proposed_by, row.proposed_at, row.reason)
        for row in rows
    ]
    agreed = [one.tariff for one in reversed(tariffs) if one.state == State.AGREED]
    return _view(found, agreed, today), tariffs


def labels(scope: Scope) -> list[LabelView]:
    """Whose insurance the insurer sells, by name. Raises NotAllowed."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        rows = list(
            Product.objects.filter(insurer_id=scope.insurer_id).order_by("label", "name").values_list("label", "name")
        )
        known = models.LabelCode.objects.filter(insurer_id=scope.insurer_id).order_by("-first_day")
        dated = list(known.values_list("label", "first_day", "uzovi"))
    found: dict[str, list[str]] = defaultdict(list)
    for label, name in rows:
        found[label].append(name)
    codes: dict[str, list[LabelCode]] = defaultdict(list)
    for label, first_day, uzovi in dated:
        codes[label].append(LabelCode(first_day, uzovi))
    return [LabelView(label, tuple(names), tuple(codes[label])) for label, names in found.items()]


def contract_terms(scope: Scope, number: str, *, today: date) -> ContractTerms:
    """What a contract offers and was proposed to, the latest first. Raises NotAllowed, NoContract."""
    scope.require(Permission.MAINTAIN_TERMS)
    with office(scope.insurer_id):
        own = GroupContract.objects.select_related("organisation").filter(insurer_id=scope.insurer_id, number=number)
        found = own.first()
        rows = _offers(ContractOffer.objects.filter(contract=found)) if found else []
        tariffs = agreed_tariffs({row.product_id for row in rows})
    if found is None:
        raise NoContract(number)
    offers = tuple(_offer(row, tariffs[row.product_id], today) for row in reversed(rows))
    return ContractTerms(
        found.id, found.number, found.name, found.organisation.name, found.first_day, found.end_day, offers
    )


def offered(scope: Scope, *, today: date) -> dict[int, list[OfferView]]:
    """What each contract of the scope's organisation offers today, by kind and name. Raises NotAllowed.

    Must run inside `opened`.
    """
    scope.require(Permission.SEE_CONTRACTS)
    own = ContractOffer.objects.filter(organisation_id=scope.organisation_id, state=State.AGREED, first_day__lte=today)
    latest: dict[tuple[int, int], ContractOffer] = {(row.contract_id, row.product_id): row for row in _offers(own)}
    tariffs = agreed_tariffs({row.product_id for row in latest.values()})
    found: dict[int, list[OfferView]] = defaultdict(list)
    for row in latest.values():
        if row.offered:
            found[row.contract_id].append(_offer(row, tariffs[row.product_id], today))
    for offers in found.values():
        offers.sort(key=lambda one: _order(one.product))
    return found


def _order(one: ProductView) -> tuple[int, str]:
    return list(ProductKind).index(one.kind), one.name


def _offers(rows: QuerySet[ContractOffer]) -> list[ContractOffer]:
    """In order of their first day, with their product."""
    return list(rows.select_related("product").order_by("first_day", "id"))


def _offer(row: ContractOffer, tariffs: Sequence[Tariff], today: date) -> OfferView:
    view = _view(row.product, tariffs, today)
    return OfferView(row.contract_id, view, row.first_day, row.discount, row.offered, State(row.state))


def agreed_tariffs(product_ids: Iterable[int]) -> dict[int, list[Tariff]]:
    """The tariffs that count, in order, by product; to be calculated with, by whoever may see what they are for."""
    found: dict[int, list[Tariff]] = defaultdict(list)
    rows = ProductTariff.objects.filter(product_id__in=list(product_ids), state=State.AGREED)
    for row in rows.order_by("first_day"):
        found[row.product_id].append(tariff_of(row))
    return found


def _view(row: Product, tariffs: Sequence[Tariff], today: date) -> ProductView:
    now = next((one for one in reversed(tariffs) if one.first_day <= today), None)
    return ProductView(row.id, row.code, row.name, ProductKind(row.kind), row.label, now)
