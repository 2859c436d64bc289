"""Kinds of runs, as data; what one does, a higher room knows (K04). Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from collectief.foundation.registry import Registry


class RunState(StrEnum):
    """Where a run stands."""

    # In the queue, and no worker has come to it yet.
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    # Tried often enough: somebody looks at it, and starts it again.
    FAILED = "failed"


UNDER_WAY = (RunState.PLANNED, RunState.RUNNING)


class RunRefused(ValueError):
    """It cannot be started now; `code` is turned into words by whoever asked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoRun(LookupError):
    """The insurer has no such run, or there is no such kind, or nothing of it for that time."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do now: how many units are left, and numbers with their names for whoever looks beforehand."""

    left: int
    counts: tuple[tuple[object, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of run. Texts are translated when they are shown.

    `subjects` are the codes of what it can be run for on a day, the latest first, such as 2026-10 for a month; `called`
    is one of them in words. `due` is the one that is planned by itself on a day, where something of it is left; None
    for none. `preview` only reads, and `step` does the next few units and says how many: 0 when nothing is left. Both
    get the number of the insurer and the subject, and run inside `housekeeping`. What a step does and that it did is
    one transaction, so that a step that was broken off has done nothing, and none is done twice (law 3).
    """

    slug: str
    label: object
    # What it does, in a sentence.
    does: object
    # When it is planned by itself, in a sentence.
    planned: object
    # What it counts.
    unit: object
    subjects: Callable[[date], Sequence[str]]
    due: Callable[[date], str | None]
    called: Callable[[str], str]
    preview: Callable[[int, str], Preview]
    step: Callable[[int, str, datetime], int]


registry: Registry[Kind] = Registry()


def judge_start(preview: Preview) -> None:
    """Whether there is something to start. Raises RunRefused."""
    if not preview.left:
        raise RunRefused("nothing_left")
