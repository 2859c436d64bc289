"""Whether a trail is as it was sealed, for whoever doubts it: from the command line, with heads kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from collectief.scope.database import auditing
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from . import stored
from .facts import Finding, Problem, Seal, Walk, epoch
from .models import AuditVerification
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


def keep(insurer_id: int, walk: Walk, findings: Sequence[Finding], *, compared: bool) -> None:
    """Remember what a verification found; `compared`: with heads that were kept elsewhere."""
    with auditing(insurer_id):
        AuditVerification.objects.create(
            insurer_id=insurer_id, seals=walk.seals, events=walk.events, unsealed=walk.unsealed, head=walk.head,
            compared=compared, findings=len(findings), first_seal=findings[0].seal if findings else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verified:
    """When the trail was last verified, how far, and what was wrong."""

    at: datetime
    seals: int
    events: int
    compared: bool
    findings: int
    first_seal: int | None


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the chain stands: the last seal, what waits for one, and the last verification."""

    number: int | None
    sealed_at: datetime | None
    # How many events have no seal yet, up to `MANY`, and since when the oldest waits.
    waiting: int
    waiting_since: datetime | None
    # Whether that is longer than sealing ever takes.
    stalled: bool
    verified: Verified | None


# More than that is said as "more than".
MANY = 1000
_WAITING = "SELECT count(*), min(at) FROM (SELECT at FROM audit_event WHERE insurer_id = %s AND clock >= %s LIMIT %s) w"


def chain_state(scope: Scope, *, now: datetime) -> ChainState:
    """How the chain of the scope's insurer stands now. Raises NotAllowed."""
    scope.require(Permission.SEARCH_TRAIL)
    with auditing(scope.insurer_id), connection.cursor() as cursor:
        last = stored.last_seal(scope.insurer_id)
        cursor.execute(_WAITING, [scope.insurer_id, last.to_clock if last else 0, MANY])
        waiting, since = cursor.fetchone()
        found = AuditVerification.objects.filter(insurer_id=scope.insurer_id).order_by("-at", "-id").first()
    return ChainState(
        last.number if last else None,
        datetime.fromtimestamp(float(last.sealed_at), UTC) if last else None,
        waiting,
        since,
        since is not None and now - since > LONGEST_UNSEALED,
        Verified(found.at, found.seals, found.events, found.compared, found.findings, found.first_seal)
        if found
        else None,
    )
