"""Who takes part in a contract is insured with the basic insurance it gives, where the segment is so (U06, U18, U21).

Which insurance that is on which day, the view `standard_cover` says: of the basic insurances that the contract offers
on a day, the one it has had longest without a break. The policy terms of a stay are always its days, cut where the
contract's insurance begins, changes or ends; they are never corrected but made again, so that nothing can be left of
what was before.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from procrastinate.contrib.django import app as queue

from collectief.scope.scope import Scope
from collectief.scope.staging import ids_array

# What the terms of stays are; `stays` is a query of their id, participant_id, contract_id and period.
TERMS = """
SELECT s.participant_id, s.id AS participation_id, s.contract_id, c.product_id, 'basic' AS kind,
       s.period * c.period AS period
  FROM ({stays}) s JOIN standard_cover c ON c.contract_id = s.contract_id AND c.period && s.period
"""
COLUMNS = "participant_id, participation_id, contract_id, product_id, kind, period"


def insure(scope: Scope, stays: str) -> None:
    """Write the terms of stays that have none; `stays` is a query of their id, participant_id, contract_id and period.

    Must run inside `opened`, in the transaction that writes the stays.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO policy_term (insurer_id, organisation_id, {COLUMNS})"
            f" SELECT %s, %s, {COLUMNS} FROM ({TERMS.format(stays=stays)}) t",
            [scope.insurer_id, scope.organisation_id],
        )


def uninsure(participation_ids: Iterable[int]) -> None:
    """Take away the terms of stays that are no more, or are insured anew. Must run inside `opened`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM policy_term WHERE participation_id = ANY (%s::bigint[])", [ids_array(participation_ids)]
        )


def follow_offers(contract_id: int) -> None:
    """Have everyone in a contract insured with what it gives, once this transaction stands."""
    # By name: who takes part is known in a higher room.
    queue.configure_task("enrolment.follow_offers").defer(contract_id=contract_id)
