"""What signing in leaves behind, tidied."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .session_store import SessionStore


@app.periodic(cron="41 * * * *")
@app.task(name="access.clear_sessions", queue="interactive", pass_context=False)
def clear_sessions(timestamp: int) -> None:
    """Each hour: sessions that are over are gone from the table."""
    SessionStore.clear_expired()
