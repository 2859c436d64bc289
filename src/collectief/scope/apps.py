from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class ScopeConfig(AppConfig):
    name = "collectief.scope"

    def ready(self) -> None:
        connection_created.connect(_compare_secrets, dispatch_uid="secret")


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
