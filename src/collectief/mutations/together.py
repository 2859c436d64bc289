"""A group of mutations: all of them or none (G06); plain Python."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .rules import REVERSE
from .verdicts import Accepted, Refused, Unchanged, Verdict, Waiting

# Of who goes with somebody who is refused; what is undone was never asked anew, and has words of its own.
ANOTHER, ANOTHER_UNDONE = Refused("another_of_group_refused"), Refused("another_of_group_not_undone")


def all_or_none(verdicts: Sequence[Verdict], kinds: Collection[str] = ()) -> list[Verdict]:
    """What the verdicts on each of a group come to for the group; `kinds` are what is asked for them.

    One that is refused refuses all; while one waits, all do. What is so already does not go with what is new: whoever
    asked takes it out first. A group of which everything is so already is as it was.
    """
    if all(isinstance(one, Unchanged) for one in verdicts):
        return list(verdicts)
    own: list[Verdict] = [Refused("already_so") if isinstance(one, Unchanged) else one for one in verdicts]
    if any(isinstance(one, Refused) for one in own):
        another = ANOTHER_UNDONE if REVERSE in kinds else ANOTHER
        return [one if isinstance(one, Refused) else another for one in own]
    if any(isinstance(one, Waiting) for one in own):
        return [Waiting() if isinstance(one, Accepted) else one for one in own]
    return own
