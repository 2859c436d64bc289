"""The process that seals the trail: light, and always at it, so that what was done is sealed within a second."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, connection

from collectief.audit.facts import Seal
from collectief.audit.sealing import ClockWentBack, make_seals
from collectief.audit.verification import head
from collectief.contracts.models import Insurer
from collectief.scope.database import office

from .logs import HEADS

_log = logging.getLogger(__name__)
_heads = logging.getLogger(HEADS)

# Between two looks when there was nothing to seal; after a database that was away; after what an operator must mend.
_LOOK = 0.25
_AWAY = 2.0
_MENDING = 60.0


def seal_until_told() -> None:
    """Seal what was done until told to stop (SIGTERM, SIGINT). While the database is away it is tried again and again.

    May be killed at any moment, and may run twice: a seal is one transaction, and one sealer at a time makes it.
    Raises WrongSecret.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    pause, begun = 0.0, False
    while not told.wait(pause):
        if not begun:
            begun = _begin()
        pause = _once()


def seal_and_tell(now: datetime) -> int:
    """Seal once, and tell each new head in the process log: so it leaves the machine, and what it covers is fixed.

    How many events were sealed. Raises ClockWentBack.
    """
    made = make_seals(now)
    tell_heads(made)
    return sum(one.count for one in made)


def tell_heads(seals: Sequence[Seal]) -> None:
    """Write a line for each seal, as `collectief audit heads` prints it and `verify --heads` reads it."""
    if not seals:
        return
    with office():
        slugs = dict(Insurer.objects.values_list("id", "slug"))
    for one in seals:
        # Sealing goes on also for an insurer that somebody removed.
        slug = slugs.get(one.insurer_id, str(one.insurer_id))
        _heads.info("sealed: %s %d", slug, one.number, extra={"trail": as_kept(slug, one)})


def as_kept(slug: str, seal: Seal) -> dict[str, str | int]:
    """A head as somebody elsewhere keeps it."""
    at = datetime.fromtimestamp(float(seal.sealed_at), UTC).isoformat(timespec="seconds")
    return {"insurer": slug, "number": seal.number, "head": seal.head, "sealed_at": at}


def _begin() -> bool:
    """Tell how every chain stands: a sealer that was killed may not have told its last. Whether it could."""
    try:
        with office():
            known = list(Insurer.objects.values_list("id", flat=True))
        tell_heads([found for found in map(head, known) if found])
    except (DatabaseError, InterfaceError):
        connection.close()
        return False
    return True


def _once() -> float:
    """Seal once; how many seconds to wait before the next time."""
    try:
        return 0.0 if seal_and_tell(datetime.now(UTC)) else _LOOK
    except ClockWentBack:
        _log.critical("nothing is sealed: this database was restored; run `collectief audit restored`")
        return _MENDING
    except (DatabaseError, InterfaceError) as away:
        _log.warning("sealer: the database is away (%s)", type(away).__name__)
        connection.close()
        return _AWAY
