"""Uploads: their keys sealed under the next secret, and whom open ones are about found under it (ADR 26).

What a plan kept is dropped: it was judged by lanes, and somebody's lane follows their index. A file that was planned
is judged again as it is carried out, by the same rules as ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from collectief.foundation.bsn import Bsn
from collectief.foundation.sealing import BsnKeys
from collectief.participants.renewing import RENEWED, keys_of, note_renewed
from collectief.scope.renewing import Renewal, Row, Step
from collectief.scope.staging import bytes_array

from . import vault
from .rules import ENDED
from .sheets.rows import Rows

_BATCH = {"id": "bigint", "sealed": "bytea"}
_CHUNK = {"batch_id": "bigint", "lane": "smallint", "chunk": "integer", "sealed": "bytea"}
_ENDED = ", ".join(f"'{state}'" for state in ENDED)
# What has ended is looked through and never judged again: whom its rows are about is not asked.
_OPEN = f"""
SELECT b.id, b.insurer_id, b.key_sealed, c.lane, c.chunk, c.sealed
  FROM batch b JOIN batch_chunk c ON c.batch_id = b.id
 WHERE b.key_sealed IS NOT NULL AND b.state NOT IN ({_ENDED})
"""
# Thousands of rows each: a few are in memory at a time.
_CHUNKS = 4

type _Index = dict[bytes, bytes]


def _uploads(renewal: Renewal) -> dict[str, int]:
    with renewal.every_row("batch", "batch_chunk"):
        # Chunks first: they are opened with the key as it was sealed.
        renewal.put("renewed_chunk", _CHUNK, _remade(renewal))
        chunks = renewal.run(
            "UPDATE batch_chunk c SET sealed = n.sealed, facts = '', kept = '' FROM pg_temp.renewed_chunk n"
            " WHERE c.batch_id = n.batch_id AND c.lane = n.lane AND c.chunk = n.chunk"
        )
        uploads = renewal.remake(
            "renewed_batch",
            _BATCH,
            "SELECT id, key_sealed FROM batch WHERE key_sealed IS NOT NULL",
            lambda row: (row[0], vault.resealed_key(row[1], renewal.before, renewal.after)[1]),
            "UPDATE batch b SET key_sealed = n.sealed FROM pg_temp.renewed_batch n WHERE b.id = n.id",
        )
    return {"uploads": uploads, "chunks of open uploads": chunks}


def _remade(renewal: Renewal) -> Iterator[list[Row]]:
    keys = keys_of(renewal)
    for found in renewal.sets(_OPEN, size=_CHUNKS):
        made: list[Row] = []
        for batch_id, insurer_id, key_sealed, lane, chunk, sealed in found:
            safe = vault.ChunkVault(vault.resealed_key(key_sealed, renewal.before, renewal.after)[0], batch_id)
            rows = safe.rows(lane, chunk, sealed)
            by_bsn = _by_bsn(rows, *keys[insurer_id])
            note_renewed(renewal, [(insurer_id, *pair) for pair in by_bsn.items()])
            after = by_bsn | _known(renewal, insurer_id, rows, by_bsn)
            # Of somebody who is not known any more a row says so.
            rows.people = [after.get(bytes.fromhex(person), b"").hex() for person in rows.people]
            made.append((batch_id, lane, chunk, safe.seal("rows", lane, chunk, rows)))
        yield made


def _by_bsn(rows: Rows, before: BsnKeys, after: BsnKeys) -> _Index:
    """The next index of everyone whose row has their BSN."""
    bsns = {Bsn(bsn) for person, bsn in zip(rows.people, rows.column("bsn"), strict=True) if person and bsn}
    return {before.blind_index(bsn): after.blind_index(bsn) for bsn in bsns}


def _known(renewal: Renewal, insurer_id: int, rows: Rows, but: _Index) -> _Index:
    """The next index of everyone who is named otherwise."""
    named = {bytes.fromhex(person) for person in rows.people if person} - but.keys()
    if not named:
        return {}
    found = renewal.connection.execute(
        f"SELECT before, after FROM pg_temp.{RENEWED} WHERE insurer_id = %s AND before = ANY (%s::bytea[])",
        [insurer_id, bytes_array(named)],
    )
    return {bytes(before): bytes(after) for before, after in found}


UPLOADS = Step(frozenset({"batch.key_sealed", "batch_chunk.sealed", "batch_chunk.kept"}), _uploads)
