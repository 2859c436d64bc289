"""The states of a mutation and the only ways from one to another (law 4, X05); the docs draw this table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a mutation stands."""

    RECEIVED = "received"
    CHECKING = "checking"
    WAITING = "waiting"
    PROCESSED = "processed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.CHECKING, State.WAITING, State.PROCESSED, State.REJECTED, State.WITHDRAWN}),
    State.CHECKING: frozenset({State.WAITING, State.PROCESSED, State.REJECTED, State.WITHDRAWN}),
    State.WAITING: frozenset({State.CHECKING, State.PROCESSED, State.REJECTED, State.WITHDRAWN}),
    # Processed but not yet in effect can still be withdrawn; in effect it is reversed by another mutation.
    State.PROCESSED: frozenset({State.WITHDRAWN, State.REVERSED}),
    State.REJECTED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.REVERSED: frozenset(),
}

# Not decided yet: what shows grey and can be withdrawn without undoing anything.
OPEN = (State.RECEIVED, State.CHECKING, State.WAITING)

REVERSE = "reverse"

# How long a rejected mutation stays on the list of what to mend (U26), and what was asked for who never came is kept.
KEPT = timedelta(days=30)


class TransitionRefused(ValueError):
    """The mutation is no longer in a state from which this can be done."""


def judge_transition(before: State, after: State) -> None:
    """Raises TransitionRefused unless the table has the step."""
    if after not in TRANSITIONS[before]:
        raise TransitionRefused(before, after)
