"""What the worker empties between organisations: it sees which mutations have had their time, not what is in them."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

# As many as one transaction empties: what else the database does waits for none of it.
SET = 5000

# The states stand in it for the index of what is to be forgotten.
_FORGET = (
    "UPDATE mutation SET asked = '{}', params = '{}', forgotten = true WHERE id IN (SELECT id FROM mutation"
    " WHERE participant_id IS NULL AND state IN ('rejected', 'withdrawn') AND NOT forgotten AND decided_at < %s"
    " ORDER BY decided_at LIMIT %s)"
)


def forget(before: datetime) -> int:
    """Empty at most `SET` mutations that came to nothing before `before` and are of no participant (law 9).

    What was asked and why it could not be goes; that it was asked, when, by whom and the code of the reason stay.
    How many there were. Must run inside `housekeeping`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [before, SET])
        return cursor.rowcount
