"""The confirmation of a change that was carried out: what it says, who can have it, and of what there is none."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from collectief.audit.models import AuditEvent
from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Kind
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.mutations.models import Mutation
from collectief.scope.database import opened
from tests.household_world import asked, family, town
from tests.terms_world import insuring_agency, offer, product
from tests.web.visiting import client_of, refused, text_of, this_moment, waiting
from tests.world import Human, agency, confirm, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U07"), pytest.mark.feature("X05")]


@pytest.fixture
def ours():
    return insuring_agency()


@pytest.fixture
def someone(ours) -> int:
    return enrolled(ours, Human(valid_bsns(1, start=940_000_000)[0]), this_moment())


def changes(customer, participant: int, application: Application) -> int:
    """Something is asked for somebody and carried out; the mutation."""
    with opened(customer.scope):
        request = Request(application, Subject(participant_id=participant))
        [outcome] = mutations.submit(customer.scope, [request], this_moment())
    assert outcome.mutation_id is not None
    return outcome.mutation_id


def last(customer) -> int:
    with opened(customer.scope):
        return Mutation.objects.latest("id").id


def label(customer, which: int) -> str:
    contract = customer.contracts[which]
    return f"{contract.number} – {contract.name}"


def read(response) -> str:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return " ".join(PdfReader(io.BytesIO(response.content)).pages[0].extract_text().split())


def letter(customer, mutation: int, language: str = "nl") -> str:
    client = client_of(customer.scope)
    client.post("/taal/", {"language": language})
    return read(client.get(f"/mutaties/{mutation}/bevestiging/"))


def test_of_an_enrolment_it_says_from_when_under_what_and_with_which_insurance(ours, someone):
    text, today = letter(ours, last(ours)), timezone.localdate()
    first = today - timedelta(days=100)
    for said in (
        "Bevestiging van aanmelding", "A.J. Janse", f"Namens {ours.organisation.name}",
        f"Ontvangen op {today:%d-%m-%Y}", f"Geldt vanaf {first:%d-%m-%Y}", label(ours, 0), "tot wijziging of afmelding",
        f"Basis {first:%d-%m-%Y} tot wijziging of opzegging", "Controleer dit document op", "Zorg en Zekerheid",
    ):  # fmt: skip
        assert said in text, (said, text)
    assert ours.scope.account not in text, "which colleague asked is in the trail, not on paper"
    with opened(ours.scope):
        event = AuditEvent.objects.get(action="documents.make")
        assert (event.detail, event.participant_ids) == ({"kind": "confirmation"}, [someone])


@pytest.mark.feature("X14")
def test_it_speaks_english_when_the_portal_does(ours, someone):
    left = changes(
        ours, someone, Application(Kind.TERMINATE, last_day=timezone.localdate(), reason="end_of_employment")
    )
    text = letter(ours, left, "en")
    assert "Confirmation of termination" in text
    assert "Reason End of employment" in text
    assert not re.search(r"Bevestiging|Deelnemer|Reden|wijziging|Verzekerd", text), text


def test_of_a_termination_it_says_the_last_day_of_both(ours, someone):
    today = timezone.localdate()
    text = letter(ours, changes(ours, someone, Application(Kind.TERMINATE, last_day=today, reason="end_of_employment")))
    assert "Bevestiging van afmelding" in text
    assert "Reden Einde dienstverband" in text
    first = today - timedelta(days=100)
    assert f"{label(ours, 0)} {first:%d-%m-%Y} {today:%d-%m-%Y}" in text
    assert f"Basis {first:%d-%m-%Y} {today:%d-%m-%Y}" in text
    assert f"Geldt vanaf {today + timedelta(days=1):%d-%m-%Y}" in text


def test_of_a_transfer_it_says_both_contracts_and_only_who_reaches_both_gets_it(ours, someone):
    offer(ours, product(ours, "ANDERS"), contract=1)
    today = timezone.localdate()
    there = {"contract": ours.contracts[0].number, "to_contract": ours.contracts[1].number}
    moved = changes(ours, someone, Application(Kind.TRANSFER, first_day=today, **there))
    text = letter(ours, moved)
    assert "Bevestiging van wissel van contract" in text
    assert f"{label(ours, 0)} {today - timedelta(days=100):%d-%m-%Y} {today - timedelta(days=1):%d-%m-%Y}" in text
    assert f"{label(ours, 1)} {today:%d-%m-%Y} tot wijziging of afmelding" in text
    for some in (ours.contracts[:1], ours.contracts[1:]):
        colleague = client_of(member_of(ours.organisation, roles=["administrative"], contracts=some))
        assert colleague.get(f"/mutaties/{moved}/bevestiging/").status_code == 404
        assert "Bevestiging" not in kept_about(colleague, someone), "nor finds it among what was made"


def kept_about(client, participant: int) -> str:
    page = text_of(client.get(f"/deelnemers/{participant}/"))
    return page.partition("Eerder gemaakt")[2].partition("</details>")[0]


def test_of_another_reference_it_says_both(ours, someone):
    text = letter(ours, changes(ours, someone, Application(Kind.CHANGE_REFERENCE, reference="AB-12")))
    assert "Het referentienummer is AB-12, en was –." in text
    assert "Bij deze wijziging hoort geen zorgverzekering via het contract." in text


def test_of_an_enrolment_that_was_undone_there_is_none_and_of_undoing_it_there_is(ours, someone):
    enrolment_ = last(ours)
    client = client_of(ours.scope)
    client.post(f"/mutaties/{enrolment_}/ongedaan/", {"akkoord": "on"})
    undone = last(ours)
    assert undone != enrolment_
    assert client.get(f"/mutaties/{enrolment_}/bevestiging/").status_code == 404
    text = read(client.get(f"/mutaties/{undone}/bevestiging/"))
    assert "Bevestiging van ongedaan maken" in text
    assert f"De deelname aan {label(ours, 0)} vanaf" in text
    assert "is vervallen" in text
    assert f"Ongedaan gemaakt Aanmelding van {timezone.localdate():%d-%m-%Y}" in text


def test_it_is_reached_from_the_history_and_from_what_was_just_done(ours, someone):
    client, address = client_of(ours.scope), f'href="/mutaties/{last(ours)}/bevestiging/"'
    assert text_of(client.get(f"/deelnemers/{someone}/")).count(address) == 1
    assert text_of(client.get(f"/mutaties/{last(ours)}/")).count(address) == 1


def test_it_is_kept_with_its_number_and_told_to_be_ours(ours, someone, client):
    own, address = client_of(ours.scope), f"/mutaties/{last(ours)}/bevestiging/"
    first = own.get(address)
    assert own.get(address).content == first.content, "on the same day it is the same letter"
    [kept] = re.findall(r'href="(/documenten/\d+/)"', kept_about(own, someone))
    assert own.get(kept).content == first.content
    number = re.search(r"nummer\s+([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z])", read(first))
    assert number
    page = text_of(client.get("/controleren/", {"nummer": number[1]}, headers={"host": "mijnzz.localhost"}))
    assert "Bevestiging van een wijziging" in page
    assert "Janse" not in page


def test_nothing_is_confirmed_that_was_not_carried_out(ours):
    client = client_of(ours.scope)
    for mutation in (*waiting(ours), *refused(ours)):
        assert client.get(f"/mutaties/{mutation}/bevestiging/").status_code == 404
        assert "bevestiging/" not in text_of(client.get(f"/mutaties/{mutation}/"))


def test_nobody_gets_one_about_anothers_people_or_without_the_right(ours, someone):
    address = f"/mutaties/{last(ours)}/bevestiging/"
    assert client_of(agency(name="Zuid").scope).get(address).status_code == 404
    for role in ("financial", "account_manager"):
        assert client_of(member_of(ours.organisation, roles=[role])).get(address).status_code == 403


@pytest.mark.feature("G06")
def test_a_municipality_has_it_of_each_of_a_household_and_opens_it_again():
    where = town()
    people = family(where.basic)[:2]
    moment = this_moment()
    confirm(where.customer.scope, [one.human for one in people], moment)
    with opened(where.customer.scope):
        outcomes = enrolment.enrol_household(where.customer.scope, asked(where.customer, people, moment.today), moment)
    client = client_of(where.customer.scope)
    for outcome in outcomes:
        text = read(client.get(f"/mutaties/{outcome.mutation_id}/bevestiging/"))
        assert "Bevestiging van aanmelding" in text
        assert "Namens Gemeente Duinstad" in text
        assert f"Verzekerd t/m {where.products[0].name} {moment.today:%d-%m-%Y} tot wijziging" in text
        [kept] = re.findall(r'href="(/documenten/\d+/)"', kept_about(client, outcome.participant_id))
        assert client.get(kept).status_code == 200
