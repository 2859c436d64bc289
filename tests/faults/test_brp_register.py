"""The BRP answers, fails and comes back: nothing is lost, nobody waits for nothing (U21)."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from collectief.foundation.bsn import Bsn
from collectief.gateways.breaker import Breaker
from collectief.gateways.brp import client
from collectief.gateways.brp.client import HaalCentraal, Patience
from collectief.gateways.brp.inhabitants import dummy_bsns, inhabitant
from collectief.gateways.brp.simulator import application
from collectief.gateways.loopback import running

pytestmark = pytest.mark.feature("U21")

BSNS = list(dummy_bsns(205, seed=7))
# Tries again at once, but takes an answer that is slow on a busy machine for one.
SWIFT = Patience(timeout=30, first_pause=0.01, longest_pause=0.05, failures=12, rest=60)
HASTY = replace(SWIFT, timeout=0.4)


@dataclass
class Clock:
    """The time by which a circuit rests: it stands still until a test lets it go on."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(client, "Breaker", partial(Breaker, clock=clock))
    return clock


@pytest.fixture
def simulator() -> Iterator[str]:
    with running(lambda _: application()) as address:
        yield address


@pytest.fixture
def register(simulator: str, clock: Clock) -> Iterator[HaalCentraal]:
    with closing(HaalCentraal(simulator, "secret-key", patience=SWIFT)) as register:
        yield register


@pytest.fixture
def failing(simulator: str, fault: str) -> Iterator[HaalCentraal]:
    """Asks one that fails in this way; silence is no failure before somebody loses patience."""
    patience = HASTY if fault == "timeout" else SWIFT
    with closing(HaalCentraal(simulator, "secret-key", patience=patience)) as register:
        yield register


def behave(simulator: str, **wish: Any) -> None:
    urllib.request.urlopen(
        urllib.request.Request(simulator + "/_simulator/behaviour", json.dumps(wish).encode(), method="POST")
    )


def received(simulator: str) -> dict[str, Any]:
    return json.load(urllib.request.urlopen(simulator + "/_simulator/received"))


def test_everybody_is_found_in_batches_of_twenty(simulator: str, register: HaalCentraal) -> None:
    answer = register.look_up(BSNS)
    assert answer.found.keys() == set(BSNS)
    assert (answer.absent, answer.unanswered) == (frozenset(), ())
    for bsn, person in answer.found.items():
        assert (person.bsn, person.name, person.birth_date) == (bsn, inhabitant(bsn).name, inhabitant(bsn).birth_date)
    state = received(simulator)
    assert sorted(line["count"] for line in state["last"]) == [5] + [20] * 10


def test_nobody_asked_is_nothing_sent(simulator: str, register: HaalCentraal) -> None:
    answer = register.look_up([])
    assert (dict(answer.found), answer.absent, answer.unanswered) == ({}, frozenset(), ())
    assert received(simulator)["requests"] == 0


def test_the_same_number_is_asked_once(simulator: str, register: HaalCentraal) -> None:
    assert len(register.look_up(BSNS[:3] * 10).found) == 3
    assert received(simulator)["persons_asked"] == 3


def test_who_is_not_there_is_absent_not_unanswered(register: HaalCentraal) -> None:
    stranger = Bsn("111222333")
    answer = register.look_up([stranger, BSNS[0]])
    assert (answer.absent, answer.unanswered) == ({stranger}, ())


def test_no_more_in_parallel_than_agreed_over_all_threads(simulator: str, register: HaalCentraal) -> None:
    # So long that eight are under way together, however slowly they come.
    behave(simulator, delay_ms=250)
    lanes = [threading.Thread(target=register.look_up, args=(BSNS,)) for _ in range(3)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    state = received(simulator)
    assert state["requests"] == 33
    assert state["most_at_once"] == SWIFT.parallel


@pytest.mark.parametrize("fault", ["503", "timeout", "reset", "garbage"])
def test_a_hiccup_is_bridged(simulator: str, failing: HaalCentraal, fault: str) -> None:
    behave(simulator, fail=fault, for_requests=3)
    answer = failing.look_up(BSNS)
    assert answer.found.keys() == set(BSNS)
    assert answer.unanswered == ()


@pytest.mark.parametrize("fault", ["503", "timeout", "reset", "garbage"])
def test_an_outage_leaves_all_unanswered_and_none_lost(simulator: str, failing: HaalCentraal, fault: str) -> None:
    behave(simulator, fail=fault)
    answer = failing.look_up(BSNS)
    assert answer.unanswered == tuple(BSNS)
    assert (dict(answer.found), answer.absent) == ({}, frozenset())


def test_a_register_that_is_not_there_at_all() -> None:
    register = HaalCentraal("http://127.0.0.1:9", "k", patience=SWIFT)
    assert register.look_up(BSNS[:40]).unanswered == tuple(BSNS[:40])
    register.close()


def test_the_circuit_opens_spares_the_register_and_closes_again(
    simulator: str, register: HaalCentraal, clock: Clock
) -> None:
    behave(simulator, fail="503")
    register.look_up(BSNS)
    before = received(simulator)["requests"]
    assert before <= SWIFT.failures + SWIFT.parallel
    started = time.monotonic()
    assert register.look_up(BSNS).unanswered == tuple(BSNS)
    assert time.monotonic() - started < SWIFT.rest / 2, "nobody waits until it has rested"
    assert received(simulator)["requests"] == before, "an open circuit asks nothing"
    clock.now += SWIFT.rest
    assert register.look_up(BSNS).unanswered == tuple(BSNS)
    assert received(simulator)["requests"] == before + 1, "one try, no more"
    behave(simulator)
    clock.now += SWIFT.rest
    assert register.look_up(BSNS).found.keys() == set(BSNS), "the try succeeds and the rest follows at once"


def test_a_part_that_failed_is_asked_again_alone(simulator: str) -> None:
    once = HaalCentraal(simulator, "k", patience=Patience(attempts=1, parallel=1, failures=9))
    behave(simulator, fail="503", for_requests=2)
    answer = once.look_up(BSNS)
    assert answer.unanswered == tuple(BSNS[:40])
    assert answer.found.keys() == set(BSNS[40:])
    assert once.look_up(answer.unanswered).found.keys() == set(BSNS[:40])
    once.close()


def test_a_refused_question_is_not_repeated(simulator: str) -> None:
    keyless = HaalCentraal(simulator, "", patience=SWIFT)
    assert keyless.look_up(BSNS[:20]).unanswered == tuple(BSNS[:20])
    assert received(simulator)["statuses"] == {"401": 1}
    keyless.close()


def test_no_number_and_no_name_reaches_the_log(
    simulator: str, register: HaalCentraal, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in ("503", "garbage", "reset"):
        behave(simulator, fail=fault)
        register.look_up(BSNS)
        clock.now += SWIFT.rest
    behave(simulator)
    register.look_up(BSNS)
    assert "does not answer" in caplog.text
    assert "answers again" in caplog.text
    for bsn in BSNS:
        assert bsn.digits not in caplog.text
    assert "secret-key" not in caplog.text


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_opens_its_own_line(register: HaalCentraal) -> None:
    assert len(register.look_up(BSNS[:20]).found) == 20
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if len(register.look_up(BSNS[:20]).found) == 20 else 1)
        finally:
            os._exit(2)
    deadline = time.monotonic() + 60
    while (done := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.02)
    if done == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert done[1] == 0


def test_as_a_process_of_its_own_it_refuses_production() -> None:
    command = [sys.executable, "-m", "collectief.gateways.brp.simulator", "--port", "1"]
    done = subprocess.run(
        command, env=os.environ | {"COLLECTIEF_ENV": "production"}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "production" in done.stderr
