from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.utils import NotSupportedError

# Periods are kept apart by the database itself (WITHOUT OVERLAPS), which no older one does.
OLDEST_SERVER = 18


class ScopeConfig(AppConfig):
    name = "collectief.scope"

    def ready(self) -> None:
        connection_created.connect(_look_at_the_server, dispatch_uid="server")
        connection_created.connect(_compare_secrets, dispatch_uid="secret")


def _look_at_the_server(sender: Any, connection: BaseDatabaseWrapper, **more: Any) -> None:
    """Nothing is begun on an older PostgreSQL: there the tables would be made by half. Raises NotSupportedError."""
    if connection.connection is None or (found := connection.connection.info.server_version) >= OLDEST_SERVER * 10_000:
        return
    connection.close()
    raise NotSupportedError(f"PostgreSQL {OLDEST_SERVER} is needed, and this is {found // 10_000}: docs/database.md")


def _compare_secrets(sender: Any, connection: BaseDatabaseWrapper, **more: Any) -> None:
    """No work is done over a line to a database that stands under another secret (ADR 26)."""
    from . import secret

    # The owner's line migrates and renews: it is there before the secret is known, and while it changes.
    if connection.alias != "default" or connection.connection is None:
        return
    try:
        secret.compare(connection.connection)
    except BaseException:
        connection.close()
        raise
