"""Where sessions are kept: a table that knows whose they are, reached as the sign-in whatever is done around it.

So a page may read and write its session in the organisation's role, or outside any transaction.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection
from django.utils import timezone

from collectief.scope.database import signing_in

# Asked for every page: written out, since the ORM takes longer to make the question than the database to answer it.
_LIVE = "SELECT session_data FROM open_session WHERE session_key = %s AND expire_date > %s"
# Under what a session says who signed in with it.
SIGNED_IN = "signed_in"
# And under what who is half way in.
HALF_WAY = "half_way"


class SessionStore(db.SessionStore):
    """What SESSION_ENGINE names."""

    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        from .models import OpenSession

        return OpenSession

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row: Any = super().create_model_instance(data)
        row.account_id = (data.get(SIGNED_IN) or data.get(HALF_WAY) or {}).get("account_id")
        return row

    def load(self) -> dict[str, Any]:
        with signing_in(), connection.cursor() as cursor:
            cursor.execute(_LIVE, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            # As Django's does: what is saved after this gets a key of its own.
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(found[0])
        return held

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
