"""Contracten: own ones, linked ones, and linking (W17)."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.access import sessions
from collectief.access.rules import AccessRefused
from collectief.cases.rules import Decision, due_on
from collectief.contracts import queries
from collectief.contracts.models import ContractLink, GroupContract, Organisation
from collectief.foundation.dates import dutch
from collectief.onboarding import jobs, linking, requests
from collectief.scope.database import office, opened
from collectief.web.accounts.words import access_refusal, linking_refusals
from tests.office_world import insurer_id
from tests.web.visiting import client_of, doubled_ids, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("W17")]

IZZ = "izz-door-vgz"


@pytest.fixture
def ours():
    return agency(name="De Linde", segment="employer", roles=("main_user",))


@pytest.fixture
def ingrid(ours):
    return client_of(ours.scope)


@pytest.fixture
def tom(ours):
    return client_of(member_of(ours.organisation, roles=["user"], name="Tom"))


@pytest.fixture
def branch(ours):
    with office(insurer_id(IZZ)):
        made = Organisation.objects.create(
            insurer_id=ours.organisation.insurer_id, name="Thuiszorg", kvk=ours.organisation.kvk, branch="000000000001",
            segment="employer",
        )  # fmt: skip
        GroupContract.objects.create(
            insurer_id=made.insurer_id, organisation=made, number="T-1", name="Stage en zorg", first_day="2020-01-01"
        )
    return made.customer_number


def links(ours):
    with opened(ours.scope):
        return queries.linked_contracts(ours.scope)


def typed(client, customer, number):
    return client.post("/contracten/koppelen/", {"customer": customer, "number": number}, follow=True)


def test_the_page_shows_ones_number_and_contracts(ours, ingrid):
    text = text_of(ingrid.get("/contracten/"))
    assert ours.organisation.customer_number in text
    assert ours.contracts[0].number in text
    assert "01-01-2020" in text
    assert "Er is nog niets gekoppeld." in text
    assert "Contracten" in text_of(ingrid.get("/dashboard/"))


def test_linked_it_stands_below_the_form_for_every_colleague(ours, ingrid, tom, branch):
    text = text_of(typed(ingrid, f" {branch[:3]} {branch[3:]}", "T-1"))
    assert "Contract T-1 is gekoppeld: Stage en zorg." in text
    assert text.index('name="number"') < text.index("Gekoppelde contracten")
    seen = text_of(tom.get("/contracten/"))
    assert "Stage en zorg" in seen
    assert "Anna" in seen


def test_a_user_sees_and_does_not_link(ours, ingrid, tom, branch):
    typed(ingrid, branch, "T-1")
    text = text_of(tom.get("/contracten/"))
    assert "<form" not in text.partition("<main")[2]
    assert "Ontkoppelen" not in text
    assert tom.get("/contracten/koppelen/").status_code == 403
    assert tom.post("/contracten/koppelen/", {"customer": branch, "number": "T-1"}).status_code == 403
    assert tom.post(f"/contracten/koppelingen/{links(ours)[0].id}/ontkoppelen/").status_code == 403
    assert len(links(ours)) == 1


def _shown(ingrid, customer, number):
    """The whole answer to who asks, without what they typed and without what differs by chance."""
    text = text_of(typed(ingrid, customer, number)).partition("<main")[2]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", text, re.S)
    [row] = [row for row in rows if row.startswith(f"{number}<")]
    alert = re.search(r"We hebben uw verzoek ontvangen[^<]*", text)
    said = re.sub(r"/koppelingen/\d+/", "/koppelingen/", row).replace(number, "N").replace(customer, "K")
    return alert[0], said


def test_unknown_foreign_and_asked_before_look_the_same(ours, ingrid):
    other = agency(name="De Eik", segment="employer", roles=("main_user",))
    customer, number = other.organisation.customer_number, other.contracts[0].number
    answers = [_shown(ingrid, customer, number), _shown(ingrid, customer, "X-1"), _shown(ingrid, customer, number)]
    assert len(set(answers)) == 1
    assert dutch(due_on("contract_link", timezone.localdate())) in answers[0][0]
    assert "In behandeling" in answers[0][1]
    assert "De Eik" not in text_of(ingrid.get("/contracten/"))


@pytest.mark.parametrize(
    ("customer", "number", "said"),
    [
        ("", "", ["Vul het klantnummer in.", "Vul het contractnummer in."]),
        ("5001 10", "<b>", ["Dit is geen geldig nummer.", "5001 10"]),
        ("abc", "80001", ["Een klantnummer bestaat alleen uit cijfers."]),
        ("own", "own", ["Dit contract is al van uw organisatie."]),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(ours, ingrid, customer, number, said):
    if customer == "own":
        customer, number = ours.organisation.customer_number, ours.contracts[0].number
    response = typed(ingrid, customer, number)
    assert response.status_code == 422
    text = text_of(response)
    assert not [one for one in said if one not in text]
    assert links(ours) == []


def test_guessing_is_told_to_wait(ours, ingrid):
    for number in range(10):
        assert typed(ingrid, "1", f"X-{number}").status_code == 200
    response = typed(ingrid, "1", "X-11")
    assert response.status_code == 422
    assert "Wacht tien minuten en probeer het opnieuw." in text_of(response)
    assert len(links(ours)) == 10


def test_unlinking_is_asked_first_and_then_done(ours, ingrid, branch):
    typed(ingrid, branch, "T-1")
    page = f"/contracten/koppelingen/{links(ours)[0].id}/ontkoppelen/"
    text = text_of(ingrid.get(page))
    assert "Ontkoppelen: T-1 – Stage en zorg" in text
    assert len(links(ours)) == 1
    assert "Contract T-1 is ontkoppeld." in text_of(ingrid.post(page, follow=True))
    assert links(ours) == []
    assert ingrid.post(page).status_code == 404


def test_what_the_insurer_answered_is_read_and_cleared(ours, ingrid):
    typed(ingrid, "1", "X-1")
    [one] = links(ours)
    jobs.receive_link(link_id=one.id, insurer=IZZ)
    [case] = requests.waiting(IZZ)
    requests.decide(IZZ, case.case_id, Decision.REFUSED, by="Sanne", reason="Dit contract kennen we niet.")
    text = text_of(ingrid.get("/contracten/"))
    assert "Niet gekoppeld" in text
    assert "Dit contract kennen we niet." in text
    ingrid.post(f"/contracten/koppelingen/{one.id}/ontkoppelen/")
    assert "Dit contract kennen we niet." not in text_of(ingrid.get("/contracten/"))


def test_a_link_of_another_organisation_is_a_page_that_is_not_there(ours, ingrid, branch):
    typed(ingrid, branch, "T-1")
    eik = client_of(agency(name="De Eik", segment="employer", roles=("main_user",)).scope)
    page = f"/contracten/koppelingen/{links(ours)[0].id}/ontkoppelen/"
    nobodys = "/contracten/koppelingen/2000000000/ontkoppelen/"
    for method in ("get", "post"):
        answers = [getattr(eik, method)(address) for address in (page, nobodys)]
        assert {answer.status_code for answer in answers} == {404}
        assert "T-1" not in text_of(answers[0])
    assert len(links(ours)) == 1


def test_the_page_asks_as_much_for_twenty_links_as_for_one(ours, ingrid, branch, monkeypatch):
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)
    typed(ingrid, branch, "T-1")
    ingrid.get("/contracten/")
    with CaptureQueriesContext(connection) as few:
        assert not doubled_ids(text_of(ingrid.get("/contracten/")))
    with opened(ours.scope):
        for number in range(19):
            ContractLink(
                insurer_id=ours.scope.insurer_id, organisation_id=ours.scope.organisation_id, customer_number="1",
                contract_number=f"X-{number}", state="asked", asked_by="Anna", asked_at=timezone.now(),
            ).save(force_insert=True)  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        text = text_of(ingrid.get("/contracten/"))
    assert "20 koppelingen" in text
    assert not doubled_ids(text)
    assert len(few) == len(many) <= 10


def test_every_refusal_of_linking_has_words():
    codes = {*linking._REFUSED.values(), "too_many_links"}
    assert codes == set(linking_refusals())
    for code in codes:
        assert all(one.endswith(".") for one in access_refusal(AccessRefused(code).code, {}, ingrid_brand()))


def ingrid_brand():
    from collectief.brands.catalogue import brand

    return brand("izz")
