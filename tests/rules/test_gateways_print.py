"""Letters by Notify's protocol, against the simulator that answers as it does (K08)."""

from __future__ import annotations

import json
import urllib.request

import pytest

from collectief.gateways import loopback
from collectief.gateways.print import client, simulator
from collectief.gateways.print.port import PrintJob, PrintRefused, PrintUnavailable, Progress

pytestmark = pytest.mark.feature("K08")
SECRET = "a secret that is long enough for HS256"


@pytest.fixture
def printer():
    with loopback.running(lambda _: simulator.application("ours", SECRET)) as address:
        yield address


@pytest.fixture
def service(printer):
    return client.NotifyPrint(printer, "ours", SECRET)


def received(address: str) -> dict:
    with urllib.request.urlopen(f"{address}/_simulator/received") as answer:
        return json.load(answer)


def behaves(address: str, **how) -> None:
    request = urllib.request.Request(f"{address}/_simulator/behaviour", json.dumps(how).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request).close()


def job(key: str = "0123456789ABCDEF0") -> PrintJob:
    return PrintJob(key, b"%PDF-1.7 of " + key.encode())


def test_a_letter_is_taken_printed_and_seen(printer, service):
    number = service.hand_over(job())
    assert [service.progress(number) for _ in range(2)] == [Progress.UNDER_WAY, Progress.POSTED]
    [one] = received(printer)["letters"]
    assert (one["id"], one["reference"], one["status"]) == (number, job().key, "received")
    with urllib.request.urlopen(f"{printer}/_simulator/paper/{number}") as paper:
        assert paper.read() == job().pdf
    with urllib.request.urlopen(printer) as page:
        assert job().key in page.read().decode()


def test_handed_over_again_it_is_the_same_letter(printer, service):
    first = service.hand_over(job())
    assert service.hand_over(job()) == first
    other = service.hand_over(job("another"))
    assert other != first
    assert (len(received(printer)["letters"]), received(printer)["copies"]) == (2, 0)


def test_taken_without_an_answer_it_is_found_the_next_time(printer, service):
    behaves(printer, fail="takes_and_hangs_up", for_requests=1)
    with pytest.raises(PrintUnavailable):
        service.hand_over(job())
    service.hand_over(job())
    assert (len(received(printer)["letters"]), received(printer)["copies"]) == (1, 0)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [("unavailable", PrintUnavailable), ("hang_up", PrintUnavailable), ("invalid", PrintRefused)],
)
def test_what_goes_wrong_is_told_apart(printer, service, fault, problem):
    behaves(printer, fail=fault)
    with pytest.raises(problem):
        service.hand_over(job())
    behaves(printer)
    service.hand_over(job())
    assert len(received(printer)["letters"]) == 1


def test_what_cannot_be_printed_is_said_later(printer, service):
    behaves(printer, fail="unprintable", for_requests=1)
    assert service.progress(service.hand_over(job())) == Progress.REFUSED
    assert service.progress("nobody's") == Progress.FORGOTTEN


def test_a_silent_service_is_unavailable(printer, monkeypatch):
    monkeypatch.setattr(client, "_TIMEOUT", 0.3)
    behaves(printer, fail="silent", for_requests=1)
    with pytest.raises(PrintUnavailable):
        client.NotifyPrint(printer, "ours", SECRET).hand_over(job())


@pytest.mark.parametrize(("name", "secret"), [("theirs", SECRET), ("ours", "another secret, as long as that one")])
def test_of_somebody_else_it_takes_nothing(printer, name, secret):
    with pytest.raises(PrintUnavailable, match="403"):
        client.NotifyPrint(printer, name, secret).hand_over(job())
    assert received(printer)["letters"] == []


def test_outside_this_machine_only_https_is_spoken():
    with pytest.raises(ValueError, match="https"):
        client.NotifyPrint("http://print.example", "ours", SECRET)
    assert client.print_service_at("http://127.0.0.1:1", "a", SECRET) is client.print_service_at(
        "http://127.0.0.1:1", "a", SECRET
    )


def test_the_simulator_does_not_start_in_production(monkeypatch):
    monkeypatch.setenv("COLLECTIEF_ENV", "production")
    with pytest.raises(loopback.NotInProduction):
        simulator.application("ours", SECRET)
