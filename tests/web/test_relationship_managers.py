"""Accountmanagers: kept at the office, given to customers, and read by those on their page Contact (U31, K02)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectief.access import sessions
from collectief.audit.models import AuditEvent
from collectief.contracts.models import Organisation, RelationshipManager
from collectief.contracts.queries import own_manager
from collectief.scope.database import auditing, office, opened
from tests.customers_world import manager_of
from tests.office_world import clerk, insurer_id
from tests.web.visiting import client_of, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U31")]

LIST = "/organisaties/accountmanagers/"
HANNEKE = {"name": " Hanneke  Vos", "phone": "085 000 00 04", "email": "Hanneke.Vos@kantoor.example"}


@pytest.fixture
def sanne(db):
    return client_of(clerk(name="Sanne Kok"))


@pytest.fixture
def ours(db):
    return agency()


def given(browser, organisation_id: int, manager_id: int | str):
    return browser.post(f"/organisaties/{organisation_id}/accountmanager/", {"manager": manager_id}, follow=True)


def events(organisation_id: int) -> list[str]:
    with auditing(insurer_id()):
        found = AuditEvent.objects.filter(organisation_id=organisation_id).order_by("id")
        return list(found.values_list("action", flat=True))


def test_one_is_added_given_and_read_by_the_customer(sanne, ours):
    anna = client_of(ours.scope)
    assert "Uw accountmanager" not in text_of(anna.get("/contact/"))
    assert "Er zijn nog geen accountmanagers." in text_of(sanne.get(LIST))
    said = text_of(sanne.post(f"{LIST}nieuw/", HANNEKE, follow=True))
    assert "De accountmanager is toegevoegd." in said
    assert "085 000 0004" in said
    with office(insurer_id()):
        number = RelationshipManager.objects.get(email="hanneke.vos@kantoor.example").id
    page = text_of(given(sanne, ours.organisation.id, number))
    assert "De accountmanager is opgeslagen." in page
    assert "Hanneke Vos" in page
    read = anna.get("/contact/").content.decode()
    assert "Uw accountmanager" in read
    assert "Hanneke Vos" in read
    assert 'href="mailto:hanneke.vos@kantoor.example"' in read
    assert 'href="tel:+31850000004"' in read
    assert events(ours.organisation.id).count("customer.give_relationship_manager") == 1
    assert "Accountmanager vastgelegd" in text_of(
        client_of(member_of(ours.organisation, roles=["account_manager"])).get("/logboek/")
    )
    # Once more is no change, and leaves no line.
    given(sanne, ours.organisation.id, number)
    assert events(ours.organisation.id).count("customer.give_relationship_manager") == 1


def test_reached_otherwise_all_their_customers_read_it(sanne, ours):
    second = agency(name="Tweede")
    number = manager_of(ours.organisation.id, second.organisation.id)
    assert 'value="085 000 0004"' in sanne.get(f"{LIST}{number}/").content.decode()
    sanne.post(f"{LIST}{number}/", {"name": "Hanneke Bos", "phone": "", "email": "bos@kantoor.example"})
    for one in (ours, second):
        read = text_of(client_of(one.scope).get("/contact/"))
        assert "Hanneke Bos" in read
        assert "bos@kantoor.example" in read
        assert "085 000 0004" not in read


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "Vul de naam in."),
        ({"email": ""}, "Vul het e-mailadres in."),
        ({"email": "geen adres"}, "Vul een e-mailadres in als naam@bedrijf.nl."),
        ({"email": f"{'x' * 60}@{'.'.join(['y' * 60] * 4)}.nl"}, "Vul een e-mailadres in als naam@bedrijf.nl."),
        ({"phone": "12"}, "Dit is geen telefoonnummer."),
        ({"email": "JAN.BOS@kantoor.example"}, "Er is al een accountmanager met het e-mailadres jan.bos@kantoor"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(sanne, ours, more, said):
    manager_of(name="Jan Bos")
    number = manager_of(name="Piet Bos")
    for address in (f"{LIST}nieuw/", f"{LIST}{number}/"):
        answer = sanne.post(address, HANNEKE | more)
        assert answer.status_code == 422
        assert said in text_of(answer)
    with office(insurer_id()):
        assert sorted(RelationshipManager.objects.values_list("name", flat=True)) == ["Jan Bos", "Piet Bos"]


@pytest.mark.parametrize("successor", [True, False])
def test_who_leaves_hands_the_customers_over(sanne, ours, successor):
    second = agency(name="Tweede")
    leaves, stays = manager_of(ours.organisation.id, second.organisation.id), manager_of(name="Jan Bos")
    page = sanne.get(f"{LIST}{leaves}/verwijderen/")
    assert "Hanneke Vos heeft nu 2 organisaties." in text_of(page)
    assert f'value="{leaves}"' not in page.content.decode()
    sent = {"manager": stays if successor else ""}
    said = text_of(sanne.post(f"{LIST}{leaves}/verwijderen/", sent, follow=True))
    became = "zijn overgegaan" if successor else "hebben er nu geen"
    assert f"De accountmanager is verwijderd; 2 organisaties {became}." in said
    for one in (ours, second):
        assert ("Jan Bos" in text_of(client_of(one.scope).get("/contact/"))) is successor
        assert events(one.organisation.id).count("customer.give_relationship_manager") == 1
    assert sanne.get(f"{LIST}{leaves}/").status_code == 404
    assert sanne.post(f"{LIST}{leaves}/verwijderen/", sent).status_code == 404


def test_nobody_is_handed_over_to_who_leaves_or_is_not_there(sanne, ours):
    leaves = manager_of(ours.organisation.id)
    for successor in (leaves, 999_999):
        answer = sanne.post(f"{LIST}{leaves}/verwijderen/", {"manager": successor})
        assert answer.status_code == 422
        assert "Kies een accountmanager uit de lijst." in text_of(answer)
    with office():
        assert Organisation.objects.get(id=ours.organisation.id).relationship_manager_id == leaves


def test_a_customer_has_none_any_more(sanne, ours):
    manager_of(ours.organisation.id)
    given(sanne, ours.organisation.id, "")
    assert "Uw accountmanager" not in text_of(client_of(ours.scope).get("/contact/"))


def test_it_requires_maintaining_customers(sanne, ours):
    number = manager_of(ours.organisation.id)
    pages = [
        LIST, f"{LIST}nieuw/", f"{LIST}{number}/", f"{LIST}{number}/verwijderen/",
        f"/organisaties/{ours.organisation.id}/accountmanager/",
    ]  # fmt: skip
    for page in pages:
        assert sanne.get(page).status_code == 200, page
    for scope in (clerk(roles=("auditor", "help_desk", "office_manager"), name="Aukje"), ours.scope):
        for page in pages:
            assert client_of(scope).get(page).status_code == 403, page


def test_another_insurers_are_not_there(sanne, ours):
    theirs = manager_of(slug=_elsewhere().organisation.insurer.slug, name="Van Elders")
    own = manager_of(name="Jan Bos")
    assert "Van Elders" not in text_of(sanne.get(LIST))
    for address in (f"{LIST}{theirs}/", f"{LIST}{theirs}/verwijderen/"):
        assert sanne.get(address).status_code == 404
        assert sanne.post(address, HANNEKE).status_code == 404
    assert given(sanne, ours.organisation.id, theirs).status_code == 422
    assert sanne.post(f"{LIST}{own}/verwijderen/", {"manager": theirs}).status_code == 422


def test_row_security_shows_a_customer_its_own_and_the_office_its_insurers(ours):
    own, other = manager_of(ours.organisation.id), manager_of(name="Jan Bos")
    theirs = manager_of(slug=_elsewhere().organisation.insurer.slug, name="Van Elders")
    with opened(ours.scope):
        assert list(RelationshipManager.objects.values_list("id", flat=True)) == [own]
        found = own_manager(ours.scope)
        assert found is not None
        assert found.id == own
    with office(insurer_id()):
        assert set(RelationshipManager.objects.values_list("id", flat=True)) == {own, other}
    assert theirs not in {own, other}


def test_as_many_questions_however_many_there_are(sanne, ours, monkeypatch):
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert sanne.get(LIST).status_code == 200
        return len(captured)

    manager_of(ours.organisation.id)
    asked()
    few = asked()
    for number in range(5):
        manager_of(agency(name=f"Bureau {number}").organisation.id, name=f"Jan Bos {number}")
    assert asked() == few


def _elsewhere():
    return agency(name="Elders", brand="voorbeeld")
