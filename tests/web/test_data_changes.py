"""Own data and contract details, and asking for a change to them (W16)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.access import sessions
from collectief.access.rules import AccessRefused
from collectief.audit.models import AuditEvent
from collectief.cases.models import Case
from collectief.cases.rules import Decision, due_on
from collectief.contracts.models import DataChange, GroupContract
from collectief.foundation.dates import dutch
from collectief.onboarding import changing, jobs, requests
from collectief.scope.database import office, opened
from collectief.web.accounts.words import changing_refusals
from tests.office_world import insurer_id
from tests.web.visiting import client_of, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("W16")]

IZZ = "izz-door-vgz"


@pytest.fixture
def ours():
    return agency(name="De Linde", segment="employer", roles=("main_user",))


@pytest.fixture
def ingrid(ours):
    return client_of(ours.scope)


def ask(client, about="", text="De naam wordt De Lindeboom."):
    return client.post("/contracten/wijziging/", {"about": about, "text": text}, follow=True)


def rows(ours):
    with opened(ours.scope):
        return list(DataChange.objects.order_by("id"))


def received(ours):
    """What the job does: a case for the last change."""
    jobs.receive_change(change_id=rows(ours)[-1].id, insurer=IZZ)
    return requests.waiting(IZZ)


def trail(ours):
    with opened(ours.scope):
        return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_what_we_have_of_the_organisation_and_its_contracts_is_shown(ours, ingrid):
    with office(insurer_id(IZZ)):
        GroupContract.objects.filter(id=ours.contracts[1].id).update(end_day=date(2027, 1, 1))
    text = text_of(ingrid.get("/contracten/"))
    for said in (ours.organisation.name, ours.organisation.kvk, ours.organisation.customer_number):
        assert said in text
    assert ours.contracts[0].name in text
    assert "01-01-2020" in text
    # As people write it: the last day on which it holds.
    assert "31-12-2026" in text


@pytest.mark.parametrize("role", ["main_user", "user"])
def test_a_change_is_asked_by_anyone_who_sees_it_and_becomes_a_case(ours, role):
    client = client_of(member_of(ours.organisation, roles=[role], name="Tom"))
    text = text_of(ask(client, about=ours.contracts[0].number))
    day = dutch(due_on("data_change", timezone.localdate()))
    assert f"Uiterlijk op {day} staat ons antwoord in de lijst." in text
    assert f"antwoord uiterlijk {day}" in text
    [case] = received(ours)
    assert (case.kind, case.title) == ("data_change", f"{ours.contracts[0].number}, De Linde")
    assert dict(case.about.facts)["Wijziging"] == "De naam wordt De Lindeboom."
    assert dict(case.about.facts)["Gevraagd door"] == "Tom"
    assert "contract.ask_change" in trail(ours)


def test_the_answer_is_read_on_the_same_page(ours, ingrid):
    ask(ingrid)
    [first] = received(ours)
    requests.decide(IZZ, first.case_id, Decision.APPROVED, by="Bram")
    assert "Doorgevoerd" in text_of(ingrid.get("/contracten/"))
    assert "contract.change" in trail(ours)
    ask(ingrid, text="Ander rekeningnummer")
    [second] = received(ours)
    requests.decide(IZZ, second.case_id, Decision.REFUSED, by="Bram", reason="Dat gaat per brief.")
    text = text_of(ingrid.get("/contracten/"))
    assert "Niet doorgevoerd" in text
    assert "Dat gaat per brief." in text
    assert "contract.refuse_change" in trail(ours)


def test_received_twice_it_is_one_case(ours, ingrid):
    ask(ingrid)
    received(ours)
    assert len(received(ours)) == 1
    with office(insurer_id(IZZ)):
        assert Case.objects.filter(kind="data_change").count() == 1


def test_what_was_typed_is_shown_as_text(ours, ingrid):
    ask(ingrid, text="<script>alert(1)</script>")
    text = text_of(ingrid.get("/contracten/"))
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"text": " "}, "Schrijf op wat er anders moet."),
        ({"text": "x" * 1001}, "1000"),
        ({"about": "99999"}, "99999"),
        ({"text": "Jan heeft BSN 9999.90.019"}, "burgerservicenummer"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(ours, ingrid, more, said):
    response = ask(ingrid, **more)
    assert response.status_code == 422
    assert said in text_of(response)
    assert rows(ours) == []


def test_a_contract_of_another_is_no_choice_and_no_answer(ours):
    other = agency(name="De Eik", segment="employer", roles=("main_user",))
    with opened(ours.scope):
        refusal = None
        try:
            changing.ask(ours.scope, contract=other.contracts[0].number, text="Van ons", now=timezone.now())
        except AccessRefused as refused:
            refusal = refused
    assert refusal is not None
    assert refusal.code == "no_such_contract"
    assert rows(ours) == []


def test_twenty_may_wait_and_no_more(ours, ingrid):
    for number in range(20):
        ask(ingrid, text=f"Wijziging {number}")
    response = ask(ingrid, text="Nog een")
    assert response.status_code == 422
    text = text_of(response)
    assert "twintig wijzigingen" in text
    assert "Nog een" in text
    assert len(rows(ours)) == 20


def test_nobody_reads_what_another_organisation_asked(ours, ingrid):
    ask(ingrid, text="Iets vertrouwelijks")
    other = agency(name="De Eik", segment="employer", roles=("main_user",))
    assert "vertrouwelijks" not in text_of(client_of(other.scope).get("/contracten/"))
    # Row security alone.
    assert rows(other) == []
    with office(insurer_id("zorg-en-zekerheid")):
        assert not DataChange.objects.exists()


def test_where_contracts_are_not_shown_no_change_is_asked(ours):
    theirs = agency(segment="occupational_care", roles=("main_account",))
    client = client_of(theirs.scope)
    assert client.get("/contracten/wijziging/").status_code == 403
    assert client.post("/contracten/wijziging/", {"text": "x"}).status_code == 403


def test_the_page_asks_as_much_for_twenty_changes_as_for_one(ours, ingrid, monkeypatch):
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)
    ask(ingrid)
    ingrid.get("/contracten/")
    with CaptureQueriesContext(connection) as few:
        ingrid.get("/contracten/")
    for number in range(19):
        ask(ingrid, about=ours.contracts[0].number, text=f"Wijziging {number}")
    with CaptureQueriesContext(connection) as many:
        assert "20 wijzigingen" in text_of(ingrid.get("/contracten/"))
    assert len(few) == len(many) <= 11


def test_every_refusal_has_words():
    assert set(changing_refusals()) == {"no_such_contract", "too_many_changes"}
    assert all(reason and remedy for reason, remedy in changing_refusals().values())
