"""The office's page of letters on paper (K08)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.documents.rules import shown
from collectief.foundation.dates import dutch
from collectief.scope.database import opened
from tests.letters_world import on_paper
from tests.office_world import clerk
from tests.web.visiting import client_of, text_of
from tests.world import agency

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


@pytest.mark.parametrize("role", ["help_desk", "auditor", "office_manager"])
def test_only_who_handles_post_opens_it(role):
    sent = on_paper(agency())
    client = client_of(clerk(roles=[role]))
    assert "/post/" not in text_of(client.get("/dashboard/"))
    assert [client.get(path).status_code for path in ("/post/", f"/post/{sent}/")] == [403, 403]
