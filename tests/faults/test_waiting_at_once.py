"""What waits for the BRP is decided and taken back at one moment: each waits for the other, and both end well."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections

from collectief.enrolment import actions as enrolment
from collectief.mutations import actions as mutations
from collectief.mutations import lanes
from collectief.mutations.models import Mutation
from collectief.scope.database import opened
from tests.world import Human, agency, enrol, valid_bsns

_DECIDING = threading.local()


@pytest.mark.feature("U13")
@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize(
    "decide", [mutations.decide_waiting, lambda *given: mutations.reject_waiting(*given, code="account_ended")]
)
def test_who_withdraws_while_it_is_decided_waits_and_gets_an_answer(decide: Callable[..., None], monkeypatch, moment):
    ours = agency()
    people = [Human(bsn) for bsn in valid_bsns(2)]
    with opened(ours.scope):
        outcomes = mutations.submit(
            ours.scope, [enrol(ours.scope, one, ours.contracts[0].number, date(2026, 11, 1)) for one in people], moment
        )
    ids = [outcome.mutation_id for outcome in outcomes]
    begun, locked = threading.Event(), threading.Event()
    lock_people = lanes.lock_people

    def slowly(scope, subjects):
        """Whoever decides begins; whoever withdraws has the people before that."""
        if getattr(_DECIDING, "is_it", False):
            begun.set()
            locked.wait(60)
            return lock_people(scope, subjects)
        taken = lock_people(scope, subjects)
        locked.set()
        return taken

    monkeypatch.setattr(lanes, "lock_people", slowly)

    def deciding() -> None:
        _DECIDING.is_it = True
        try:
            with opened(ours.scope):
                decide(ours.scope, ids, moment)
        finally:
            connections.close_all()

    def withdrawing() -> None:
        try:
            assert begun.wait(60)
            with opened(ours.scope):
                enrolment.withdraw(ours.scope, ids[1], moment)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(deciding), pool.submit(withdrawing)]:
            done.result(120)
    with opened(ours.scope):
        states = dict(Mutation.objects.values_list("id", "state"))
    assert states[ids[1]] == "withdrawn"
