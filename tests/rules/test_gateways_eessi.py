"""S072 out and S073 in, by the wire of docs/abroad.md, against the simulator that speaks it (U09)."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from copy import replace
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.gateways import loopback
from collectief.gateways.eessi import client, simulator
from collectief.gateways.eessi.directory import demo_institutions
from collectief.gateways.eessi.port import (
    DocumentRefused,
    EessiUnavailable,
    Entitlement,
    Institution,
    Reply,
    Residence,
)

pytestmark = pytest.mark.feature("U09")

US = Institution("NL:7085", "NL", "Zorg en Zekerheid")
KRAKOW = Institution("PL:NFZ06", "PL", "NFZ Małopolski Oddział Wojewódzki")
S072 = Entitlement(
    "key-1", US, KRAKOW, Bsn("999990019"), PersonName("A.J.", "van der", "Veen"), BirthDate(1980, 2, 0),
    Residence("PL", "Długa", "12/4", "31-147", "Kraków"), "works_here", date(2026, 3, 2), None, date(2026, 11, 24),
)  # fmt: skip


@pytest.fixture
def eessi() -> Iterator[str]:
    with loopback.running(lambda _: simulator.application("geheim")) as address:
        yield address


@pytest.fixture
def ours(eessi: str) -> client.AccessPoint:
    return client.AccessPoint(eessi, "geheim")


def tell(address: str, what: str, **wish: Any) -> None:
    request = urllib.request.Request(f"{address}/_simulator/{what}", json.dumps(wish).encode(), method="POST")
    urllib.request.urlopen(request).close()


def received(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/_simulator/received") as answer:
        return json.load(answer)


def test_what_is_sent_is_what_the_wire_says():
    assert client.written(S072) == {
        "buc": "S_BUC_01a",
        "sender": {"id": "NL:7085", "name": "Zorg en Zekerheid"},
        "receiver": {"id": "PL:NFZ06", "name": "NFZ Małopolski Oddział Wojewódzki"},
        "sed": {
            "type": "S072",
            "drawnUpOn": "2026-11-24",
            "insured": {
                "pin": {"country": "NL", "number": "999990019"}, "surname": "van der Veen", "initials": "A.J.",
                "birthDate": "1980-02-00",
            },
            "residence": {
                "country": "PL", "street": "Długa", "houseNumber": "12/4", "town": "Kraków", "postalCode": "31-147",
            },
            "entitlement": {"ground": "works_here", "start": "2026-03-02"},
        },
    }  # fmt: skip
    less = replace(S072, birth_date=None, residence=replace(S072.residence, postcode=""), last_day=date(2026, 12, 31))
    sed = client.written(less)["sed"]
    assert "birthDate" not in sed["insured"] and "postalCode" not in sed["residence"]
    assert sed["entitlement"]["end"] == "2026-12-31"


def test_sent_again_it_is_the_same_case(eessi, ours):
    number = ours.send(S072)
    assert ours.send(S072) == number
    state = received(eessi)
    assert (len(state["cases"]), state["copies"]) == (1, 1)
    assert ours.send(replace(S072, key="key-2")) != number
    with pytest.raises(DocumentRefused, match="other_document"):
        ours.send(replace(S072, first_day=date(2026, 4, 1)))


def test_a_reply_comes_until_it_is_said_to_be_received(eessi, ours):
    number = ours.send(S072)
    [reply] = ours.replies("NL:7085")
    assert reply == Reply(f"{number}-2", number, True)
    assert ours.replies("NL:7085") == [reply]
    assert ours.replies("NL:3332") == []
    ours.received(reply)
    ours.received(reply)
    assert ours.replies("NL:7085") == []


def test_a_refusal_has_a_reason_in_their_own_words(eessi, ours):
    tell(eessi, "answer", registered=False, reason="unknown_person", text="Nie znamy tej osoby.")
    ours.send(S072)
    [reply] = ours.replies("NL:7085")
    assert (reply.registered, reply.reason, reply.text) == (False, "unknown_person", "Nie znamy tej osoby.")


def test_who_does_not_answer_answers_later(eessi, ours):
    tell(eessi, "answer", registered=None)
    number = ours.send(S072)
    assert ours.replies("NL:7085") == []
    tell(eessi, "answer", registered=True, case=number)
    assert [one.case for one in ours.replies("NL:7085")] == [number]


def test_more_than_a_page_of_either_comes_whole(eessi, ours, monkeypatch):
    monkeypatch.setattr(client, "PAGE", 3)
    assert {one.id for one in ours.institutions()} == {one.id for one in demo_institutions()}
    numbers = {ours.send(replace(S072, key=f"key-{number}")) for number in range(7)}
    assert {one.case for one in ours.replies("NL:7085")} == numbers


@pytest.mark.parametrize("fault", ["unavailable", "hang_up", "garbage", "silent", "lost_answer"])
def test_what_goes_wrong_on_the_way_is_tried_again_and_sent_once(eessi, ours, monkeypatch, fault):
    monkeypatch.setattr(client, "_TIMEOUT", 0.3)
    ours = client.AccessPoint(eessi, "geheim")
    tell(eessi, "behaviour", fail=fault, for_requests=1)
    with pytest.raises(EessiUnavailable):
        ours.send(S072)
    ours.send(S072)
    assert len(received(eessi)["cases"]) == 1


def test_after_a_few_failures_it_is_left_alone_for_a_while(eessi, ours):
    tell(eessi, "behaviour", fail="unavailable")
    for _ in range(client._FAILURES):
        with pytest.raises(EessiUnavailable, match="status 503"):
            ours.send(S072)
    tell(eessi, "behaviour", fail=None)
    with pytest.raises(EessiUnavailable, match="left alone"):
        ours.send(S072)
    assert received(eessi)["cases"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"receiver": Institution("PL:NERGENS", "PL", "?")}, "unknown_institution"),
        ({"residence": Residence("PL", "", "1", "", "Kraków")}, "residence_incomplete"),
        ({"key": ""}, "no_key"),
    ],
)
def test_what_is_never_taken_is_told_from_what_is_not_taken_now(ours, change, code):
    with pytest.raises(DocumentRefused, match=code):
        ours.send(replace(S072, **change))


@pytest.mark.parametrize(
    "ask", [lambda ours: ours.institutions(), lambda ours: ours.replies("NL:7085"),
            lambda ours: ours.received(Reply("1", "c", True))],
    ids=["institutions", "replies", "received"],
)  # fmt: skip
def test_only_a_document_is_refused_for_ever_a_question_is_asked_again(eessi, ours, ask):
    tell(eessi, "behaviour", fail="refuse", for_requests=1)
    with pytest.raises(EessiUnavailable, match="status 422"):
        ask(ours)
    ask(ours)


def test_who_is_not_known_there_waits(eessi):
    with pytest.raises(EessiUnavailable, match="status 401"):
        client.AccessPoint(eessi, "anders").send(S072)
    with pytest.raises(ValueError, match="https"):
        client.AccessPoint("http://eessi.example", "geheim")
    assert client.eessi_at(eessi, "geheim") is client.eessi_at(eessi, "geheim")


@pytest.mark.parametrize(
    "document",
    [
        {}, {"id": "1", "case": "c", "sed": {"type": "S072"}}, {"id": "1", "case": "c", "sed": None},
        {"id": "1", "case": "c", "sed": {"type": "S073", "registration": {"registered": "ja"}}},
    ],
)  # fmt: skip
def test_what_is_no_reply_keeps_no_other_waiting(ours, document, monkeypatch):
    with pytest.raises(ValueError, match="no S073"):
        client.read(document)
    good = {"id": "2", "case": "c", "sed": {"type": "S073", "registration": {"registered": True}}}
    monkeypatch.setattr(ours, "_pages", lambda *_: iter([document, good]))
    assert ours.replies("NL:7085") == [Reply("2", "c", True)]


def test_the_postbus_shows_what_came_without_a_whole_bsn(eessi, ours, browser):
    ours.send(S072)
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(eessi)
    text = page.content()
    assert "van der Veen" in text and "999990019" not in text
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.close()
    assert received(eessi)["cases"][0]["sed"]["insured"]["pin"]["number"] == "******019"


def test_the_simulator_does_not_start_in_production(monkeypatch):
    monkeypatch.setenv("COLLECTIEF_ENV", "production")
    with pytest.raises(loopback.NotInProduction):
        simulator.application("geheim")
