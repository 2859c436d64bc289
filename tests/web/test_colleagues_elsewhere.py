"""Managing accounts in the portals with other roles: the main user, the main account, the user manager, the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.access import queries
from collectief.access.models import Invitation
from collectief.scope.database import managing_accounts
from tests.web.visiting import client_of, text_of
from tests.world import Agency, agency, member_of

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Place:
    """Who manages accounts in a segment, whom they add, and who may not."""

    segment: str
    manager: str
    adds: str
    adds_in_words: str
    other: str


PLACES = [
    pytest.param(Place("employer", "main_user", "user", "gebruiker", "user"), marks=pytest.mark.feature("W05")),
    pytest.param(
        Place("occupational_care", "main_account", "company_doctor", "bedrijfsarts", "sub_account"),
        marks=pytest.mark.feature("B02"),
    ),
    pytest.param(
        Place("representative", "user_manager", "representative", "ondersteuner", "representative"),
        marks=pytest.mark.feature("O07"),
    ),
    pytest.param(
        Place("back_office", "office_manager", "help_desk", "helpdesk", "auditor"), marks=pytest.mark.feature("K05")
    ),
]


@pytest.fixture(params=PLACES, ids=lambda place: place.segment)
def place(request) -> Place:
    return request.param


@pytest.fixture
def ours(place) -> Agency:
    return agency(segment=place.segment, roles=(place.manager,))


@pytest.fixture
def manager(ours):
    return client_of(ours.scope)


def add(browser, place, **more):
    asked = {"name": "Jo Bos", "email": "jo.bos@klant.example", "mobile": "06 12345678", "roles": [place.adds]} | more
    return browser.post("/accountbeheer/nieuw/", asked)


def newcomer(ours):
    return next(one for one in queries.colleagues(ours.scope, now=timezone.now()) if one.name == "Jo Bos")


def test_who_manages_accounts_adds_a_colleague_and_sees_them_in_the_list(ours, place, manager):
    assert add(manager, place).status_code == 302
    text = text_of(manager.get("/accountbeheer/"))
    for said in ("Jo Bos", "jo.bos@klant.example", "Uitgenodigd", place.adds_in_words):
        assert said in text


def test_an_invitation_is_sent_again_and_taken_back(ours, place, manager):
    add(manager, place)
    colleague = newcomer(ours).member.id
    with managing_accounts(ours.organisation.id, ours.organisation.insurer_id):
        # Not more than once in two minutes.
        Invitation.objects.filter(membership_id=colleague).update(sent_at=timezone.now() - timedelta(minutes=5))
    before = newcomer(ours).invitation.nonce
    manager.post(f"/accountbeheer/{colleague}/opnieuw/")
    assert bytes(newcomer(ours).invitation.nonce) != bytes(before)
    manager.post(f"/accountbeheer/{colleague}/intrekken/")
    assert newcomer(ours).member.standing == "revoked"


def test_a_colleague_is_switched_off_and_on_again(ours, place, manager):
    scope = member_of(ours.organisation, roles=[place.other], name="Kim")
    colleague = next(one for one in queries.colleagues(ours.scope, now=timezone.now()) if one.name == "Kim")
    browser = client_of(scope)
    assert browser.get("/dashboard/").status_code == 200
    manager.post(f"/accountbeheer/{colleague.member.id}/deactiveren/")
    assert browser.get("/dashboard/").status_code == 302
    manager.post(f"/accountbeheer/{colleague.member.id}/activeren/")
    assert client_of(scope).get("/dashboard/").status_code == 200


def test_a_role_of_another_kind_of_customer_cannot_be_given(ours, place, manager):
    assert add(manager, place, roles=["administrative"]).status_code == 422
    assert len(queries.colleagues(ours.scope, now=timezone.now())) == 1


def test_nobody_else_adds_colleagues_or_sees_the_list(ours, place):
    browser = client_of(member_of(ours.organisation, roles=[place.other], name="Kim"))
    assert add(browser, place).status_code == 403
    assert browser.get("/accountbeheer/").status_code == 403
    assert "/accountbeheer/" not in text_of(browser.get("/dashboard/"))
    assert len(queries.colleagues(ours.scope, now=timezone.now())) == 2
