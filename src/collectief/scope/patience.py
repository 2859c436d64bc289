"""How often a job is tried again: for ever while something outside is away, a few times when it is our own fault."""

from __future__ import annotations

import django.db
import psycopg
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

# The database restarts, or the line to it breaks.
_AWAY = (psycopg.OperationalError, django.db.OperationalError, django.db.InterfaceError)


class Patience(BaseRetryStrategy):
    """Waits `seconds` between tries. `outside` are the exceptions that say another system is silent."""

    def __init__(self, *outside: type[Exception], seconds: int, tries: int = 5) -> None:
        self._outside, self._seconds, self._tries = (*_AWAY, *outside), seconds, tries

    def lasts(self, problem: BaseException, attempts: int) -> bool:
        """Whether a job that met `problem` on this many attempts before is tried again."""
        return isinstance(problem, self._outside) or attempts + 1 < self._tries

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """See procrastinate."""
        if not self.lasts(exception, job.attempts):
            return None
        return RetryDecision(retry_in={"seconds": self._seconds})
