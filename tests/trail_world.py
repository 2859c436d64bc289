"""Sealing in tests: the watermark is the whole server's, and other tests beside this one hold it back for a while."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from django.db import connection

from collectief.audit.sealing import seal
from collectief.scope.database import sealing

_PATIENCE = 240.0


def settled(beyond: int | None = None) -> None:
    """Wait until what is committed can be sealed, or all that was written before the transaction `beyond`."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with sealing(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT audit_watermark() > coalesce(%s - 1, (SELECT max(clock) FROM audit_event), 0)", [beyond]
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("another transaction on this server stays open")


def sealed(beyond: int | None = None) -> int:
    """Seal what can be sealed; how many events."""
    settled(beyond)
    return seal(datetime.now(UTC))
