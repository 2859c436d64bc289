"""What counts once: artifacts and assertions of eHerkenning, remembered until they are worth nothing anyway (U01)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from collectief.scope.database import signing_in

from .models import UsedOnce


def use_once(kind: str, value: str, *, until: float) -> bool:
    """Whether this is the first time; kept until `until` (seconds since 1970), in a transaction of its own.

    The database decides between two that come at the same moment. Only a digest is kept.
    """
    digest = hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
    with signing_in():
        return UsedOnce.remember(digest, datetime.fromtimestamp(until, UTC))


def forget_expired(now: datetime) -> int:
    """Drop what could not be used again anyway; how many went."""
    with signing_in():
        return UsedOnce.objects.filter(until__lt=now).delete()[0]
