"""A list of breached passwords, asked by range: never told the password, and never a reason that nobody gets in."""

from __future__ import annotations

import json
import logging
import urllib.request

import pytest

from collectief.access import passwords
from collectief.access.rules import AccessRefused
from collectief.brands.catalogue import brand
from collectief.gateways import loopback
from collectief.gateways.breaches import client, simulator
from collectief.gateways.breaches.client import RangeList, digest_of
from collectief.gateways.breaches.port import BreachesUnavailable

pytestmark = [pytest.mark.feature("O04"), pytest.mark.feature("W02")]
[STOLEN, _OTHER] = simulator.BREACHED
NOT_STOLEN = "linde bloeit in juni"


@pytest.fixture(scope="module")
def kept():
    with loopback.running(lambda _: simulator.application()) as address:
        yield address


def behaves(address: str, **how) -> None:
    request = urllib.request.Request(f"{address}/_simulator/behaviour", json.dumps(how).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request).close()


def judged(password: str) -> None:
    passwords.judge(brand("izz"), password, name="Ingrid Vermeer", email="ingrid@delinde.example")


def test_a_breached_password_is_found_by_five_digits_of_its_digest(kept):
    held = RangeList(kept)
    assert held.holds(STOLEN)
    assert not held.holds(NOT_STOLEN)
    with urllib.request.urlopen(f"{kept}/_simulator/received") as answer:
        assert json.load(answer)["asked"][-2:] == [digest_of(STOLEN)[:5], digest_of(NOT_STOLEN)[:5]]


def test_what_pads_the_answer_is_no_breach(kept, monkeypatch):
    """Padding has a count of zero: a digest among it was never seen."""
    monkeypatch.setattr(simulator.secrets, "token_hex", lambda _: digest_of(NOT_STOLEN)[5:] + "0")
    assert not RangeList(kept).holds(NOT_STOLEN)


@pytest.mark.parametrize("fault", ["unavailable", "garbage", "hang_up", "silent"])
def test_a_list_that_fails_says_nothing_about_the_password(kept, monkeypatch, fault):
    monkeypatch.setattr(client, "_TIMEOUT", 0.3)
    behaves(kept, fail=fault, for_requests=1)
    with pytest.raises(BreachesUnavailable):
        RangeList(kept).holds(STOLEN)


def test_the_list_is_asked_over_https_only():
    with pytest.raises(ValueError, match="https"):
        RangeList("http://passwords.example")


def test_a_breached_password_is_refused_where_the_operator_named_a_list(kept, settings):
    settings.BREACHED_PASSWORDS_URL = kept
    with pytest.raises(AccessRefused) as refused:
        judged(STOLEN)
    assert refused.value.code == "password_breached"
    judged(NOT_STOLEN)


def test_without_a_list_nothing_is_asked(kept, settings):
    assert settings.BREACHED_PASSWORDS_URL == ""
    judged(STOLEN)


def test_a_list_that_is_away_stops_nobody_and_is_in_the_log(kept, settings, caplog):
    settings.BREACHED_PASSWORDS_URL = kept
    behaves(kept, fail="unavailable", for_requests=1)
    with caplog.at_level(logging.WARNING):
        judged(STOLEN)
    assert "breached passwords does not answer: 503" in caplog.text
    assert STOLEN not in caplog.text
