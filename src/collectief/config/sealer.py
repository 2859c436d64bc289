"""The process that seals the trail: light, and always at it, so that what was done is sealed within a second."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, connection

from collectief.audit.sealing import ClockWentBack, seal

_log = logging.getLogger(__name__)

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
    pause = 0.0
    while not told.wait(pause):
        pause = _once()


def _once() -> float:
    """Seal once; how many seconds to wait before the next time."""
    try:
        return 0.0 if seal(datetime.now(UTC)) else _LOOK
    except ClockWentBack:
        _log.critical("nothing is sealed: this database was restored; run `collectief audit restored`")
        return _MENDING
    except (DatabaseError, InterfaceError) as away:
        _log.warning("sealer: the database is away (%s)", type(away).__name__)
        connection.close()
        return _AWAY
