"""The office's page of letters on paper (K08)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.documents.rules import shown
from collectief.foundation.dates import dutch
from collectief.policies import posting
from collectief.policies.held_cards import cards_of
from collectief.policies.issuing import go_on
from collectief.scope.database import opened
from tests.household_world import enrol, family, town
from tests.letters_world import on_paper
from tests.office_world import clerk
from tests.terms_world import offer, product
from tests.web.visiting import client_of, text_of, this_moment
from tests.world import Human, agency, enrolled, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K08")]

NUMBER = "0000000000000000" + "0"


@pytest.fixture
def sanne():
    return clerk()


def test_what_was_sent_is_listed_without_whom_it_is_about(sanne):
    ours = agency()
    on_paper(ours, number=NUMBER)
    on_paper(ours, state="refused")
    on_paper(agency(name="Elders", brand="voorbeeld"))
    page = text_of(client_of(sanne).get("/post/"))
    assert "2 brieven" in page
    for said in ("Bij de drukker: 1", "Niet te drukken: 1", shown(NUMBER), ours.organisation.name, "Polisblad"):
        assert said in page, said
    assert "Elders" not in page


def test_a_letter_in_hand_is_found_by_its_number_and_noted_as_returned(sanne):
    sent = on_paper(agency(), number=NUMBER)
    client, today = client_of(sanne), timezone.localdate()
    on_paper(agency(name="Otto"))
    page = text_of(client.get("/post/", {"nummer": shown(NUMBER).lower()}))
    assert "1 brief" in page
    assert f'href="/post/{sent}/"' in page
    wrong = client.post(f"/post/{sent}/", {"dag": dutch(today + timedelta(days=1)), "reden": "moved"})
    assert wrong.status_code == 422
    assert "Deze dag is nog niet geweest" in text_of(wrong)
    empty = client.post(f"/post/{sent}/", {})
    assert "Vul de dag in." in text_of(empty) and "Maak een keuze." in text_of(empty)
    done = client.post(f"/post/{sent}/", {"dag": dutch(today), "reden": "moved"}, follow=True)
    text = text_of(done)
    assert "Gemeld als retour." in text
    assert "Verhuisd" in text
    assert "Retour melden" not in text
    again = client.post(f"/post/{sent}/", {"dag": dutch(today), "reden": "moved"})
    assert "Dit is al gemeld." in text_of(again)
    with opened(sanne):
        actions = list(AuditEvent.objects.values_list("action", flat=True).order_by("id"))
    assert actions == ["post.list", "post.return", "post.see"]


def test_what_is_not_there_is_said(sanne):
    client = client_of(sanne)
    assert "Er is nog niets op papier verstuurd." in text_of(client.get("/post/"))
    assert "Er is geen brief die hieraan voldoet." in text_of(client.get("/post/", {"stand": "returned"}))
    mistyped = client.get("/post/", {"nummer": "0" * 16 + "1"})
    assert mistyped.status_code == 422
    assert "Neem alle tekens over" in text_of(mistyped)
    elsewhere = on_paper(agency(name="Elders", brand="voorbeeld"))
    assert client.get(f"/post/{elsewhere}/").status_code == 404


@pytest.mark.feature("U11")
def test_cards_that_cannot_be_made_yet_stand_in_a_table_of_their_year(sanne):
    ours, moment = agency(), this_moment()
    offer(ours, product(ours))
    enrolled(ours, Human(valid_bsns(1, start=948_000_000)[0]), moment)
    year = moment.today.year
    client = client_of(sanne)
    client.post("/post/passen/", {"jaar": str(year)})
    assert go_on(ours.organisation.insurer_id, ours.organisation.id, year, now=timezone.now()) == 0
    page = text_of(client.get("/post/passen/"))
    assert f'aria-labelledby="missing-{year}"' in page and f'id="missing-{year}"' in page
    assert "Er is geen postadres bekend" in page


@pytest.mark.feature("G06")
def test_schedules_that_cannot_be_sent_yet_stand_below_with_the_reason(sanne):
    duinstad, moment = town(), this_moment()
    client = client_of(sanne)
    assert "Polisbladen die nog niet verstuurd zijn" not in text_of(client.get("/post/"))
    enrol(duinstad.customer, family(duinstad.basic)[:2], moment)
    own = duinstad.customer.organisation
    assert posting.go_on(own.insurer_id, own.id, now=moment.now) == 0
    page = text_of(client.get("/post/"))
    for said in (
        "Polisbladen die nog niet verstuurd zijn", own.name, "Van de verzekeringnemer is geen woonadres bekend",
        'data-label="Aantal">2<',
    ):  # fmt: skip
        assert said in page, said
    assert "de Groot" not in page


@pytest.mark.parametrize("role", ["help_desk", "auditor", "office_manager"])
def test_only_who_handles_post_opens_it(role):
    sent = on_paper(agency())
    client = client_of(clerk(roles=[role]))
    assert "/post/" not in text_of(client.get("/dashboard/"))
    assert [client.get(path).status_code for path in ("/post/", f"/post/{sent}/")] == [403, 403]


@pytest.mark.feature("U11")
def test_the_cards_of_a_year_are_issued_from_the_office(sanne):
    client, year = client_of(sanne), timezone.localdate().year
    page = text_of(client.get("/post/passen/"))
    assert f"Passen van {year} verstrekken" in page
    done = text_of(client.post("/post/passen/", {"jaar": str(year)}, follow=True))
    assert f"De passen van {year} worden gemaakt en verstuurd." in done
    assert f"Passen van {year} verstrekken" not in done
    assert f"0 passen gemaakt. Verstrekt door {sanne.account}" in done
    again = text_of(client.post("/post/passen/", {"jaar": str(year)}, follow=True))
    assert f"De passen van {year} werden al verstrekt." in again
    for wrong in (str(year - 1), "", "morgen"):
        assert "Dat jaar is voorbij" in text_of(client.post("/post/passen/", {"jaar": wrong}, follow=True))
    assert client_of(clerk(roles=["help_desk"])).post("/post/passen/", {"jaar": str(year)}).status_code == 403


@pytest.mark.feature("U11")
def test_number_and_expiry_date_stand_on_the_participants_page():
    ours = agency()
    offer(ours, product(ours))
    someone = enrolled(ours, Human(valid_bsns(1, start=947_000_000)[0]), this_moment())
    client, year = client_of(ours.scope), timezone.localdate().year
    assert "Via deze organisatie is nog geen pas verstrekt." in text_of(client.get(f"/deelnemers/{someone}/"))
    address = {"company_street": "Hoofdweg", "company_house_number": "1", "company_postcode": "2333aa"}
    half = client.post("/contractgegevens/bedrijf/", address)
    assert half.status_code == 422
    assert "Vul het hele adres in." in text_of(half)
    wrong = client.post("/contractgegevens/bedrijf/", address | {"company_city": "Leiden", "company_postcode": "12"})
    assert "Vul een postcode in als 2333 AA." in text_of(wrong)
    saved = client.post("/contractgegevens/bedrijf/", address | {"company_city": "Leiden"}, follow=True)
    assert "Hoofdweg 1, 2333 AA Leiden" in text_of(saved)
    assert go_on(ours.organisation.insurer_id, ours.organisation.id, year, now=timezone.now()) == 1
    page = text_of(client.get(f"/deelnemers/{someone}/"))
    with opened(ours.scope):
        [card] = cards_of(ours.scope, someone)
    for said in (card.number, f"31-12-{year}", "Wordt verstuurd", "Verzekeringspas, gemaakt op"):
        assert said in page, said


def test_a_letter_that_was_refused_is_sent_once_more_with_a_reason(sanne):
    sent, client = on_paper(agency(), state="refused", number=NUMBER), client_of(sanne)
    assert "Opnieuw versturen" in text_of(client.get(f"/post/{sent}/"))
    empty = client.post(f"/post/{sent}/opnieuw/", {})
    assert empty.status_code == 422
    assert "Maak een keuze." in text_of(empty)
    done = client.post(f"/post/{sent}/opnieuw/", {"waarom": "printable_now"}, follow=True)
    page, [(after, _)] = text_of(done), done.redirect_chain
    for said in (
        "De brief gaat opnieuw naar de drukker.", "Wacht op de drukker", f'href="/post/{sent}/"',
        f"Opnieuw verstuurd door {sanne.account}: De drukker kan de brief nu wel drukken.",
    ):  # fmt: skip
        assert said in page, said
    assert "Opnieuw versturen" not in page, "it is under way"
    first = text_of(client.get(f"/post/{sent}/"))
    assert "Niet te drukken" in first, "what went before stays as it was"
    assert f'href="{after}"' in first
    twice = client.post(f"/post/{sent}/opnieuw/", {"waarom": "other"})
    assert twice.status_code == 422
    assert "Deze brief is al opnieuw verstuurd." in text_of(twice)
    assert "2 brieven" in text_of(client.get("/post/", {"nummer": shown(NUMBER)}))


def test_a_letter_under_way_has_no_such_button(sanne):
    sent, client = on_paper(agency()), client_of(sanne)
    assert "Opnieuw versturen" not in text_of(client.get(f"/post/{sent}/"))
    early = client.post(f"/post/{sent}/opnieuw/", {"waarom": "other"})
    assert early.status_code == 422
    assert "Deze brief is nog onderweg." in text_of(early)
    elsewhere = on_paper(agency(name="Elders", brand="voorbeeld"), state="refused")
    assert client.post(f"/post/{elsewhere}/opnieuw/", {"waarom": "other"}).status_code == 404
    assert client_of(clerk(roles=["auditor"])).post(f"/post/{sent}/opnieuw/", {"waarom": "other"}).status_code == 403
