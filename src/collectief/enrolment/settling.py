"""What has ended is put on the shelf of what has ended (see migration 0003_shelves), soon after its last day.

Until then, and whenever this has not run, the lists are right all the same: they notice, and take the longer way.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from collectief.scope.database import housekeeping

# At the end of a month many end at once: a transaction takes a second at most, and nobody waits longer for a row.
_AT_ONCE = 5_000

# Ordered as the index of last days is, so that the end of one organisation's leads to the next. A row that somebody
# is changing is left for the next time: waiting for it could be a deadlock.
_SETTLE = """
UPDATE participation SET settled_end = end_day WHERE id = ANY (ARRAY(
  SELECT id FROM participation WHERE shelf = 'c' AND end_day <= %s
   ORDER BY organisation_id, end_day LIMIT %s FOR UPDATE SKIP LOCKED))
"""


def settle(today: date) -> int:
    """Settle what ended before `today`, up to some thousands of stays; how many. Must run inside `housekeeping`."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [today, _AT_ONCE])
        return cursor.rowcount


def settle_all(today: date) -> None:
    """Settle until nothing is left; it costs a look-up when there is nothing."""
    settled = _AT_ONCE
    while settled == _AT_ONCE:
        with housekeeping():
            settled = settle(today)
