"""Stoppen met dit portaal, as pages (O16)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from collectief.access import queries
from collectief.access.models import LeaveWish, OpenSession
from collectief.access.rules import AccessRefused
from collectief.brands.catalogue import brand
from collectief.cases.rules import Decision
from collectief.onboarding import jobs, requests
from collectief.scope.database import office, signing_in
from collectief.web.accounts.words import access_refusal, leaving_refusals
from tests.office_world import insurer_id
from tests.web.visiting import client_of, stranger, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("O16")]

LEAVE, MINE = "/mijn-account/stoppen/", "/mijn-account/"


@pytest.fixture
def ours():
    return agency(name="De Linde", segment="employer", roles=("main_user",))


@pytest.fixture
def ingrid(ours):
    return client_of(ours.scope)


@pytest.fixture
def tom(ours):
    return client_of(member_of(ours.organisation, roles=["user"], name="Tom"))


def test_a_user_asks_and_the_manager_closes_the_door_from_the_list(ours, ingrid, tom):
    assert LEAVE in text_of(tom.get(MINE))
    text = text_of(tom.get(LEAVE))
    assert "Een collega die accounts beheert, deactiveert uw account." in text
    assert "hele organisatie" not in text
    assert "logboek" in text
    assert "gevraagd uw account te deactiveren" in text_of(tom.post(LEAVE, {"wish": "stop"}, follow=True))
    assert "Wil stoppen" in text_of(ingrid.get("/accountbeheer/"))
    member = next(one.member for one in queries.colleagues(ours.scope, now=timezone.now()) if one.name == "Tom")
    address = f"/accountbeheer/{member.id}/deactiveren/"
    assert f'href="{address}"' in text_of(ingrid.get("/accountbeheer/"))
    ingrid.post(address)
    assert "Wil stoppen" not in text_of(ingrid.get("/accountbeheer/"))
    assert tom.get(MINE).status_code == 302


def test_after_all_not(ours, ingrid, tom):
    tom.post(LEAVE, {"wish": "stop"})
    assert "Toch niet stoppen" in text_of(tom.get(MINE))
    assert "al gevraagd" in text_of(tom.post(LEAVE, {"wish": "stop"}))
    assert "ingetrokken" in text_of(tom.post("/mijn-account/blijven/", follow=True))
    assert "Wil stoppen" not in text_of(ingrid.get("/accountbeheer/"))
    assert "Dit verzoek kan nu niet." in text_of(tom.post("/mijn-account/blijven/", follow=True))


@pytest.mark.parametrize("wish", ["", "role", "organisation", "everything"])
def test_what_is_not_offered_is_not_asked(tom, wish):
    assert tom.post(LEAVE, {"wish": wish}).status_code == 422
    with office(insurer_id("izz-door-vgz")):
        assert not LeaveWish.objects.exists()


def test_who_is_alone_leaves_with_the_organisation_and_is_out_at_once(ours, ingrid):
    text = text_of(ingrid.get(LEAVE))
    assert "U bent de enige met toegang" in text
    assert "uitnodigingen die nog openstaan" in text
    assert "per mail antwoord" in text_of(ingrid.post(LEAVE, {"wish": "organisation"}, follow=True))
    with office(insurer_id("izz-door-vgz")):
        wish = LeaveWish.objects.get()
    jobs.receive_leaving(wish_id=wish.id, insurer="izz-door-vgz")
    [case] = requests.waiting("izz-door-vgz")
    requests.decide("izz-door-vgz", case.case_id, Decision.APPROVED, by="Sanne")
    with signing_in():
        assert not OpenSession.objects.filter(account_id=ours.scope.account_id).exists()
    assert ingrid.get(MINE).status_code == 302


def test_a_manager_reads_what_comes_first_and_the_answer(ours, ingrid, tom):
    assert "geef er zo nodig eerst een die rol" in text_of(ingrid.get(LEAVE))
    ingrid.post(LEAVE, {"wish": "stop"})
    assert "antwoord van ons" in text_of(ingrid.get(MINE))
    with office(insurer_id("izz-door-vgz")):
        wish = LeaveWish.objects.get()
    jobs.receive_leaving(wish_id=wish.id, insurer="izz-door-vgz")
    [case] = requests.waiting("izz-door-vgz")
    requests.decide("izz-door-vgz", case.case_id, Decision.REFUSED, by="Sanne", reason="Wie beheert daarna?")
    text = text_of(ingrid.get(MINE))
    assert "Wie beheert daarna?" in text
    assert LEAVE in text


def test_nobody_signed_in_leaves(ours):
    assert stranger("izz").get(LEAVE).status_code == 302
    assert stranger("izz").post("/mijn-account/blijven/").status_code == 302


def test_every_refusal_of_leaving_has_words():
    for code in leaving_refusals():
        assert all(one.endswith(".") for one in access_refusal(AccessRefused(code).code, {}, brand("izz")))
