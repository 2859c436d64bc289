"""A contract's insurance changes: everyone who takes part is insured with what it gives from then on (U06, K02)."""

from __future__ import annotations

from django.db import connection, transaction

from collectief.audit import actions as audit
from collectief.audit.facts import InsurerActor
from collectief.contracts.models import GroupContract
from collectief.mutations import lanes
from collectief.mutations.corridor import LANES
from collectief.policies.covering import COLUMNS, TERMS
from collectief.scope.database import housekeeping, office
from collectief.segments.catalogue import PROFILES, profile

# The organisation stands beside the contract because the indexes begin with it.
_OWN = "FROM participation WHERE organisation_id = %(organisation)s AND contract_id = %(contract)s"
_STAYS = f"SELECT id, participant_id, contract_id, period {_OWN}"
# What stays as it is is not touched: usually everything up to the day on which the contract's insurance changes.
_FOLLOW = f"""
WITH due AS MATERIALIZED ({TERMS.format(stays=_STAYS)}), gone AS (
  DELETE FROM policy_term t WHERE t.participation_id IN (SELECT id {_OWN}) AND NOT EXISTS (
    SELECT FROM due d WHERE d.participation_id = t.participation_id AND d.product_id = t.product_id
       AND d.period = t.period) RETURNING id)
SELECT count(*) FROM gone
"""
_ADD = f"""
INSERT INTO policy_term (insurer_id, organisation_id, {COLUMNS})
SELECT %(insurer)s, %(organisation)s, {COLUMNS} FROM ({TERMS.format(stays=_STAYS)}) d
 WHERE NOT EXISTS (SELECT FROM policy_term t WHERE t.participation_id = d.participation_id
   AND t.product_id = d.product_id AND t.period = d.period)
"""


@transaction.atomic
def follow_offers(contract_id: int) -> None:
    """Insure everyone in a contract with what it gives on each of their days; nothing where that is so already.

    Nothing either for a segment in which taking part is not being insured. Waits for whoever changes people of the
    organisation, who then knows what the contract gives.
    """
    with office():
        contract = GroupContract.objects.select_related("organisation__insurer").get(id=contract_id)
    customer = contract.organisation
    if not profile(customer.segment).insures:
        return
    given = {"contract": contract.id, "organisation": customer.id, "insurer": customer.insurer_id}
    with housekeeping(), connection.cursor() as cursor:
        lanes.lock_lanes(customer.id, range(LANES))
        cursor.execute(_FOLLOW, given)
        ended = int(cursor.fetchone()[0])
        cursor.execute(_ADD, given)
        begun = cursor.rowcount
    if ended or begun:
        with office(customer.insurer_id):
            audit.record_by_insurer(
                InsurerActor(customer.insurer_id, customer.insurer.name), customer.id, "contract.follow_offer",
                objects={"contract": [contract.id]},
                detail={"terms_ended": ended, "terms_begun": begun},
            )  # fmt: skip


def contracts_that_insure() -> list[int]:
    """Every contract, of every insurer, in which taking part is being insured."""
    segments = [one.slug for one in PROFILES.values() if one.insures]
    with office():
        known = GroupContract.objects.filter(organisation__segment__in=segments)
        return list(known.order_by("id").values_list("id", flat=True))
