"""Mutations that wait keep their BSN, sealed and indexed under the next secret (ADR 26)."""

from __future__ import annotations

from collectief.participants.renewing import RENEWED, keys_of, opener
from collectief.scope.renewing import NotRenewed, Renewal, Row, Step

from .rules import OPEN

_COLUMNS = {"id": "bigint", "insurer_id": "bigint", "before": "bytea", "after": "bytea", "sealed": "bytea"}
_WAITS = "state IN ({})".format(", ".join(f"'{state}'" for state in OPEN))


def _waiting(renewal: Renewal) -> dict[str, int]:
    keys, opened = keys_of(renewal), opener(renewal)

    def made(row: Row) -> Row:
        id_, insurer_id, index, sealed = row
        bsn, after = opened(insurer_id, index, sealed), keys[insurer_id][1]
        found = after.blind_index(bsn)
        return id_, insurer_id, index, found, after.sealed_at(bsn, found)

    with renewal.every_row("mutation"):
        # Once decided, nothing looks for whom it was about by index: the mutation names the participant.
        renewal.run(
            f"UPDATE mutation SET bsn_index = NULL, bsn_sealed = NULL WHERE bsn_index IS NOT NULL AND NOT {_WAITS}"
        )
        known = renewal.run(
            f"UPDATE mutation m SET bsn_index = n.after FROM pg_temp.{RENEWED} n"
            " WHERE m.insurer_id = n.insurer_id AND m.bsn_index = n.before AND m.bsn_sealed IS NULL"
        )
        if known != renewal.value("SELECT count(*) FROM mutation WHERE bsn_index IS NOT NULL AND bsn_sealed IS NULL"):
            raise NotRenewed("mutations wait with the index of no person")
        newcomers = renewal.remake(
            "renewed_mutation",
            _COLUMNS,
            "SELECT id, insurer_id, bsn_index, bsn_sealed FROM mutation WHERE bsn_sealed IS NOT NULL",
            made,
            "UPDATE mutation m SET bsn_index = n.after, bsn_sealed = n.sealed FROM pg_temp.renewed_mutation n"
            " WHERE m.id = n.id",
        )
    renewal.run(f"INSERT INTO pg_temp.{RENEWED} SELECT insurer_id, before, after FROM pg_temp.renewed_mutation")
    return {"waiting mutations": known + newcomers}


WAITING = Step(frozenset({"mutation.bsn_index", "mutation.bsn_sealed"}), _waiting)
