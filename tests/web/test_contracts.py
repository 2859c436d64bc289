"""In which contracts a colleague works: chosen in Accountbeheer, felt on every page (G13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from collectief.access import colleagues, queries
from collectief.access.models import Membership
from collectief.access.rules import AccessRefused
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.foundation.dates import dutch
from collectief.mutations import actions
from collectief.mutations.corridor import Request, Subject
from collectief.mutations.models import Mutation
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, Permission, Role
from tests.web.visiting import client_of, crowd, doubled_ids, events, text_of, this_moment
from tests.world import Agency, agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G13")]

NEW = {"name": "Jo Bos", "email": "jo@debrug.example", "roles": ["administrative"]}


@pytest.fixture
def ours() -> Agency:
    return agency(contracts=3, roles=("account_manager", "administrative"))


@pytest.fixture
def bas(ours):
    return client_of(ours.scope)


@pytest.fixture
def mia(ours):
    """Who manages accounts, and works in the first two contracts."""
    return member_of(ours.organisation, roles=["account_manager"], name="Mia", contracts=ours.contracts[:2])


def place_of(ours: Agency, email: str) -> Membership:
    with office():
        return Membership.objects.get(account__email=email, organisation=ours.organisation)


def own_place(scope) -> int:
    with office():
        return Membership.objects.get(account_id=scope.account_id).id


def test_a_new_colleague_is_given_contracts_and_the_overview_says_which(ours, bas):
    first, second, _ = ours.contracts
    chosen = NEW | {"reach": "deze", "contracts": [str(first.id), str(second.id)]}
    assert bas.post("/accountbeheer/nieuw/", chosen).status_code == 302
    assert place_of(ours, NEW["email"]).contracts == [first.id, second.id]
    text = text_of(bas.get("/accountbeheer/"))
    assert f"{first.number}, {second.number}" in text
    assert "<td>alle</td>" in text
    invited = next(event for event in events(ours) if event.action == "account.invite")
    assert invited.object_ids["contract"] == [first.id, second.id]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Kies of uw collega voor alle contracten werkt of alleen voor sommige."),
        ({"reach": "deze"}, "Kies ten minste één contract."),
        ({"reach": "alle", "contracts": ["first"]}, "Kies het een of het ander."),
        ({"reach": "deze", "contracts": ["999999999"]}, "999999999"),
    ],
)
def test_nobody_gets_every_contract_by_leaving_something_out(ours, bas, more, said):
    more = {name: [str(ours.contracts[0].id)] if value == ["first"] else value for name, value in more.items()}
    response = bas.post("/accountbeheer/nieuw/", NEW | more)
    assert response.status_code == 422
    text = text_of(response)
    assert said in text
    assert not doubled_ids(text)
    assert len(queries.colleagues(ours.scope, now=timezone.now())) == 1


def test_a_colleague_gets_other_contracts_and_loses_sight_at_the_next_click(ours, bas):
    [participant] = crowd(ours, 1)
    kim = member_of(ours.organisation, roles=["administrative"], name="Kim")
    browser, page = client_of(kim), f"/accountbeheer/{own_place(kim)}/"
    assert browser.get(f"/deelnemers/{participant}/").status_code == 200
    text = text_of(bas.get(page))
    assert 'value="alle" id="id_reach_0" checked' in text
    chosen = {"roles": ["administrative"], "reach": "deze", "contracts": [str(ours.contracts[1].id)]}
    assert bas.post(page, chosen).status_code == 302
    assert browser.get(f"/deelnemers/{participant}/").status_code == 404
    assert f"/deelnemers/{participant}/" not in text_of(browser.get("/deelnemers/"))
    assert ours.contracts[1].number in text_of(browser.get("/mijn-account/"))
    text = text_of(bas.get(page))
    assert 'value="deze" id="id_reach_1" checked' in text
    changed = next(event for event in events(ours) if event.action == "account.change_contracts")
    assert changed.detail == {"before": "all"}
    assert changed.object_ids["contract"] == [ours.contracts[1].id]
    assert bas.post(page, {"roles": ["administrative"], "reach": "alle"}).status_code == 302
    assert browser.get(f"/deelnemers/{participant}/").status_code == 200


def test_who_has_some_contracts_gives_those_and_manages_nobody_of_others(ours, mia):
    kim = member_of(ours.organisation, roles=["administrative"], name="Kim", contracts=ours.contracts[:1])
    wide = member_of(ours.organisation, roles=["administrative"], name="Wim")
    beside = member_of(ours.organisation, roles=["administrative"], name="Bea", contracts=ours.contracts[1:])
    browser = client_of(mia)
    text = text_of(browser.get("/accountbeheer/"))
    assert "Kim" in text and "Mia" in text
    assert "Wim" not in text and "Bea" not in text and "Anna" not in text
    for other in (wide, beside, ours.scope):
        page = f"/accountbeheer/{own_place(other)}/"
        assert browser.get(page).status_code == 404
        for what in ("", "deactiveren/", "activeren/", "opnieuw/", "intrekken/"):
            assert browser.post(page + what, {"roles": ["financial"]}).status_code == 404
    text = text_of(browser.get("/accountbeheer/nieuw/"))
    assert ours.contracts[1].number in text
    assert ours.contracts[2].number not in text
    assert "Alle contracten, ook" not in text
    page = f"/accountbeheer/{own_place(kim)}/"
    assert browser.post(page, {"roles": ["financial"], "contracts": [str(ours.contracts[1].id)]}).status_code == 302
    refused = browser.post(page, {"roles": ["financial"], "contracts": [str(ours.contracts[2].id)]})
    assert refused.status_code == 422
    assert browser.post(page, {"roles": ["financial"]}).status_code == 422
    assert browser.post(page, {"roles": ["financial"], "reach": "alle"}).status_code == 422
    with office():
        assert Membership.objects.get(account_id=kim.account_id).contracts == [ours.contracts[1].id]


def test_the_verbs_refuse_what_the_form_does_not_offer(ours, mia):
    kim = member_of(ours.organisation, roles=["administrative"], name="Kim", contracts=ours.contracts[:1])
    now, place = timezone.now(), own_place(kim)
    strange = agency(name="Otto").contracts[0].id
    third = ours.contracts[2].id
    for scope, wanted in ((mia, None), (mia, {third}), (mia, {strange}), (ours.scope, {strange})):
        reach = None if wanted is None else frozenset(wanted)
        for verb in (
            lambda scope=scope, reach=reach: colleagues.change_contracts(scope, place, reach, now=now),
            lambda scope=scope, reach=reach: colleagues.invite(
                scope, name="Jo", email="jo@x.example", roles=[Role.ADMINISTRATIVE], now=now, contracts=reach
            ),
        ):
            with pytest.raises(AccessRefused, match="contract_not_yours"):
                verb()
    with pytest.raises(AccessRefused, match="no_contract"):
        colleagues.change_contracts(ours.scope, place, frozenset(), now=now)
    with pytest.raises(AccessRefused, match="yourself"):
        colleagues.change_contracts(ours.scope, own_place(ours.scope), frozenset({third}), now=now)
    with pytest.raises(queries.NoColleague):
        colleagues.change_contracts(mia, own_place(ours.scope), frozenset({ours.contracts[0].id}), now=now)


def test_the_last_who_manages_everyone_keeps_every_contract(ours):
    bea = member_of(ours.organisation, roles=["account_manager"], name="Bea")
    now, first = timezone.now(), frozenset({ours.contracts[0].id})
    colleagues.change_contracts(ours.scope, own_place(bea), first, now=now)
    # Bea still has a tab of before: in it she must not leave nobody who manages everyone.
    with pytest.raises(AccessRefused, match="last_manager"):
        colleagues.change_contracts(bea, own_place(ours.scope), first, now=now)


def test_where_there_is_nothing_to_choose_nothing_is_asked():
    one = agency(contracts=1, roles=("account_manager",))
    browser = client_of(one.scope)
    assert "reach" not in text_of(browser.get("/accountbeheer/nieuw/"))
    assert browser.post("/accountbeheer/nieuw/", NEW).status_code == 302
    assert place_of(one, NEW["email"]).contracts is None
    assert "Contracten</th>" not in text_of(browser.get("/accountbeheer/"))


def test_the_pages_of_who_has_one_contract_tell_of_no_other(ours):
    [participant] = crowd(ours, 1)
    first, second, third = ours.contracts
    move = Application(Kind.TRANSFER, contract=first.number, to_contract=second.number, first_day=date.today())
    with opened(ours.scope):
        actions.submit(ours.scope, [Request(move, Subject(participant_id=participant))], this_moment())
        stays = {stay.contract_id: stay.id for stay in Participation.objects.all()}
        moved = Mutation.objects.get(kind="transfer").id
    lies = member_of(ours.organisation, roles=["administrative"], name="Lies", contracts=[second, third])
    browser = client_of(lies)
    pages = (
        "/deelnemers/", "/oud-deelnemers/", f"/deelnemers/{participant}/", f"/deelnemers/{participant}/gezien/",
        "/dashboard/", "/in-behandeling/", "/mislukte-verwerkingen/", "/deelnemers/nieuw/", "/uploads/",
        f"/deelname/{stays[second.id]}/overzetten/", "/mijn-account/",
    )  # fmt: skip
    for page in pages:
        response = browser.get(page)
        assert response.status_code == 200, page
        assert first.number not in text_of(response), page
    assert second.number in text_of(browser.get("/deelnemers/"))
    for hidden in (f"/deelname/{stays[first.id]}/afmelden/", f"/mutaties/{moved}/", f"/mutaties/{moved}/ongedaan/"):
        assert browser.get(hidden).status_code == 404
    soon = dutch(this_moment().today + timedelta(days=7))
    told = browser.post(f"/deelname/{stays[second.id]}/overzetten/", {"to_contract": first.number, "first_day": soon})
    assert told.status_code == 422


def test_undoing_ones_only_enrolment_leads_to_a_page_that_is_there(ours):
    [participant] = crowd(ours, 1)
    lies = member_of(ours.organisation, roles=["administrative"], name="Lies", contracts=ours.contracts[:1])
    with opened(ours.scope):
        enrolled = Mutation.objects.get().id
    browser = client_of(lies)
    response = browser.post(f"/mutaties/{enrolled}/ongedaan/", follow=True)
    assert response.status_code == 200
    assert "ongedaan gemaakt" in text_of(response)
    assert browser.get(f"/deelnemers/{participant}/").status_code == 404


def test_the_log_of_who_manages_some_contracts(ours, mia):
    kim = member_of(ours.organisation, roles=["administrative"], name="Kim", contracts=ours.contracts[:1])
    client_of(kim).get("/deelnemers/")
    client_of(ours.scope).get("/deelnemers/")
    text = text_of(client_of(mia).get("/logboek/"))
    assert "Kim" in text
    assert "Anna" not in text
    assert client_of(mia).get("/logboek/download/").status_code == 200


WITHOUT = [one.slug for one in PROFILES.values() if not one.allows(Capability.CHOOSE_CONTRACTS)]


@pytest.mark.parametrize("segment", WITHOUT)
def test_where_a_segment_has_no_choice_of_contracts_it_is_neither_offered_nor_taken(segment):
    profile = PROFILES[segment]
    [manager, *_] = [role for role, may in profile.roles.items() if Permission.MANAGE_ACCOUNTS in may]
    theirs = agency(segment=segment, contracts=2, roles=[manager])
    assert 'name="reach"' not in text_of(client_of(theirs.scope).get("/accountbeheer/nieuw/"))
    first, given = frozenset({theirs.contracts[0].id}), sorted(profile.grantable(frozenset({manager})))[:1]
    with pytest.raises(NotAllowed):
        colleagues.invite(
            theirs.scope, name="Jo", email="jo@x.example", roles=given, now=timezone.now(), contracts=first
        )
