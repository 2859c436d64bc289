"""Events and seals as the chain knows them; plain Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

# What the first seal of a chain has for the seal before it.
GENESIS = "0" * 64


def epoch(at: datetime) -> str:
    """Seconds since 1970 in UTC with six decimals, as PostgreSQL's `extract(epoch FROM ...)` writes them."""
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{since.days * 86_400 + since.seconds}.{since.microseconds:06d}"


@dataclass(frozen=True, slots=True)
class InsurerActor:
    """Who of an insurer does something for a customer, as that customer's trail has it; by itself, unless it says more.

    `insurer` is the name that customers know.
    """

    insurer_id: int
    insurer: str
    account_id: int | None = None
    roles: tuple[str, ...] = ("automatic",)
    access_point: str = "job"


@dataclass(frozen=True, slots=True)
class Event:
    """What a seal covers of an event: every column. `at` is an `epoch`."""

    id: int
    clock: int
    insurer_id: int
    organisation_id: int | None
    at: str
    action: str
    outcome: str
    account_id: int | None
    account: str
    roles: Any
    responsible: str
    purpose: str
    access_point: str
    participant_ids: Any
    object_ids: Any
    detail: Any


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of an insurer's chain (see `models.AuditSeal`); `sealed_at` is an `epoch`."""

    insurer_id: int
    number: int
    version: int
    from_clock: int
    to_clock: int
    count: int
    events_hash: str
    previous: str
    head: str
    sealed_at: str


class Problem(StrEnum):
    """What can be wrong with a trail."""

    EVENTS_MISSING = "events_missing"
    EVENTS_ADDED = "events_added"
    EVENTS_CHANGED = "events_changed"
    SEALS_MISSING = "seals_missing"
    SEAL_CHANGED = "seal_changed"
    CHAIN_BROKEN = "chain_broken"
    CHAIN_REWRITTEN = "chain_rewritten"
    TAIL_CUT = "tail_cut"
    NOT_SEALED = "not_sealed"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, and where: the seal, and what is known of the events under it."""

    problem: Problem
    seal: int
    where: dict[str, int | str | None] = field(default_factory=dict)


@dataclass(slots=True)
class Walk:
    """How far a verification is, and what it saw; filled while it goes."""

    seals: int = 0
    events: int = 0
    # Events after the last seal: how many, and the first of them.
    unsealed: int = 0
    first_unsealed: Event | None = None
    head: str = GENESIS
    # Called after each seal, for whoever waits.
    told: Callable[[Walk], None] | None = None
