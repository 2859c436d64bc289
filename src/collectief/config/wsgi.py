"""What a WSGI server runs."""

from __future__ import annotations

import os
from contextlib import suppress

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collectief.config.settings")

application = get_wsgi_application()


def _compare_secrets() -> None:
    """Nothing is served under another secret than the database's; while it is away, each line to it is compared."""
    from django.db import DatabaseError, connection

    from collectief.scope import secret

    with suppress(DatabaseError):
        secret.standing()
    connection.close()


_compare_secrets()
