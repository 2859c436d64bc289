"""The sealer: chains what was done by hash, behind everything that can still be committed (law 8, ADR 12)."""

from __future__ import annotations

from copy import replace
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from collectief.scope.database import sealing

from . import stored
from .facts import GENESIS, Seal, epoch
from .rules import VERSION, Digest, seal_hash

# How many events a seal covers at most: as precisely is told later where something was touched. One transaction's
# events are never parted, however many they are.
MOST = 2_000

# Any number, as long as it is only for this: one sealer at a time.
_LOCK = 7_513_000_001

_CHAINS = """
WITH RECURSIVE insurer(id) AS (
  SELECT min(insurer_id) FROM audit_event
  UNION ALL
  SELECT (SELECT min(e.insurer_id) FROM audit_event e WHERE e.insurer_id > i.id) FROM insurer i WHERE i.id IS NOT NULL
)
SELECT i.id, coalesce(s.number, 0), coalesce(s.to_clock, 0), coalesce(s.head, %(genesis)s),
       EXISTS (SELECT 1 FROM audit_event e
                WHERE e.insurer_id = i.id AND e.clock >= coalesce(s.to_clock, 0) AND e.clock < %(mark)s)
  FROM insurer i LEFT JOIN LATERAL
       (SELECT number, to_clock, head FROM audit_seal WHERE insurer_id = i.id ORDER BY number DESC LIMIT 1) s ON true
 WHERE i.id IS NOT NULL
"""


class ClockWentBack(RuntimeError):
    """The database counts transactions from a lower number than what is sealed: it was restored into another server."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """Where an insurer's chain is, and whether there are events to seal."""

    insurer_id: int
    number: int
    to_clock: int
    head: str
    waits: bool


def seal(now: datetime) -> int:
    """Seal as `make_seals` does; how many events were sealed."""
    return sum(made.count for made in make_seals(now))


def make_seals(now: datetime) -> list[Seal]:
    """Seal what can no longer change, up to some thousands of events per insurer; the seals, once they are committed.

    Safe at any moment: one transaction, and none while another sealer is at it. Raises ClockWentBack.
    """
    with sealing():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return []
            # A statement of its own, after the lock: what is read below sees at least as much as this did.
            cursor.execute("SELECT audit_watermark()")
            mark = cursor.fetchone()[0]
            cursor.execute(_CHAINS, {"genesis": GENESIS, "mark": mark})
            chains = [_Chain(*row) for row in cursor.fetchall()]
        if any(chain.to_clock > mark for chain in chains):
            raise ClockWentBack(mark)
        return [_seal(chain, mark, now) for chain in chains if chain.waits]


def _seal(chain: _Chain, mark: int, now: datetime) -> Seal:
    to_clock = min(mark, _end(chain, mark))
    digest = Digest()
    for event in stored.events(chain.insurer_id, chain.to_clock, to_clock):
        digest.add(event)
    made = Seal(
        chain.insurer_id, chain.number + 1, VERSION, chain.to_clock, to_clock, digest.count, digest.hexadecimal,
        chain.head, "", epoch(now),
    )  # fmt: skip
    made = replace(made, head=seal_hash(made))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_seal (insurer_id, number, version, from_clock, to_clock, count, events_hash, previous,"
            " head, sealed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                made.insurer_id, made.number, made.version, made.from_clock, made.to_clock, made.count,
                made.events_hash, made.previous, made.head, now,
            ],
        )  # fmt: skip
    return made


def _end(chain: _Chain, mark: int) -> int:
    """Where a seal of MOST events ends, the last one's transaction as a whole; `mark` when there are not that many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock + 1 FROM audit_event WHERE insurer_id = %s AND clock >= %s AND clock < %s"
            " ORDER BY clock, id LIMIT 1 OFFSET %s",
            [chain.insurer_id, chain.to_clock, mark, MOST - 1],
        )
        found = cursor.fetchone()
    return int(found[0]) if found else mark
