"""A job waits for others as long as it takes, and is tried a few times after faults of our own."""

from __future__ import annotations

import django.db
import pytest
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from collectief.scope.patience import Patience, behind, faults_of


class Silent(Exception):
    """Another system does not answer."""


def _after(*problems: Exception, others: int = 0) -> Job | None:
    """A job that was tried once for each of these; None once it is not tried again."""
    job = Job(id=1, queue="bulk", lock=None, queueing_lock=None, task_name="bulk.plan", priority=behind(others))
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


def test_who_comes_behind_others_has_as_many_tries_and_stays_behind_them():
    job = _after(*[RuntimeError()] * 4, others=30)
    assert job and behind(30) > job.priority > behind(31)
    assert faults_of(job) == 4
    assert _after(*[RuntimeError()] * 5, others=30) is None


def test_no_job_has_a_priority_of_its_own():
    """It says whom the job comes behind, and how often it failed."""
    assert {task.name for task in app.tasks.values() if task.priority} == set()
