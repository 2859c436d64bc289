"""Insurance that people choose themselves, where taking part in a contract is not being insured (G06).

It begins with the stay it was chosen with and goes on when that ends, but for death: who moves to another town keeps
their insurance. Its terms are made anew whenever the stay changes, so that nothing of before can be left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection
from msgspec import Struct
from procrastinate.contrib.django import app as queue

from collectief.foundation.dates import BirthDate
from collectief.foundation.money import Money, total
from collectief.foundation.period import Period
from collectief.scope.scope import Scope
from collectief.scope.staging import stage

from .premium import Cover, Discount, NoTariff, due_in
from .queries import OfferView


class Chosen(Struct, frozen=True):
    """A product that somebody takes out for themselves or another, from a day on."""

    participation_id: int
    participant_id: int
    contract_id: int
    product_id: int
    first_day: date
    policyholder_id: int
    payment: str


_COLUMNS = {
    "participation_id": "bigint", "participant_id": "bigint", "contract_id": "bigint", "product_id": "bigint",
    "first_day": "date", "policyholder_id": "bigint", "payment": "text",
}  # fmt: skip
_TERM = (
    "insurer_id, organisation_id, participant_id, participation_id, contract_id, product_id, kind, period,"
    " policyholder_id, payment"
)
_INSURE = f"""
INSERT INTO policy_term ({_TERM})
SELECT %s, %s, n.participant_id, n.participation_id, n.contract_id, n.product_id, p.kind, daterange(n.first_day, NULL),
       n.policyholder_id, n.payment
  FROM pg_temp.chosen_term n JOIN product p ON p.id = n.product_id
"""
# Of stays that changed, in the temporary table {{table}}: only death ends what somebody took out themselves.
_FOLLOW = f"""
WITH was AS (
  DELETE FROM policy_term t USING pg_temp.{{table}} c WHERE t.participation_id = c.id
  RETURNING t.*, c.reason, c.end_day)
INSERT INTO policy_term ({_TERM})
SELECT insurer_id, organisation_id, participant_id, participation_id, contract_id, product_id, kind,
       daterange(lower(period), CASE WHEN reason = ANY (%s) THEN end_day END), policyholder_id, payment
  FROM was
"""


def insure_as_chosen(scope: Scope, chosen: Sequence[Chosen]) -> None:
    """Write the terms of what was chosen. Must run inside `opened`, in the transaction that writes the stays."""
    if not chosen:
        return
    rows = (
        (
            one.participation_id, one.participant_id, one.contract_id, one.product_id, one.first_day,
            one.policyholder_id, one.payment,
        )
        for one in chosen
    )  # fmt: skip
    stage("chosen_term", _COLUMNS, rows)
    with connection.cursor() as cursor:
        cursor.execute(_INSURE, [scope.insurer_id, scope.organisation_id])
        if cursor.rowcount != len(chosen):
            raise RuntimeError("not everything that was chosen was written")
    if scope.profile.schedules_at_home:
        # By name, since jobs stand above actions.
        task = queue.configure_task("policies.post_schedules_of", lock=f"schedules/{scope.organisation_id}")
        task.defer(insurer_id=scope.insurer_id, organisation_id=scope.organisation_id)


def follow_stays(scope: Scope, table: str) -> None:
    """Have what people chose follow stays that changed, in a temporary table of id, reason and end_day."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW.format(table=table), [list(scope.profile.deaths)])


def monthly(offers: Sequence[OfferView], born: BirthDate, first_day: date) -> Money | None:
    """What a whole month of these products costs somebody from a day on; None where one has no price yet."""
    covers = [
        Cover(
            one.product.name, one.product.kind, Period(first_day), (one.product.tariff,),
            (Discount(one.first_day, one.discount),),
        )
        for one in offers
        if one.product.tariff is not None
    ]  # fmt: skip
    if len(covers) < len(offers):
        return None
    try:
        lines = due_in(first_day.replace(day=1), covers, born)
    except NoTariff:
        return None
    return total([line.net for line in lines])
