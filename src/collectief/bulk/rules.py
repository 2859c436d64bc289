"""What a batch and its rows can be; plain Python.

A chunk writes its verdicts as one word, a letter per row: the first of the verdict's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from collectief.enrolment.facts import StayChange
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
    STOPPED = "stopped"


# In these the worker has something to do.
BUSY = (State.RECEIVED, State.PLANNING, State.CARRYING_OUT)
# In these every row has its outcome, and nothing follows.
ENDED = (State.DONE, State.REFUSED, State.CANCELLED, State.STOPPED)
# What the organisation gets a message of; who cancels knows.
TOLD = (State.DONE, State.REFUSED, State.STOPPED)


# How long what people sent is kept; a plan that nobody agreed to by then ends without changing anything (law 9).
KEPT = timedelta(days=30)
# So many days of the calendar after it came it is told once more that a plan waits (X08): when it was forgotten, and
# when time runs out.
REMIND_AFTER = (timedelta(days=7), timedelta(days=27))


def reminders_by(came_on: date, today: date) -> int:
    """How many reminders there should have been by today, of a plan that waits since a day."""
    return sum(today - came_on >= after for after in REMIND_AFTER)


class Planned(StrEnum):
    """What the plan says of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"

    @property
    def letter(self) -> str:
        return self.value[0]


class Outcome(StrEnum):
    """What became of a row; each gets exactly one."""

    PROCESSED = "processed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    CHANGED_SINCE = "changed_since"
    NOT_ACCEPTED = "not_accepted"

    @property
    def letter(self) -> str:
        return self.value[0]


PLANNED_BY_LETTER: Mapping[str, Planned] = {kind.letter: kind for kind in Planned}
OUTCOME_BY_LETTER: Mapping[str, Outcome] = {kind.letter: kind for kind in Outcome}

# Why a row is rejected or changed since: a code, and what to say with it.
Told = tuple[str, Mapping[str, Any]]

# The row's own cells say what is wrong: its problems of shape.
PROBLEMS = "problems"
# What a judgement of a row is about, where that is one of its columns.
COLUMNS: Mapping[str, str] = {"name_of_another": "surname", "birth_date_of_another": "birth_date"}


def problems_of(code: str, params: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(column, code, params) of everything wrong with a row that became a rejected mutation with this code.

    The column is empty for what is about the whole row, and of what was refused before columns were kept.
    """
    if PROBLEMS in params:
        return [(column, problem, said) for column, problem, said in params[PROBLEMS]]
    return [(COLUMNS.get(code, ""), code, dict(params))] if code else []


def planned(verdict: Verdict) -> Planned:
    """A verdict in the plan's words. Raises ValueError while the BRP has not answered: there is none yet."""
    if isinstance(verdict, Accepted):
        joins = any(isinstance(change, StayChange) and change.before is None for change in verdict.changes)
        return Planned.NEW if joins else Planned.CHANGED
    if isinstance(verdict, Unchanged):
        return Planned.UNCHANGED
    if isinstance(verdict, Refused):
        return Planned.REJECTED
    raise ValueError("it still waits for the BRP")


def stands(planned_letter: str, told: Told | None, verdict: Verdict) -> bool:
    """Whether a row may be carried out with this verdict: the one its plan showed. Raises ValueError as `planned`."""
    if planned(verdict).letter != planned_letter:
        return False
    return not isinstance(verdict, Refused) or (told is not None and told[0] == verdict.code)


def worth_agreeing(planned_counts: Mapping[str, Any]) -> int:
    """How many rows of a plan would change anything when it is accepted."""
    return sum(int(planned_counts.get(kind, 0)) for kind in (Planned.NEW, Planned.CHANGED))


def outcome_of(planned_letter: str) -> Outcome:
    """What becomes of a row whose verdict still stands."""
    return {
        Planned.NEW: Outcome.PROCESSED,
        Planned.CHANGED: Outcome.PROCESSED,
        Planned.UNCHANGED: Outcome.UNCHANGED,
        Planned.REJECTED: Outcome.REJECTED,
    }[PLANNED_BY_LETTER[planned_letter]]


def outcome_since(verdict: Verdict) -> Outcome:
    """What becomes of a row whose verdict no longer stands: what is so by now needs no mending, whoever did it."""
    return Outcome.UNCHANGED if isinstance(verdict, Unchanged) else Outcome.CHANGED_SINCE


def changed_since(verdict: Verdict) -> Told:
    """Why a row was not carried out although its plan was accepted: what it would come to now."""
    if isinstance(verdict, Refused):
        return verdict.code, dict(verdict.params)
    return ("already_so" if isinstance(verdict, Unchanged) else "possible_by_now"), {}
