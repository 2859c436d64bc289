"""A group of mutations: all of them or none (G06); plain Python."""

from __future__ import annotations

from collections.abc import Sequence

from .verdicts import Accepted, Refused, Unchanged, Verdict, Waiting


def all_or_none(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """What the verdicts on each of a group come to for the group.

    One that is refused refuses all; while one waits, all do. What is so already does not go with what is new: whoever
    asked takes it out first. A group of which everything is so already is as it was.
    """
    if all(isinstance(one, Unchanged) for one in verdicts):
        return list(verdicts)
    own: list[Verdict] = [Refused("already_so") if isinstance(one, Unchanged) else one for one in verdicts]
    if any(isinstance(one, Refused) for one in own):
        return [one if isinstance(one, Refused) else Refused("another_of_group_refused") for one in own]
    if any(isinstance(one, Waiting) for one in own):
        return [Waiting() if isinstance(one, Accepted) else one for one in own]
    return own
