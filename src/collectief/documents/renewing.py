"""The keys of letters that are kept, sealed under the next secret; the letters themselves stay as they are (ADR 26)."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag

from collectief.scope.renewing import NotRenewed, Renewal, Row, Step

from . import vault

_KEY = {"id": "bigint", "sealed": "bytea"}


def _letters(renewal: Renewal) -> dict[str, int]:
    def made(row: Row) -> Row:
        id_, number, key = row
        try:
            return id_, vault.resealed_key(number, key, renewal.before, renewal.after)
        except InvalidTag:
            raise NotRenewed("a letter is there that was not sealed under the former secret") from None

    with renewal.every_row("document"):
        kept = renewal.remake(
            "renewed_letter",
            _KEY,
            "SELECT id, number, key_sealed FROM document WHERE key_sealed IS NOT NULL",
            made,
            "UPDATE document d SET key_sealed = n.sealed FROM pg_temp.renewed_letter n WHERE d.id = n.id",
        )
    return {"letters": kept}


LETTERS = Step(frozenset({"document.key_sealed"}), _letters)
