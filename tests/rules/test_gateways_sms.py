"""Short messages by CM.com's protocol, against the simulator that answers as it does; and which numbers are mobile."""

from __future__ import annotations

import json
import urllib.request

import pytest

from collectief.access.rules import AccessRefused
from collectief.access.telephone import tidy_number
from collectief.gateways import loopback
from collectief.gateways.sms import client, simulator
from collectief.gateways.sms.port import NumberRefused, ShortMessage, SmsUnavailable

pytestmark = pytest.mark.feature("W04")
MESSAGE = ShortMessage(key="code-1", to="+31612345678", text="Code: 123456", sender="Portaal voor Ondersteuners")


@pytest.fixture(scope="module")
def telephone():
    with loopback.running(lambda _: simulator.application("geheim")) as address:
        yield address


def received(address: str) -> dict:
    with urllib.request.urlopen(f"{address}/_simulator/received") as answer:
        return json.load(answer)


def behaves(address: str, **how) -> None:
    request = urllib.request.Request(f"{address}/_simulator/behaviour", json.dumps(how).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request).close()


def test_a_message_arrives_as_the_gateway_takes_it(telephone):
    client.CmSms(telephone, "geheim").send(MESSAGE)
    [one, *_] = received(telephone)["messages"]
    assert (one["to"], one["text"], one["reference"]) == (MESSAGE.to, MESSAGE.text, "code-1")
    assert one["from"] == "Portaal voo", "eleven characters are what a telephone shows"
    client.CmSms(telephone, "geheim").send(MESSAGE)
    assert received(telephone)["copies"] == 1
    with urllib.request.urlopen(telephone) as page:
        assert "Code: 123456" in page.read().decode()


@pytest.mark.parametrize(
    ("fault", "problem"),
    [("unavailable", SmsUnavailable), ("hang_up", SmsUnavailable), ("unknown_number", NumberRefused)],
)
def test_what_goes_wrong_is_told_apart(telephone, fault, problem):
    behaves(telephone, fail=fault, for_requests=1)
    with pytest.raises(problem):
        client.CmSms(telephone, "geheim").send(MESSAGE)


def test_a_silent_gateway_is_unavailable(telephone, monkeypatch):
    monkeypatch.setattr(client, "_TIMEOUT", 0.2)
    behaves(telephone, fail="silent", for_requests=1)
    with pytest.raises(SmsUnavailable):
        client.CmSms(telephone, "geheim").send(MESSAGE)


def test_a_wrong_token_and_a_number_that_is_none_are_refused(telephone):
    with pytest.raises(SmsUnavailable):
        client.CmSms(telephone, "anders").send(MESSAGE)
    with pytest.raises(ValueError, match="https"):
        client.CmSms("http://gw.example", "geheim")
    assert client.sms_at(telephone, "geheim") is client.sms_at(telephone, "geheim")


def test_the_simulator_does_not_start_in_production(monkeypatch):
    monkeypatch.setenv("COLLECTIEF_ENV", "production")
    with pytest.raises(loopback.NotInProduction):
        simulator.application("geheim")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 12345678", "+31612345678"), ("06-12 34 56 78", "+31612345678"), ("0031 6 12345678", "+31612345678"),
        ("+32 470 12 34 56", "+32470123456"), ("020 1234567", None), ("0612", None), ("geen nummer", None), ("", None),
        ("+1 900 555 0100", None),
    ],
)  # fmt: skip
def test_a_mobile_number_is_known_from_another(typed, number):
    if number is None:
        with pytest.raises(AccessRefused, match="no_mobile"):
            tidy_number(typed)
    else:
        assert tidy_number(typed) == number
