"""The chain: canonical bytes of events and seals, and what is wrong with a trail (docs/audit.md; law 8).

Canonical bytes are one line of ASCII JSON with a fixed order of fields, so that an outsider can make them with any
JSON library: no two different events have the same line. The version stands first; a column that is added later makes
a new version, and what is sealed keeps the one it was sealed with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .facts import Event, Finding, Problem, Seal, Walk

VERSION = 1
# Every version there ever was: what was sealed with it is verified with it.
_VERSIONS = frozenset({1})


def event_line(event: Event, version: int = VERSION) -> bytes:
    """The canonical bytes of an event. Raises ValueError for a version there is not."""
    if version not in _VERSIONS:
        raise ValueError(f"no canonical form {version}")
    return _line(
        [
            version, event.id, event.clock, event.insurer_id, event.organisation_id, event.at, event.action,
            event.outcome, event.account_id, event.account, event.roles, event.responsible, event.purpose,
            event.access_point, event.participant_ids, event.object_ids, event.detail,
        ]
    )  # fmt: skip


def seal_hash(seal: Seal) -> str:
    """The head of the chain at this seal: the hash of everything in it, the previous head included."""
    return hashlib.sha256(
        _line(
            [
                seal.version, seal.insurer_id, seal.number, seal.from_clock, seal.to_clock, seal.count,
                seal.events_hash, seal.previous, seal.sealed_at,
            ]
        )
    ).hexdigest()  # fmt: skip


def from_json(text: str) -> Any:
    """What a JSON column holds. A fraction stays as it was written: 1.0 and 1.00 are not the same bytes."""
    # NUL is the one character that PostgreSQL's JSON cannot hold, so nothing else looks like this.
    return json.loads(text, parse_float=lambda written: f"\0{written}")


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"


class Digest:
    """The hash of events one after the other, and which they were."""

    def __init__(self, version: int = VERSION) -> None:
        self._hash, self._version = hashlib.sha256(), version
        self.count = 0
        self.first_id: int | None = None
        self.last_id: int | None = None

    def add(self, event: Event) -> None:
        """Raises ValueError for a version there is not."""
        self._hash.update(event_line(event, self._version))
        self.count += 1
        self.first_id, self.last_id = self.first_id or event.id, event.id

    @property
    def hexadecimal(self) -> str:
        return self._hash.hexdigest()


def check(seals: Iterable[Seal], events: Iterable[Event], kept: Mapping[int, str], walk: Walk) -> Iterator[Finding]:
    """What is wrong with one insurer's trail: nothing, or each place where it was touched.

    `seals` by number, `events` by (clock, id); `kept` are heads by number that somebody outside kept. Holds one event
    at a time. `walk` is told how far it is.
    """
    left = _Events(events)
    next_number, reached = 1, 0
    for seal in seals:
        gap = seal.number - next_number
        if gap:
            yield Finding(Problem.SEALS_MISSING, next_number, {"to_seal": seal.number - 1})
            # They stood under the seals that are gone.
            for _ in left.before(seal.from_clock):
                walk.events += 1
        elif seal.previous != walk.head or seal.from_clock != reached:
            yield Finding(Problem.CHAIN_BROKEN, seal.number)
        if seal.version not in _VERSIONS or seal.head != seal_hash(seal):
            yield Finding(Problem.SEAL_CHANGED, seal.number)
        if kept.get(seal.number, seal.head) != seal.head:
            yield Finding(Problem.CHAIN_REWRITTEN, seal.number)
        digest = Digest(seal.version if seal.version in _VERSIONS else VERSION)
        for event in left.before(seal.to_clock):
            digest.add(event)
        yield from _judge(seal, digest)
        next_number, reached = seal.number + 1, seal.to_clock
        walk.seals, walk.events, walk.head = walk.seals + 1, walk.events + digest.count, seal.head
        if walk.told:
            walk.told(walk)
    if kept and max(kept) >= next_number:
        yield Finding(Problem.TAIL_CUT, next_number, {"to_seal": max(kept)})
    for event in left.before(None):
        walk.first_unsealed = walk.first_unsealed or event
        walk.unsealed += 1


def _judge(seal: Seal, digest: Digest) -> Iterator[Finding]:
    where: dict[str, int | str | None] = {
        "first_event": digest.first_id, "last_event": digest.last_id, "found": digest.count, "sealed": seal.count,
        "sealed_at": seal.sealed_at,
    }  # fmt: skip
    if digest.count != seal.count:
        fewer = digest.count < seal.count
        yield Finding(Problem.EVENTS_MISSING if fewer else Problem.EVENTS_ADDED, seal.number, where)
    elif digest.hexadecimal != seal.events_hash:
        yield Finding(Problem.EVENTS_CHANGED, seal.number, where)


class _Events:
    """Events taken from the front, up to a clock at a time."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = iter(events)
        self._held = next(self._events, None)

    def before(self, clock: int | None) -> Iterator[Event]:
        while self._held is not None and (clock is None or self._held.clock < clock):
            yield self._held
            self._held = next(self._events, None)
