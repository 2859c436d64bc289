"""How often a job is tried again: for ever while something outside is away, a few times when it is our own fault."""

from __future__ import annotations

import django.db
import psycopg
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

# The database restarts, or the line to it breaks.
_AWAY = (psycopg.OperationalError, django.db.OperationalError, django.db.InterfaceError)


# A job's priority says two things: behind how many others it comes, and within that how often it failed by our own
# fault. Its attempts do not tell the second: waiting and being killed count there too.
_PLACES = 100


def behind(others: int) -> int:
    """The priority of a new job that comes behind so many others."""
    return -others * _PLACES


def faults_of(job: Job) -> int:
    """How often a job failed by our own fault before; each puts it behind those that had fewer."""
    return -job.priority % _PLACES


class Patience(BaseRetryStrategy):
    """Waits `seconds` between tries, of which `tries` may fail by our own fault.

    `outside` are the exceptions that say another system is silent.
    """

    def __init__(self, *outside: type[Exception], seconds: int, tries: int = 5) -> None:
        self._outside, self._seconds, self._tries = (*_AWAY, *outside), seconds, tries

    def lasts(self, problem: BaseException, faults: int) -> bool:
        """Whether a job that met `problem` after this many faults of our own is tried again."""
        return isinstance(problem, self._outside) or faults + 1 < self._tries

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """See procrastinate."""
        if not self.lasts(exception, faults_of(job)):
            return None
        ours = not isinstance(exception, self._outside)
        return RetryDecision(retry_in={"seconds": self._seconds}, priority=job.priority - ours)
