"""The keys of lists that were made, sealed under the next secret; the files themselves stay as they are (ADR 26)."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag

from collectief.scope.renewing import NotRenewed, Renewal, Row, Step

from . import vault

_KEY = {"id": "bigint", "sealed": "bytea"}


def _files(renewal: Renewal) -> dict[str, int]:
    def made(row: Row) -> Row:
        id_, plan_id, day, key = row
        try:
            return id_, vault.resealed_key(vault.place_of(plan_id, day), key, renewal.before, renewal.after)
        except InvalidTag:
            raise NotRenewed("a list is there that was not sealed under the former secret") from None

    with renewal.every_row("export_file"):
        kept = renewal.remake(
            "renewed_export",
            _KEY,
            "SELECT id, plan_id, day, key_sealed FROM export_file",
            made,
            "UPDATE export_file f SET key_sealed = n.sealed FROM pg_temp.renewed_export n WHERE f.id = n.id",
        )
    return {"exports": kept}


EXPORTS = Step(frozenset({"export_file.key_sealed"}), _files)
