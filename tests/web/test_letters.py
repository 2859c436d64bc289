"""Polisblad and beëindigingsbrief: who gets which, what they say, whether they are ours, and the trail (U05, U16)."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pypdf import PdfReader

from collectief.audit.models import AuditEvent
from collectief.documents import jobs
from collectief.documents.models import Document
from collectief.documents.store import InTable, Place, StoreUnavailable
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.scope.database import housekeeping, opened, signing_in
from tests.terms_world import insuring_agency, offer, product
from tests.web.visiting import client_of, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = pytest.mark.django_db

NUMBER = re.compile(r"nummer\s+([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z])")


@pytest.fixture
def ours():
    return insuring_agency()


@pytest.fixture
def someone(ours) -> int:
    """The stay of somebody who is insured."""
    enrolled(ours, Human(valid_bsns(1, start=940_000_000)[0]), this_moment())
    return stay_of(ours)


def stay_of(customer) -> int:
    with opened(customer.scope):
        return Participation.objects.get(organisation_id=customer.organisation.id).id


def leaves(customer, last_day: date) -> None:
    with opened(customer.scope):
        participant = Participation.objects.get().participant_id
        leave = Application(Kind.TERMINATE, last_day=last_day, reason="end_of_employment")
        mutations.submit(customer.scope, [Request(leave, Subject(participant_id=participant))], this_moment())


def read(response) -> str:
    assert response["Content-Type"] == "application/pdf"
    return " ".join(PdfReader(io.BytesIO(response.content)).pages[0].extract_text().split())


@pytest.mark.feature("U05")
def test_the_policy_schedule_of_today_is_behind_the_name(ours, someone):
    client = client_of(ours.scope)
    assert f'href="/deelname/{someone}/polisblad/"' in text_of(client.get("/deelnemers/"))
    response = client.get(f"/deelname/{someone}/polisblad/")
    text = read(response)
    first = timezone.localdate() - timedelta(days=100)
    for said in (
        "A.J. Janse",
        "01-02-1980",
        ours.contracts[0].number,
        ours.organisation.name,
        f"{first:%d-%m-%Y}",
        "€ 150,00",
        "Zorg en Zekerheid",
    ):
        assert said in text, text
    assert response["Content-Disposition"].startswith('attachment; filename="polisblad-3')
    with opened(ours.scope):
        event = AuditEvent.objects.filter(action="documents.make").get()
        assert (event.detail, event.participant_ids) == (
            {"kind": "policy_schedule"}, [Participation.objects.get().participant_id]
        )  # fmt: skip


@pytest.mark.feature("U05")
def test_it_speaks_english_when_the_portal_does(ours, someone):
    client = client_of(ours.scope)
    client.post("/taal/", {"language": "en"})
    text = read(client.get(f"/deelname/{someone}/polisblad/"))
    assert "Policy schedule health insurance" in text
    assert "Premie" not in text


@pytest.mark.feature("U05")
@pytest.mark.feature("U17")
def test_once_the_insurance_has_ended_it_is_history(ours, someone):
    before = timezone.localdate() - timedelta(days=2)
    leaves(ours, before)
    client = client_of(ours.scope)
    assert client.get(f"/deelname/{someone}/polisblad/").status_code == 404
    [(participant,)] = _participants(ours)
    page = text_of(client.get(f"/deelnemers/{participant}/"))
    [address, *_] = re.findall(rf'href="(/deelname/{someone}/polisblad/[^"]+)"', page)
    assert f"Polisblad van {timezone.localdate() - timedelta(days=100):%d-%m-%Y} t/m" in page
    assert f"{before:%d-%m-%Y}" in read(client.get(address))


def _participants(customer) -> list[tuple[int]]:
    with opened(customer.scope):
        return list(Participation.objects.values_list("participant_id"))


@pytest.mark.feature("U17")
def test_what_was_made_before_is_there_as_it_was(ours, someone):
    client = client_of(ours.scope)
    [(participant,)] = _participants(ours)
    assert "Eerder gemaakt" not in text_of(client.get(f"/deelnemers/{participant}/"))
    before = client.get(f"/deelname/{someone}/polisblad/")
    page = text_of(client.get(f"/deelnemers/{participant}/"))
    [address] = re.findall(r'href="(/documenten/\d+/)"', page)
    assert f"Polisblad, gemaakt op {timezone.localdate():%d-%m-%Y} om" in page
    again = client.get(address)
    assert (again.content, again["Content-Disposition"]) == (before.content, before["Content-Disposition"])
    assert client.get(f"/deelname/{someone}/polisblad/").content == before.content, "on the same day it is the same"
    leaves(ours, timezone.localdate() - timedelta(days=2))
    assert client.get(address).content == before.content
    assert client_of(agency(name="Zuid").scope).get(address).status_code == 404
    elsewhere = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    assert client_of(elsewhere).get(address).status_code == 404


@pytest.mark.feature("U16")
def test_the_termination_letter_shows_the_last_insured_day(ours, someone):
    client = client_of(ours.scope)
    assert client.get(f"/deelname/{someone}/beeindigingsbrief/").status_code == 404
    before = timezone.localdate() - timedelta(days=2)
    leaves(ours, before)
    text = read(client.get(f"/deelname/{someone}/beeindigingsbrief/"))
    assert f"De laatste verzekerde dag is {before:%d-%m-%Y}." in text


@pytest.mark.feature("U16")
def test_before_the_last_day_it_says_that_the_insurance_ends(ours, someone):
    today = timezone.localdate()
    leaves(ours, today)
    text = read(client_of(ours.scope).get(f"/deelname/{someone}/beeindigingsbrief/"))
    assert f"eindigt. De laatste verzekerde dag is {today:%d-%m-%Y}." in text


@pytest.mark.feature("U16")
def test_of_a_stay_that_another_follows_there_is_no_such_letter(ours, someone):
    offer(ours, product(ours, "ANDERS"), contract=1)
    today = timezone.localdate()
    with opened(ours.scope):
        participant = Participation.objects.get().participant_id
        there = {"contract": ours.contracts[0].number, "to_contract": ours.contracts[1].number}
        move = Application(Kind.TRANSFER, first_day=today, **there)
        mutations.submit(ours.scope, [Request(move, Subject(participant_id=participant))], this_moment())
    client = client_of(ours.scope)
    assert client.get(f"/deelname/{someone}/beeindigingsbrief/").status_code == 404
    assert "beeindigingsbrief" not in text_of(client.get(f"/deelnemers/{participant}/"))
    # Also for who does not reach the other contract.
    here = client_of(member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[:1]))
    assert here.get(f"/deelname/{someone}/beeindigingsbrief/").status_code == 404


@pytest.mark.feature("U05")
@pytest.mark.parametrize("priced", [True, False])
def test_without_birth_date_or_premium_the_page_says_why_there_is_none(priced):
    customer = agency()
    offer(customer, product(customer, "NIEUW", priced=priced))
    participant = enrolled(customer, Human(valid_bsns(1, start=940_000_000)[0]), this_moment())
    with opened(customer.scope), connection.cursor() as cursor:
        cursor.execute("UPDATE participant SET birth_date = '' WHERE id = %s AND %s", [participant, priced])
        cursor.execute("UPDATE participation SET birth_date = '' WHERE %s", [priced])
    client = client_of(customer.scope)
    assert ("polisblad" in text_of(client.get("/deelnemers/"))) == (not priced)
    said = client.get(f"/deelname/{stay_of(customer)}/polisblad/", follow=True)
    assert "Er is nog geen polisblad" in text_of(said)


@pytest.mark.feature("U05")
@pytest.mark.parametrize("day", ["2019-01-01", "2099-01-01", "2026-02-31", "vandaag"])
def test_a_day_without_insurance_has_no_schedule(ours, someone, day):
    assert client_of(ours.scope).get(f"/deelname/{someone}/polisblad/{day}/").status_code == 404


@pytest.mark.feature("U05")
def test_nobody_gets_a_letter_about_anothers_people_or_without_the_right(ours, someone):
    for address in (f"/deelname/{someone}/polisblad/", f"/deelname/{someone}/beeindigingsbrief/"):
        assert client_of(agency(name="Zuid").scope).get(address).status_code == 404
        manager = member_of(ours.organisation, roles=["account_manager"])
        assert client_of(manager).get(address).status_code == 403
    elsewhere = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    assert client_of(elsewhere).get(f"/deelname/{someone}/polisblad/").status_code == 404


@pytest.mark.feature("U05")
def test_without_insurance_there_is_no_link_and_no_letter():
    bare = agency()
    enrolled(bare, Human(valid_bsns(1, start=940_000_000)[0]), this_moment())
    stay, client = stay_of(bare), client_of(bare.scope)
    assert "polisblad" not in text_of(client.get("/deelnemers/"))
    assert client.get(f"/deelname/{stay}/polisblad/").status_code == 404


def test_what_cannot_be_printed_is_said_and_in_the_trail(ours, someone):
    [(participant,)] = _participants(ours)
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute("UPDATE participant SET surname = '漢字' WHERE id = %s", [participant])
    client = client_of(ours.scope)
    response = client.get(f"/deelname/{someone}/polisblad/", follow=True)
    assert response.redirect_chain[0][0] == f"/deelnemers/{participant}/"
    assert "Dit document kan nu niet gemaakt worden" in text_of(response)
    with opened(ours.scope):
        assert AuditEvent.objects.get(action="documents.make").outcome == "failure"


def number_on(client, stay: int) -> str:
    found = NUMBER.search(read(client.get(f"/deelname/{stay}/polisblad/")))
    assert found
    return found[1]


@pytest.mark.feature("U05")
def test_anybody_with_the_number_sees_that_it_is_ours_and_nothing_about_whom(ours, someone, client):
    number = number_on(client_of(ours.scope), someone)
    host = {"headers": {"host": "mijnzz.localhost"}}
    page = text_of(client.get("/controleren/", {"nummer": number.lower()}, **host))
    assert "Wij hebben een document met dit nummer gemaakt" in page
    assert f"{timezone.localdate():%d-%m-%Y}" in page
    assert "Janse" not in page
    assert ours.organisation.name not in page


@pytest.mark.feature("U05")
def test_a_number_of_nobody_and_one_mistyped_are_told_apart(ours, someone, client):
    host = {"headers": {"host": "mijnzz.localhost"}}
    unknown = client.get("/controleren/", {"nummer": "0" * 17}, **host)
    assert "Dit nummer kennen wij niet" in text_of(unknown)
    wrong = client.get("/controleren/", {"nummer": "0" * 16 + "1"}, **host)
    assert wrong.status_code == 422
    assert "Neem alle tekens over" in text_of(wrong)
    # Another insurer's portal does not know it.
    number = number_on(client_of(ours.scope), someone)
    elsewhere = client.get("/controleren/", {"nummer": number}, headers={"host": "izz.localhost"})
    assert "Dit nummer kennen wij niet" in text_of(elsewhere)


def test_past_its_term_nothing_is_left(ours, someone, monkeypatch):
    client_of(ours.scope).get(f"/deelname/{someone}/polisblad/")
    jobs.forget(0)
    assert kept() == 1
    later = timezone.localdate() + timedelta(days=7 * 366)
    monkeypatch.setattr(timezone, "localdate", lambda *_: later)
    jobs.forget(0)
    assert kept() == 0


def kept() -> int:
    with signing_in(), connection.cursor() as cursor:
        cursor.execute("SELECT count(number) FROM document")
        return int(cursor.fetchone()[0])


def test_a_kept_letter_whose_file_is_damaged_says_so_and_what_to_do(ours, someone):
    client, address = client_of(ours.scope), f"/deelname/{someone}/polisblad/"
    assert read(client.get(address))
    [(participant,)] = _participants(ours)
    with opened(ours.scope):
        kept = Document.objects.get()
        place = Place(ours.organisation.id, kept.id, kept.number)
    with housekeeping():
        InTable().remove([place])
    with opened(ours.scope):
        InTable().put({place: b"what is left of it"})
    response = client.get(f"/documenten/{kept.id}/", follow=True)
    assert response.redirect_chain[-1][0] == f"/deelnemers/{participant}/"
    assert "Dit document is beschadigd geraakt en niet meer te openen." in text_of(response)
    with opened(ours.scope):
        [event] = AuditEvent.objects.filter(action="documents.open")
    assert (event.outcome, event.object_ids) == ("failure", {"document": [kept.id]})
    # As the page says: another is made, and that one can be had again.
    made = read(client.get(address))
    with opened(ours.scope):
        another = Document.objects.exclude(id=kept.id).get()
    assert read(client.get(f"/documenten/{another.id}/")) == made


class _Away:
    """A store that cannot be reached."""

    def put(self, files):
        raise StoreUnavailable("EndpointConnectionError")

    def take(self, places):
        raise StoreUnavailable("EndpointConnectionError")


def test_while_files_cannot_be_reached_the_page_says_so_and_nothing_is_half_made(ours, someone, monkeypatch):
    client, address = client_of(ours.scope), f"/deelname/{someone}/polisblad/"
    assert read(client.get(address))
    with opened(ours.scope):
        [kept] = Document.objects.values_list("id", flat=True)
    monkeypatch.setattr("collectief.documents.actions.current_store", _Away)
    said = "Documenten zijn nu even niet bereikbaar. Probeer het over een paar minuten opnieuw."
    for path in (address, f"/documenten/{kept}/"):
        assert said in text_of(client.get(path, follow=True)), path
    with opened(ours.scope):
        assert Document.objects.count() == 1
