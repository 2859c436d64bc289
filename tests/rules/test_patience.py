"""A job waits for others as long as it takes, and is tried a few times after faults of our own."""

from __future__ import annotations

import django.db
import pytest
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from collectief.scope.patience import Patience


class Silent(Exception):
    """Another system does not answer."""


def _after(*problems: Exception) -> Job | None:
    """A job that was tried once for each of these; None once it is not tried again."""
    job = Job(id=1, queue="bulk", lock=None, queueing_lock=None, task_name="bulk.plan")
    for problem in problems:
        decision = Patience(Silent, seconds=15).get_retry_decision(exception=problem, job=job)
        if decision is None:
            return None
        job = job.evolve(attempts=job.attempts + 1, priority=decision.priority)
    return job


@pytest.mark.feature("U21")
def test_waiting_for_another_system_uses_up_no_try_of_our_own():
    waited = [Silent(), django.db.OperationalError()] * 50
    assert _after(*waited)
    assert _after(*waited, *[RuntimeError()] * 4)
    assert _after(*waited, *[RuntimeError()] * 5) is None
    assert _after(*[RuntimeError()] * 5) is None


def test_what_failed_by_our_own_fault_goes_behind_what_did_not():
    job = _after(Silent(), RuntimeError(), Silent(), RuntimeError())
    assert job and (job.priority, job.attempts) == (-2, 4)


def test_no_job_has_a_priority_of_its_own():
    """It says how often the job failed."""
    assert {task.name for task in app.tasks.values() if task.priority} == set()
