"""What signing in leaves behind, tidied."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from .session_store import SessionStore
from .single_use import forget_expired


@app.periodic(cron="41 * * * *")
@app.task(name="access.clear_sessions", queue="interactive", pass_context=False)
def clear_sessions(timestamp: int) -> None:
    """Each hour: sessions that are over are gone from the table, and so is what could not be used again anyway."""
    SessionStore.clear_expired()
    forget_expired(datetime.fromtimestamp(timestamp, UTC))
