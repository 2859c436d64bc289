"""What waits for the BRP is asked about again when the job that did so has failed: it is in no list of anybody's.

A job that the BRP's silence makes wait is not done yet; one that has failed met some faults of our own, or a portal
that is no more, and by itself would never come back.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection
from procrastinate.contrib.django import app as queue

from collectief.mutations.rules import OPEN
from collectief.scope.database import housekeeping

_log = logging.getLogger(__name__)

_FAILED = """
SELECT j.id FROM procrastinate_jobs j
 WHERE j.task_name = 'enrolment.ask_register' AND j.status = 'failed' AND EXISTS (
   SELECT FROM mutation m
    WHERE m.id = ANY (ARRAY(SELECT jsonb_array_elements_text(j.args -> 'mutation_ids')::bigint)) AND m.state = ANY (%s))
 ORDER BY j.id
"""


def wake(now: datetime) -> None:
    """Put the failed jobs of what still waits back in the queue; each of them is in the log."""
    with housekeeping(), connection.cursor() as cursor:
        cursor.execute(_FAILED, [[str(state) for state in OPEN]])
        failed = [id_ for (id_,) in cursor.fetchall()]
    for job_id in failed:
        _log.error("job %d failed, and mutations wait for it: it is tried again", job_id)
        queue.job_manager.retry_job_by_id(job_id, retry_at=now)
