"""What people are insured with, and what that costs in a month (U06, U14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from collectief.foundation.period import ONE_DAY, Period
from collectief.scope.database import whole_organisation
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import ContractOffer, PolicyTerm
from .premium import Cover, Discount
from .queries import agreed_tariffs
from .rules import ProductKind, State

# Asked for every list page, with an id for each row: as an array they are one parameter, and the statement stays the
# same however many rows there are.
_INSURED = "SELECT participation_id FROM policy_term WHERE participation_id = ANY(%s) AND period @> %s::date"


@dataclass(frozen=True, slots=True)
class TermView:
    """A product that somebody is insured with for a time, under a contract."""

    participation_id: int
    contract_id: int
    product_id: int
    product: str
    kind: ProductKind
    label: str
    period: Period
    # The participant who took it out and how they pay, where it is not the organisation's (G06).
    policyholder_id: int | None = None
    payment: str = ""


def terms_of(scope: Scope, participation_ids: Collection[int]) -> list[TermView]:
    """The insurance that goes with these stays, the latest first. Must run inside `opened`. Raises NotAllowed."""
    scope.require(Permission.SEE_PARTICIPANTS)
    return terms_of_stays(scope.organisation_id, participation_ids)


def terms_of_stays(organisation_id: int, participation_ids: Collection[int]) -> list[TermView]:
    """The same for the insurer's own work. Must run inside `opened` or `working_for` of the organisation."""
    own = PolicyTerm.objects.filter(
        organisation_id=organisation_id, participation_id__in=list(participation_ids)
    ).select_related("product")
    found = [
        TermView(
            row.participation_id, row.contract_id, row.product_id, row.product.name, ProductKind(row.kind),
            row.product.label, Period(row.period.lower, row.period.upper), row.policyholder_id, row.payment,
        )
        for row in own
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.period.first_day, one.product), reverse=True)


def covers_of(terms: Sequence[TermView]) -> list[Cover]:
    """These terms with everything their premium depends on, in two queries. Must run inside `opened`."""
    tariffs = agreed_tariffs({one.product_id for one in terms})
    discounts = _discounts({one.contract_id for one in terms})
    return [
        Cover(
            one.product, one.kind, one.period, tuple(tariffs[one.product_id]),
            tuple(discounts[one.contract_id, one.product_id]),
        )
        for one in terms
    ]  # fmt: skip


def insured_on(day: date, participation_ids: Collection[int]) -> set[int]:
    """Which of these stays insure somebody on a day. Must run inside `opened`."""
    with connection.cursor() as cursor:
        cursor.execute(_INSURED, [list(participation_ids), day])
        return {id_ for (id_,) in cursor.fetchall()}


def insured_kinds(scope: Scope, participant_ids: Collection[int]) -> dict[int, list[tuple[ProductKind, Period]]]:
    """With what kinds of product the organisation insures these participants, and when, under any of its contracts.

    Of the whole organisation: a person has one basic insurance (G06). Must run inside `opened`.
    """
    found: dict[int, list[tuple[ProductKind, Period]]] = defaultdict(list)
    if not participant_ids:
        return found
    with whole_organisation(scope):
        rows = PolicyTerm.objects.filter(participant_id__in=list(participant_ids))
        for id_, kind, period in rows.values_list("participant_id", "kind", "period"):
            found[id_].append((ProductKind(kind), Period(period.lower, period.upper)))
    return found


def last_insured_day(scope: Scope, participant_id: int) -> date | None:
    """The last day on which the organisation insures somebody, under any of its contracts; None for no end, or none.

    Of the whole organisation, since a letter must not say that it ends while it goes on elsewhere (G13). Must run
    inside `opened`.
    """
    with whole_organisation(scope):
        ends = list(PolicyTerm.objects.filter(participant_id=participant_id).values_list("period", flat=True))
    days = [period.upper for period in ends]
    return None if None in days or not days else max(days) - ONE_DAY


def last_insured_days(scope: Scope, participant_ids: Collection[int]) -> dict[int, date]:
    """The same of several, in one query: of whom there is such a day. Must run inside `opened`."""
    ends: dict[int, list[date | None]] = defaultdict(list)
    with whole_organisation(scope):
        own = PolicyTerm.objects.filter(participant_id__in=list(participant_ids))
        for id_, period in own.values_list("participant_id", "period"):
            ends[id_].append(period.upper)
    return {id_: max(day for day in days if day) - ONE_DAY for id_, days in ends.items() if None not in days}


def whose_insurance_ends(scope: Scope, participant_ids: Collection[int]) -> set[int]:
    """Those of these participants of whom `last_insured_day` is a day, in one query. Must run inside `opened`."""
    if not participant_ids:
        return set()
    with whole_organisation(scope):
        own = PolicyTerm.objects.filter(participant_id__in=list(participant_ids))
        found = list(own.values_list("participant_id", "period"))
    open_ended = {id_ for id_, period in found if period.upper is None}
    return {id_ for id_, _ in found} - open_ended


def _discounts(contract_ids: Collection[int]) -> Mapping[tuple[int, int], list[Discount]]:
    """The collective discounts of contracts, in order, by contract and product."""
    found: dict[tuple[int, int], list[Discount]] = defaultdict(list)
    rows = ContractOffer.objects.filter(contract_id__in=list(contract_ids), state=State.AGREED, offered=True)
    for contract_id, product_id, first_day, discount in rows.order_by("first_day").values_list(
        "contract_id", "product_id", "first_day", "discount"
    ):
        found[contract_id, product_id].append(Discount(first_day, discount))
    return found
