"""Events and seals as they stand in the tables, in the order of the chain; many of them, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from .facts import Event, Seal
from .rules import from_json

# An event of a file names thousands of people: some at a time keep memory level.
_AT_ONCE = 100

_EVENTS = """
SELECT id, clock, insurer_id, organisation_id, extract(epoch FROM at)::text, action, outcome, account_id, account,
       to_jsonb(roles)::text, responsible, purpose, access_point, array_to_json(participant_ids)::text,
       object_ids::text, detail::text
  FROM audit_event WHERE insurer_id = %s AND clock >= %s AND clock < %s ORDER BY clock, id
"""
# The places of roles, participants, objects and detail in it.
_JSON = frozenset({9, 13, 14, 15})
_SEALS = """
SELECT insurer_id, number, version, from_clock, to_clock, count, events_hash, previous, head,
       extract(epoch FROM sealed_at)::text
  FROM audit_seal WHERE insurer_id = %s AND number > %s AND number <= %s ORDER BY number LIMIT 500
"""
LOWEST, HIGHEST = -(2**63), 2**63 - 1


def events(insurer_id: int, from_clock: int = LOWEST, to_clock: int = HIGHEST) -> Iterator[Event]:
    """The events of an insurer by clock and id. Must run inside `sealing` or `auditing`."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_EVENTS, [insurer_id, from_clock, to_clock])
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from map(_event, rows)


def seals(insurer_id: int, last: int) -> Iterator[Seal]:
    """The seals of an insurer by number, up to `last`. Must run inside `auditing`."""
    reached = LOWEST
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_SEALS, [insurer_id, reached, last])
            rows = cursor.fetchall()
        for row in rows:
            yield Seal(*row)
        if not rows:
            return
        reached = rows[-1][1]


def last_seal(insurer_id: int) -> Seal | None:
    """The seal with the highest number; None while there is none. Must run inside `auditing`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT insurer_id, number, version, from_clock, to_clock, count, events_hash, previous, head,"
            " extract(epoch FROM sealed_at)::text FROM audit_seal WHERE insurer_id = %s ORDER BY number DESC LIMIT 1",
            [insurer_id],
        )
        row = cursor.fetchone()
    return Seal(*row) if row else None


def _event(row: Sequence[Any]) -> Event:
    # In the order of _EVENTS, where what is not plain came as JSON.
    return Event(*(from_json(value) if place in _JSON else value for place, value in enumerate(row)))
