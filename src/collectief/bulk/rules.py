"""What a batch and its rows can be; plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from collectief.mutations.verdicts import Accepted, Refused, Unchanged, Verdict


class State(StrEnum):
    """Where a batch stands, from file to result."""

    RECEIVED = "received"
    PLANNING = "planning"
    PLANNED = "planned"
    CARRYING_OUT = "carrying_out"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


# In these the worker has something to do.
BUSY = (State.RECEIVED, State.PLANNING, State.CARRYING_OUT)


class Planned(StrEnum):
    """What the plan says of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class Outcome(StrEnum):
    """What became of a row; each gets exactly one."""

    PROCESSED = "processed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    CHANGED_SINCE = "changed_since"
    NOT_ACCEPTED = "not_accepted"


def planned(kind: str, verdict: Verdict) -> tuple[Planned | None, str]:
    """A verdict in the plan's words: what, and the code when rejected. None: no verdict yet (BRP)."""
    if isinstance(verdict, Accepted):
        return (Planned.NEW if kind == "enrol" else Planned.CHANGED), ""
    if isinstance(verdict, Unchanged):
        return Planned.UNCHANGED, ""
    if isinstance(verdict, Refused):
        return Planned.REJECTED, verdict.code
    return None, ""


def lane(person_key: bytes, lanes: int = 2) -> int:
    """Which of the lanes a person's rows go through: always the same one, so that they stay in order."""
    return person_key[0] % lanes


def percentage(counts: Mapping[str, int], total: int) -> int:
    """How far a step is, 0-100."""
    return min(100, sum(counts.values()) * 100 // total) if total else 100
