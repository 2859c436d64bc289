"""Whether a trail is as it was sealed, for whoever doubts it: from the command line, with heads kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from collectief.scope.database import auditing

from . import stored
from .facts import Finding, Problem, Seal, Walk, epoch
from .rules import check

# An event that is older and not sealed is one whose seal is gone, or whose sealer is not running.
LONGEST_UNSEALED = timedelta(minutes=5)


def verify(
    insurer_id: int, walk: Walk, *, now: datetime, kept: Mapping[int, str], longest: timedelta = LONGEST_UNSEALED
) -> Iterator[Finding]:
    """What is wrong with an insurer's trail, place by place; nothing when it is whole.

    `kept` are heads by number that somebody kept elsewhere (`heads`): without them, a trail whose last part was cut
    off together with its seals, or that was sealed anew from some point on, looks whole.
    """
    with auditing(insurer_id):
        # The last seal first: the events read after it are all there, also when sealing goes on meanwhile.
        last = stored.last_seal(insurer_id)
        yield from check(stored.seals(insurer_id, last.number if last else 0), stored.events(insurer_id), kept, walk)
    first = walk.first_unsealed
    if first is not None and float(first.at) < float(epoch(now - longest)):
        yield Finding(
            Problem.NOT_SEALED, walk.seals + 1, {"first_event": first.id, "at": first.at, "found": walk.unsealed}
        )


def head(insurer_id: int) -> Seal | None:
    """The head of an insurer's chain now, for somebody elsewhere to keep; None before its first seal."""
    with auditing(insurer_id):
        return stored.last_seal(insurer_id)
