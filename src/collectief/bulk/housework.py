"""What the worker tidies between organisations: it sees which batches have had their time, not what is in them."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def forget_before(moment: datetime) -> int:
    """Destroy keys and rows of batches older than `moment`; how many. Must run inside `housekeeping`."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM batch_row r USING batch b WHERE b.id = r.batch_id AND b.created_at < %s", [moment])
        cursor.execute("UPDATE batch SET key_sealed = NULL WHERE created_at < %s AND key_sealed IS NOT NULL", [moment])
        forgotten = cursor.rowcount
        cursor.execute("SELECT register_forget(%s)", [moment])
    return forgotten
