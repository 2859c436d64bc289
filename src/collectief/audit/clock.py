"""The trail's clock is the server's count of transactions; a dump restored elsewhere finds one that is behind."""

from __future__ import annotations

from django.db import connection, connections

from collectief.scope.database import sealing


def put_forward() -> int:
    """Let the clock go on after everything that is in the trail; by how much it was moved, 0 when it is not behind.

    Done as the owner, since it replaces a function; while nothing is written.
    """
    with sealing(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest((SELECT max(to_clock) FROM audit_seal), (SELECT max(clock) + 1 FROM audit_event))"
            " - audit_watermark(), audit_clock_offset()"
        )
        behind, offset = cursor.fetchone()
    if not behind or behind <= 0:
        return 0
    with connections["owner"].cursor() as cursor:
        # A function's body takes no parameters; both are whole numbers.
        cursor.execute(
            "CREATE OR REPLACE FUNCTION audit_clock_offset() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE"
            f" AS 'SELECT {int(offset) + int(behind):d}::bigint'"
        )
    return int(behind)
