"""Proposed terms as kinds of cases: what a colleague sees before agreeing, and what that does (K01, K02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.cases.rules import TERMS, About, Kind
from collectief.foundation.dates import dutch

from .actions import OFFER, TARIFF, offer_decided, tariff_decided
from .asking import STATEMENT, answered
from .models import ContractOffer, ProductTariff, StatementRequest
from .rules import Band, State, Tariff
from .terms import tariff_of


def ages(band: Band) -> str:
    """The ages of a band, in words."""
    if band.last_age is None:
        return _("{young} jaar en ouder").format(young=band.from_age)
    return _("{young} t/m {old} jaar").format(young=band.from_age, old=band.last_age)


def percent(hundredths: int) -> str:
    """Hundredths of a percent as people write them: 7,5%."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02}".rstrip("0").rstrip(",") + "%"


def _tariff_facts(tariff: Tariff, before: Tariff | None) -> list[tuple[str, str]]:
    """The premiums, each beside the one of the tariff before."""
    facts = []
    for band in tariff.bands:
        now = band.monthly.dutch
        if before is not None:
            now = _("{new} (nu {old})").format(new=now, old=before.monthly(band.from_age).dutch)
        facts.append((ages(band), now))
    for amount, off in tariff.voluntary:
        facts.append((_("Vrijwillig eigen risico € {amount}").format(amount=amount), f"-{off.dutch}"))
    return facts


def _proposed(row: Any) -> list[tuple[str, str]]:
    return [(_("Voorgesteld door"), row.proposed_by), (_("Gaat in op"), dutch(row.first_day))]


def tariff_titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Of which product, from when."""
    found = ProductTariff.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "product__name", "first_day")
    return {str(id_): f"{name}, {dutch(day)}" for id_, name, day in rows}


def tariff_about(insurer_id: int, subject: str) -> About:
    """The premiums that were entered, beside those of now."""
    row = ProductTariff.objects.select_related("product").get(insurer_id=insurer_id, id=subject)
    before = ProductTariff.objects.filter(product=row.product, state=State.AGREED, first_day__lt=row.first_day)
    last = before.order_by("-first_day").first()
    facts = [(_("Product"), f"{row.product.name} ({row.product.code})"), *_proposed(row)]
    return About((*facts, *_tariff_facts(tariff_of(row), tariff_of(last) if last else None)))


def offer_titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Which product in which contract."""
    found = ContractOffer.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "product__name", "contract__number")
    return {str(id_): f"{name}, {number}" for id_, name, number in rows}


def offer_about(insurer_id: int, subject: str) -> About:
    """What the contract would offer, beside what it offers now."""
    row = ContractOffer.objects.select_related("product", "contract", "organisation").get(
        insurer_id=insurer_id, id=subject
    )
    before = ContractOffer.objects.filter(
        contract=row.contract, product=row.product, state=State.AGREED, first_day__lt=row.first_day
    )
    last = before.order_by("-first_day").first()
    return About(
        (
            (_("Organisatie"), f"{row.organisation.name} ({row.organisation.customer_number})"),
            (_("Contract"), f"{row.contract.number} – {row.contract.name}"),
            (_("Product"), f"{row.product.name} ({row.product.code})"),
            *_proposed(row),
            (_("Voorstel"), _offer(row)),
            (_("Nu"), _offer(last) if last else _("niet in dit contract")),
        )
    )


def _offer(row: ContractOffer) -> str:
    if not row.offered:
        return _("niet in dit contract")
    return _("collectiviteitskorting {discount}").format(discount=percent(row.discount))


def refusals() -> dict[str, tuple[str, str]]:
    """Why terms cannot be agreed to any more."""
    return {
        "began_already": (
            _("De ingangsdatum is al voorbij."),
            _("Weiger dit voorstel, en stel het opnieuw voor met een latere datum."),
        )
    }


def statement_titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """About whom, by the insurer's own number, and for which customer."""
    found = StatementRequest.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "relation_number", "organisation__name")
    return {str(id_): f"{number}, {name}" for id_, number, name in rows}


def statement_about(insurer_id: int, subject: str) -> About:
    """Whose statement, and which days are not recorded here."""
    found = StatementRequest.objects.select_related("organisation").filter(insurer_id=insurer_id, id=subject)
    row = found.first()
    if row is None:
        return About(((_("Verzekeringsverklaring"), _("Verwijderd: de bewaartermijn is voorbij.")),))
    days = [
        _("{first} t/m {last}").format(first=dutch(date.fromisoformat(first)), last=dutch(date.fromisoformat(last)))
        for first, last in row.days
    ]
    answer = ((_("Antwoord"), row.answer),) if row.answered_at else ()
    return About(
        (
            (_("Relatienummer"), row.relation_number),
            (_("Organisatie"), f"{row.organisation.name} ({row.organisation.customer_number})"),
            (_("Hier niet vastgelegd"), ", ".join(days)),
            (_("Gevraagd door"), row.asked_by),
            *answer,
        )
    )


_REFUSING = gettext_lazy("Wie het voorstelde, leest de reden bij het voorstel; er verandert niets.")
KINDS = (
    Kind(
        TARIFF, TERMS[TARIFF], gettext_lazy("Premie"), tariff_titles, tariff_about, tariff_decided, refusals,
        approving=gettext_lazy("Vanaf de ingangsdatum gelden deze premies voor iedereen met dit product."),
        refusing=_REFUSING, four_eyes=True,
    ),
    Kind(
        OFFER, TERMS[OFFER], gettext_lazy("Product in contract"), offer_titles, offer_about, offer_decided, refusals,
        approving=gettext_lazy("Vanaf de ingangsdatum staat dit in het contract; de klant ziet het bij de contracten."),
        refusing=_REFUSING, four_eyes=True,
    ),
    Kind(
        STATEMENT, TERMS[STATEMENT], gettext_lazy("Verzekeringsverklaring"), statement_titles, statement_about,
        answered, dict,
        approving=gettext_lazy(
            "Schrijf op welke van deze dagen iemand verzekerd was. Zo komt het in de verklaring te staan."
        ),
        answers=True,
    ),
)  # fmt: skip
