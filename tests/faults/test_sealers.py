"""Writers that commit late, roll back and overtake each other, and two sealers at once: every event under one seal."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from collectief.audit.facts import Walk
from collectief.audit.sealing import seal
from collectief.audit.verification import verify
from tests.trail_world import sealed
from tests.world import agency

pytestmark = [pytest.mark.usefixtures("committed_db"), pytest.mark.feature("K06")]

WRITERS, ACTS = 5, 40
_INSERT = (
    "INSERT INTO audit_event (insurer_id, organisation_id, action, outcome, account_id, account, roles, responsible,"
    " purpose, access_point, participant_ids, object_ids, detail)"
    " VALUES (%s, %s, 'act', 'success', 1, 'A', '{}', 'B', 'p', 'a', '{1,2}', '{}', '{}')"
)


def _write(login: dict[str, str], scope, seed: int, committed: list[int]) -> None:
    chance = random.Random(seed)
    with psycopg.connect(
        host=login["HOST"], dbname=login["NAME"], user=login["USER"], password=login["PASSWORD"]
    ) as line:
        for _ in range(ACTS):
            line.execute("SET LOCAL ROLE c_organisation")
            line.execute(
                "SELECT set_config('c.org', %s, true), set_config('c.insurer', %s, true)",
                [str(scope.organisation_id), str(scope.insurer_id)],
            )
            count = chance.randint(1, 3)
            for _ in range(count):
                line.execute(_INSERT, [scope.insurer_id, scope.organisation_id])
                time.sleep(chance.random() * 0.01)
            if chance.random() < 0.25:
                line.rollback()
            else:
                line.commit()
                committed.append(count)


def _keep_sealing(done: threading.Event, problems: list[Exception]) -> None:
    try:
        while not done.is_set():
            seal(datetime.now(UTC))
    except Exception as problem:
        problems.append(problem)
    finally:
        connection.close()


def test_nothing_is_skipped_and_nothing_is_sealed_twice(ours):
    scopes = [ours.scope, agency(brand="voorbeeld").scope]
    login, committed, problems, done = connection.settings_dict, [], [], threading.Event()
    writers = [
        threading.Thread(target=_write, args=(login, scopes[number % 2], number, committed))
        for number in range(WRITERS)
    ]
    sealers = [threading.Thread(target=_keep_sealing, args=(done, problems)) for _ in range(2)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    sealed()
    assert problems == []
    walks = [Walk(), Walk()]
    for scope, walk in zip(scopes, walks, strict=True):
        assert list(verify(scope.insurer_id, walk, now=datetime.now(UTC), kept={})) == []
        assert walk.unsealed == 0
    assert sum(walk.events for walk in walks) == sum(committed)
