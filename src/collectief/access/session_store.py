"""Where sessions are kept: Django's own table, reached as the sign-in whatever the work around it is done as.

So a page may read and write its session in the organisation's role, or outside any transaction.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db

from collectief.scope.database import signing_in


class SessionStore(db.SessionStore):
    """What SESSION_ENGINE names."""

    def load(self) -> dict[str, Any]:
        with signing_in():
            return super().load()

    def exists(self, session_key: str) -> bool:
        with signing_in():
            return super().exists(session_key)

    def save(self, must_create: bool = False) -> None:
        with signing_in():
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        with signing_in():
            super().delete(session_key)

    @classmethod
    def clear_expired(cls) -> None:
        with signing_in():
            super().clear_expired()
