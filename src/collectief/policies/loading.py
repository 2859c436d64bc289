"""What an insurer sold before it worked here: products, tariffs and offers from a file, at once (K02).

Two people stand for it, as with everything that is money; what is there already stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.contracts.models import GroupContract, Insurer
from collectief.foundation.money import Money
from collectief.scope.database import office

from . import rules
from .covering import follow_offers
from .models import ContractOffer, LabelCode, Product, ProductTariff
from .rules import Band, ProductKind, State, Tariff, TermsRefused, judge_discount, judge_prices
from .terms import kept


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much of a file was new."""

    products: int = 0
    tariffs: int = 0
    offers: int = 0
    codes: int = 0


@transaction.atomic
def load(insurer: str, terms: Mapping[str, Any], *, by: str, agreed_by: str, now: datetime) -> Loaded:
    """Take the terms of a file over; all or nothing. Raises LookupError for an insurer or contract that is not there,
    KeyError and ValueError for what the file lacks or has wrong, and TermsRefused: one_person, and what the rules say.
    """
    if by.strip().casefold() == agreed_by.strip().casefold():
        raise TermsRefused("one_person")
    stands = {
        "state": State.AGREED, "proposed_by": by, "proposed_at": now, "decided_at": now, "reason": "",
    }  # fmt: skip
    with office():
        found = Insurer.objects.filter(slug=insurer).first()
    if found is None:
        raise LookupError(insurer)
    with office(found.id):
        products = {code: _product(found, code, one) for code, one in terms.get("product", {}).items()}
        tariffs = [
            _tariff(product, one, stands)
            for code, (product, _new) in products.items()
            for one in terms["product"][code]["tariff"]
        ]
        today = timezone.localdate(now)
        codes = [
            _code(found, label, first_day, uzovi, today)
            for label, given in terms.get("label", {}).items()
            for first_day, uzovi in sorted(given["uzovi"].items())
        ]
        offers = [_offer(found, products[one["product"]][0], one, stands) for one in terms.get("offer", [])]
    loaded = Loaded(
        sum(new for _product, new in products.values()), sum(tariffs), sum(new for _contract, new in offers), sum(codes)
    )
    if loaded == Loaded():
        return loaded
    for contract_id in sorted({contract_id for contract_id, new in offers if new}):
        follow_offers(contract_id)
    audit.record_operator(
        found.id, found.name, by, "terms.load", roles=("operator",), purpose=audit.PURPOSE,
        detail={"agreed_by": agreed_by, **asdict(loaded)},
    )  # fmt: skip
    return loaded


def _product(insurer: Insurer, code: str, given: Mapping[str, Any]) -> tuple[Product, bool]:
    known = {"name": given["name"], "kind": ProductKind(given["kind"]), "label": given.get("label", insurer.name)}
    return Product.objects.get_or_create(insurer=insurer, code=code, defaults=known)


def _code(insurer: Insurer, label: str, first_day: str, uzovi: object, today: date) -> bool:
    """The UZOVI code of a label from a day on; what is there already stays, and of what is not sold there is none."""
    code = rules.LabelCode(date.fromisoformat(first_day), str(uzovi))
    rows = LabelCode.objects.filter(insurer=insurer, label=label)
    known = [rules.LabelCode(day, said) for day, said in rows.values_list("first_day", "uzovi")]
    sold = Product.objects.filter(insurer=insurer, label=label).exists()
    if not sold or any(one.first_day == code.first_day for one in known):
        return False
    rules.judge_label_code(code, known, today=today)
    LabelCode.objects.create(insurer=insurer, label=label, first_day=code.first_day, uzovi=code.uzovi)
    return True


def _tariff(product: Product, given: Mapping[str, Any], stands: Mapping[str, Any]) -> bool:
    typed = Tariff(
        _day(given["first_day"]),
        tuple(Band(*_ages(ages), Money.parse(monthly)) for ages, monthly in given["monthly"].items()),
        tuple((int(amount), Money.parse(off)) for amount, off in given.get("voluntary", {}).items()),
    )
    columns = kept(judge_prices(ProductKind(product.kind), typed))
    day = columns.pop("first_day")
    same = ProductTariff.objects.filter(state__in=[State.PROPOSED, State.AGREED])
    _row, made = same.get_or_create(
        product=product, first_day=day, defaults={**columns, **stands, "insurer_id": product.insurer_id}
    )
    return made


def _offer(insurer: Insurer, product: Product, given: Mapping[str, Any], stands: Mapping[str, Any]) -> tuple[int, bool]:
    contract = GroupContract.objects.filter(insurer=insurer, number=given["contract"]).first()
    if contract is None:
        raise LookupError(given["contract"])
    day, discount = _day(given["first_day"]), round(float(given.get("discount", 0)) * 100)
    judge_discount(ProductKind(product.kind), day, discount)
    same = ContractOffer.objects.filter(state__in=[State.PROPOSED, State.AGREED])
    more = {"insurer_id": insurer.id, "organisation_id": contract.organisation_id, "discount": discount}
    _row, made = same.get_or_create(contract=contract, product=product, first_day=day, defaults={**stands, **more})
    return contract.id, made


def _day(given: Any) -> date:
    if type(given) is not date:
        raise ValueError(f"{given} is no date; write it as 2026-01-01, without quotes")
    return given


def _ages(text: str) -> tuple[int, int | None]:
    """`0-17`, or `18-` for and over."""
    young, dash, old = text.partition("-")
    if not dash:
        raise ValueError(f"{text} is no range of ages; write 0-17, or 18- for and over")
    return int(young), int(old) if old else None
