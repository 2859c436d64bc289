"""One eHerkenning, several organisations: a choice, and nobody is signed in before it is made (U01)."""

from __future__ import annotations

from copy import replace

import pytest

from collectief.access.models import Account, Membership
from collectief.contracts.models import Organisation
from collectief.foundation.assurance import AssuranceLevel
from collectief.scope.database import office
from tests.web.test_signing_in import BRANCH, broker, identity_of, signs_in
from tests.web.visiting import events, stranger, text_of
from tests.world import agency

pytestmark = pytest.mark.feature("U01")
__all__ = ["broker"]


@pytest.fixture
def branch(ours):
    """A second customer under the same KvK number: an establishment, with the same person in it."""
    other = agency(name="De Brug Zuid", kvk=None)
    with office():
        mine = Membership.objects.get(account_id=ours.scope.account_id)
        Organisation.objects.filter(id=other.organisation.id).update(kvk=ours.organisation.kvk, branch=BRANCH)
        Membership.objects.create(
            account_id=mine.account_id, organisation=other.organisation, acting_subject=mine.acting_subject,
            roles=["financial"],
        )  # fmt: skip
    return other


@pytest.fixture
def chooser(ours, branch, broker):
    """A browser that came back from eHerkenning and stands before the choice."""
    broker.identity = identity_of(ours.scope)
    browser = stranger()
    response = signs_in(browser, "/deelnemers/")
    assert (response.status_code, response.headers["Location"]) == (302, "/inloggen/organisatie/")
    return browser


def test_both_are_offered_by_name_and_branch(chooser):
    text = text_of(chooser.get("/inloggen/organisatie/"))
    assert "Voor welke organisatie wilt u werken?" in text
    assert "De Brug Zuid" in text
    assert f"vestiging {BRANCH}" in text
    assert "Uitzendbureau, hele organisatie" in " ".join(text.split())


@pytest.mark.feature("X14")
def test_a_kind_of_customer_is_called_by_the_language_of_the_page(chooser):
    chooser.post("/taal/", {"language": "en"})
    text = " ".join(text_of(chooser.get("/inloggen/organisatie/")).split())
    assert "Staffing agency, whole organisation" in text
    assert "Uitzendbureau," not in text


def test_nobody_is_in_before_the_choice_and_the_trail_says_nothing(chooser, ours, branch):
    assert chooser.get("/dashboard/").status_code == 302
    chooser.get("/inloggen/organisatie/")
    assert events(ours) == [] == events(branch)


def test_the_choice_signs_in_for_that_organisation_only(chooser, ours, branch):
    response = chooser.post("/inloggen/organisatie/", {"organisation": branch.organisation.id})
    assert (response.status_code, response.headers["Location"]) == (302, "/deelnemers/")
    assert "De Brug Zuid" in text_of(chooser.get("/dashboard/"))
    assert [event.action for event in events(branch)] == ["account.sign_in"]
    assert events(ours) == []


def test_a_choice_counts_once(chooser, ours, branch):
    chooser.post("/inloggen/organisatie/", {"organisation": branch.organisation.id})
    assert chooser.post("/inloggen/organisatie/", {"organisation": ours.organisation.id}).status_code == 403


@pytest.mark.parametrize("chosen", ["", "0", "99999999", "x", "²"])
def test_what_was_not_offered_is_asked_again(chooser, chosen):
    response = chooser.post("/inloggen/organisatie/", {"organisation": chosen})
    assert response.status_code == 200
    assert "Voor welke organisatie" in text_of(response)
    assert chooser.get("/dashboard/").status_code == 302


def test_an_organisation_of_somebody_else_cannot_be_chosen(chooser):
    stranger_there = agency(name="Andere B.V.")
    response = chooser.post("/inloggen/organisatie/", {"organisation": stranger_there.organisation.id})
    assert response.status_code == 200
    assert chooser.get("/dashboard/").status_code == 302
    assert events(stranger_there) == []


def test_who_lost_their_place_while_choosing_is_told(chooser, ours, branch):
    with office():
        Membership.objects.filter(organisation=branch.organisation).update(is_active=False)
    response = chooser.post("/inloggen/organisatie/", {"organisation": branch.organisation.id})
    assert response.status_code == 403
    assert "gedeactiveerd" in text_of(response)


def test_without_a_choice_waiting_one_begins_again(db):
    for response in (stranger().get("/inloggen/organisatie/"), stranger().post("/inloggen/organisatie/")):
        assert response.status_code == 403
        assert "te lang geduurd" in text_of(response)


def test_a_choice_at_one_portal_is_none_at_another(chooser):
    key = chooser.cookies["session"].value
    other = stranger("voorbeeld")
    other.cookies["session"] = key
    assert other.get("/inloggen/organisatie/").status_code == 403


def test_a_choice_is_over_after_a_quarter_of_an_hour(chooser, monkeypatch):
    monkeypatch.setattr("collectief.access.choosing.LONGEST", -1)
    assert chooser.get("/inloggen/organisatie/").status_code == 403


def test_who_may_act_for_one_branch_only_has_nothing_to_choose(ours, branch, broker):
    broker.identity = replace(identity_of(ours.scope), branch=BRANCH)
    response = signs_in(stranger())
    assert response.headers["Location"] == "/dashboard/"
    assert [event.action for event in events(branch)] == ["account.sign_in"]


def test_a_place_that_is_no_longer_active_is_not_offered(ours, branch, broker):
    with office():
        Membership.objects.filter(organisation=branch.organisation).update(is_active=False)
    broker.identity = identity_of(ours.scope)
    assert signs_in(stranger()).headers["Location"] == "/dashboard/"
    assert events(branch) == []


def test_when_none_will_do_the_reason_that_helps_is_given_and_each_trail_has_it(ours, branch, broker):
    broker.identity = replace(identity_of(ours.scope), level=AssuranceLevel.EH2)
    assert "niveau eH2" in text_of(signs_in(stranger()))
    assert [event.outcome for event in (*events(ours), *events(branch))] == ["failure", "failure"]


def test_who_was_deactivated_has_no_choice_either(ours, branch, broker):
    with office():
        Account.objects.filter(id=ours.scope.account_id).update(is_active=False)
    broker.identity = identity_of(ours.scope)
    assert signs_in(stranger()).status_code == 403
