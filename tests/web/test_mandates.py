"""Machtigingen as pages: given, received, and working in another's name (X07)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.access import mandates, queries
from collectief.access.models import Mandate, MandatePerson, Membership
from collectief.contracts.models import Organisation
from collectief.foundation.dates import dutch
from collectief.scope.database import managing_accounts, office
from collectief.segments.profile import Role
from tests.web.addresses import IDS, addresses
from tests.web.visiting import client_of, crowd, doubled_ids, events, text_of
from tests.world import Agency, agency, mandated, mandated_to, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X07")]


@pytest.fixture
def brug() -> Agency:
    return agency(name="De Brug B.V.", contracts=3, roles=("account_manager", "administrative"))


@pytest.fixture
def zuid() -> Agency:
    return agency(name="Kantoor Zuid", segment="administration_office", contracts=0, roles=("account_manager",))


@pytest.fixture
def tess(zuid):
    return member_of(zuid.organisation, roles=["administrative"], name="Tess")


@pytest.fixture
def bas(brug):
    return client_of(brug.scope)


def asked(**more: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "kvk": "9999 9999", "name": "Kantoor  Zuid", "roles": ["administrative"], "reach": "alle",
        "first_day": dutch(today), "last_day": "",
    } | more  # fmt: skip


def given(brug: Agency) -> list[Mandate]:
    with managing_accounts(brug.organisation.id, brug.organisation.insurer_id):
        return list(Mandate.objects.all())


def test_a_mandate_is_given_shown_and_revoked(brug, bas):
    assert "U heeft nog niemand gemachtigd." in text_of(bas.get("/accountbeheer/machtigingen/"))
    until = timezone.localdate() + timedelta(days=10)
    first = brug.contracts[0]
    more = asked(reach="deze", contracts=[str(first.id)], last_day=dutch(until))
    assert bas.post("/accountbeheer/machtigingen/nieuw/", more).status_code == 302
    [mandate] = given(brug)
    assert (mandate.kvk, mandate.name, mandate.contracts) == ("99999999", "Kantoor Zuid", [first.id])
    assert mandate.end_day == until + timedelta(days=1)
    text = text_of(bas.get("/accountbeheer/machtigingen/"))
    for said in ("Kantoor Zuid", "KvK 99999999", "administratief", first.number, dutch(until), "Geldig"):
        assert said in text
    ending = f"/accountbeheer/machtigingen/{mandate.id}/intrekken/"
    assert "Dit kunt u niet terugdraaien." in text_of(bas.get(ending))
    assert given(brug)[0].revoked_at is None
    assert bas.post(ending).status_code == 302
    assert "u hoeft niets te doen" in text_of(bas.get(ending))
    text = text_of(bas.get("/accountbeheer/machtigingen/"))
    assert "Ingetrokken" in text
    assert ">Intrekken</a>" not in text
    assert [event.action for event in events(brug) if event.action in ("mandate.give", "mandate.revoke")] == [
        "mandate.give", "mandate.revoke",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kvk": ""}, "Vul het KvK-nummer in."),
        ({"kvk": "1234"}, "Dit is geen KvK-nummer."),
        ({"kvk": "own"}, "Dit is het KvK-nummer van uw eigen organisatie."),
        ({"name": " "}, "Vul de naam van het kantoor in."),
        ({"roles": []}, "Kies ten minste één rol."),
        ({"roles": ["account_manager"]}, "account_manager"),
        ({"reach": ""}, "Kies of de machtiging voor alle contracten geldt of alleen voor sommige."),
        ({"first_day": "01-01-2020"}, "Een machtiging kan niet eerder ingaan dan vandaag."),
        ({"last_day": "01-01-2020"}, "De laatste dag ligt vóór de eerste."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_given(brug, bas, more, said):
    if more.get("kvk") == "own":
        more = {"kvk": brug.organisation.kvk}
    response = bas.post("/accountbeheer/machtigingen/nieuw/", asked(**more))
    assert response.status_code == 422
    text = text_of(response)
    assert said in text
    assert not doubled_ids(text)
    assert given(brug) == []


def test_the_answer_is_the_same_whether_the_number_is_a_customers_or_nobodys(zuid, bas, brug):
    answers = []
    for kvk in (zuid.organisation.kvk, "99999999"):
        response = bas.post("/accountbeheer/machtigingen/nieuw/", asked(kvk=kvk), follow=True)
        [mandate, *_] = sorted(given(brug), key=lambda one: -one.id)
        said = text_of(response).replace(kvk, "…").replace(f"<td>{mandate.id}</td>", "").split("<table")[0]
        answers.append((response.status_code, said.split("csrfmiddlewaretoken")[0]))
    assert answers[0] == answers[1]


def test_an_office_says_who_acts_and_they_choose_in_whose_name(brug, zuid, tess):
    number = mandated_to(brug.organisation, zuid.organisation.kvk)
    [participant] = crowd(brug, 1)
    manager, browser = client_of(zuid.scope), client_of(tess)
    assert "Namens wie" not in text_of(browser.get("/dashboard/"))
    text = text_of(manager.get("/accountbeheer/machtigingen/"))
    assert "De Brug B.V." in text and "nog niemand" in text
    page = f"/accountbeheer/machtigingen/{number}/"
    assert "Tess" in text_of(manager.get(page))
    with office():
        place = Membership.objects.get(account_id=tess.account_id).id
    assert manager.post(page, {f"collega_{place}": ["administrative"]}).status_code == 302

    text = text_of(browser.get("/namens/"))
    assert "De Brug B.V." in text and "uw eigen organisatie" in text
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value
    response = browser.post("/namens/", {"machtiging": str(number)}, follow=True)
    assert "U werkt nu namens De Brug B.V." in text_of(response)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != before
    page = text_of(browser.get("/deelnemers/"))
    assert f"Namens De Brug B.V. (machtiging {number})" in page
    assert "Tess (Kantoor Zuid)" in page
    assert browser.get(f"/deelnemers/{participant}/").status_code == 200
    assert browser.get("/accountbeheer/").status_code == 403
    assert browser.get("/logboek/").status_code == 403
    text = text_of(client_of(brug.scope).get("/logboek/"))
    assert "Tess (Kantoor Zuid), namens uw organisatie" in text
    assert "Begonnen namens uw organisatie te werken" in text
    assert "Begonnen namens een andere organisatie te werken" in text_of(manager.get("/logboek/"))
    # And back: nothing of De Brug any more.
    browser.post("/namens/", {"machtiging": ""})
    assert browser.get(f"/deelnemers/{participant}/").status_code == 403
    assert "Namens De Brug" not in text_of(browser.get("/dashboard/"))
    assert "Gestopt namens uw organisatie te werken" in text_of(client_of(brug.scope).get("/logboek/"))


def test_a_session_is_over_at_the_next_click_once_its_mandate_is(brug, tess):
    number = mandated(brug, tess)
    browser = client_of(tess)
    browser.post("/namens/", {"machtiging": str(number)})
    assert browser.get("/deelnemers/").status_code == 200
    mandates.revoke(brug.scope, number, now=timezone.now())
    response = browser.get("/deelnemers/")
    assert response.status_code == 302
    assert "/inloggen/?beeindigd" in response.headers["Location"]
    assert browser.get("/dashboard/").status_code == 302


def test_a_session_is_over_on_the_day_its_mandate_ends(brug, tess, monkeypatch):
    number = mandated(brug, tess, end_day=timezone.localdate() + timedelta(days=1))
    browser = client_of(tess)
    browser.post("/namens/", {"machtiging": str(number)})
    assert browser.get("/deelnemers/").status_code == 200
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("collectief.access.sessions.timezone.localdate", lambda *_: tomorrow)
    assert browser.get("/deelnemers/").status_code == 302


def test_nobody_turns_to_a_mandate_that_is_not_theirs(brug, zuid, tess):
    otto = agency(name="Otto")
    ours, theirs = mandated(brug, tess), mandated_to(otto.organisation, "88888888")
    unassigned = mandated_to(otto.organisation, zuid.organisation.kvk)
    answers = set()
    for number in (theirs, unassigned, 999_999_999):
        browser = client_of(tess)
        response = browser.post("/namens/", {"machtiging": str(number)}, follow=True)
        assert "Deze machtiging geldt niet meer." in text_of(response)
        answers.add(response.status_code)
        assert "Otto" not in text_of(browser.get("/dashboard/"))
    assert answers == {200}
    stranger = client_of(member_of(otto.organisation, roles=["administrative"]))
    stranger.post("/namens/", {"machtiging": str(ours)})
    assert "De Brug" not in text_of(stranger.get("/dashboard/"))


def test_in_one_principals_name_nothing_of_another_is_found(brug, tess):
    otto = agency(name="Otto Geheim")
    number = mandated(brug, tess)
    mandated(otto, tess)
    [theirs] = crowd(otto, 1)
    browser = client_of(tess)
    browser.post("/namens/", {"machtiging": str(number)})
    ids = dict.fromkeys(IDS, theirs)
    for address in addresses(ids):
        if address.name in ("sign_out", "on_behalf") or not address.permission:
            continue
        text = text_of(browser.get(address.path))
        assert "Otto Geheim" not in text, address.path
    assert browser.get(f"/deelnemers/{theirs}/").status_code == 404


def test_a_page_in_anothers_name_asks_as_much_as_in_ones_own(brug, tess):
    number = mandated(brug, tess)
    anna = client_of(member_of(brug.organisation, roles=["administrative"]))
    browser = client_of(tess)
    browser.post("/namens/", {"machtiging": str(number)})
    counts = []
    for one in (anna, browser):
        one.get("/deelnemers/")
        with CaptureQueriesContext(connection) as captured:
            one.get("/deelnemers/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_where_a_segment_gives_no_mandates_there_is_no_way_to(zuid):
    browser = client_of(zuid.scope)
    assert browser.get("/accountbeheer/machtigingen/nieuw/").status_code == 403
    text = text_of(browser.get("/accountbeheer/machtigingen/"))
    assert "Nieuwe machtiging" not in text
    assert "Geen andere organisatie heeft de uwe gemachtigd." in text


@pytest.mark.parametrize("path", ["/mijn-account/", "/mijn-account/stoppen/"])
def test_what_is_about_oneself_is_done_in_ones_own_organisation(brug, tess, path):
    mandate = mandated(brug, tess)
    browser = client_of(tess)
    browser.post("/namens/", {"machtiging": str(mandate)})
    for method in ("get", "post"):
        response = getattr(browser, method)(path)
        assert (response.status_code, response.headers["Location"]) == (302, "/namens/")
    assert "Kies eerst uw eigen organisatie." in text_of(browser.get("/namens/"))
    browser.post("/namens/", {"machtiging": ""})
    assert browser.get(path).status_code == 200


def test_who_works_at_two_organisations_of_one_company_acts_as_who_they_came_as(brug, zuid, tess):
    """The one they did not come as gave them more."""
    mandate = mandated(brug, tess, roles=("administrative", "financial"))
    with office():
        branch = Organisation.objects.create(
            insurer_id=zuid.organisation.insurer_id, name="Kantoor Zuid Breda", kvk=zuid.organisation.kvk,
            branch="000000000007", segment="administration_office",
        )  # fmt: skip
        there = Membership.objects.create(account_id=tess.account_id, organisation=branch, roles=["administrative"])
        MandatePerson.objects.create(
            mandate_id=mandate, membership=there, organisation_id=branch.id, roles=["financial"]
        )
    as_branch = queries.scope_again(
        tess.account_id, brug.organisation.id, "mijnzz", channel="form", mandate_id=mandate, home_id=branch.id
    )
    assert (as_branch.mandate.organisation, as_branch.roles) == ("Kantoor Zuid Breda", frozenset({Role.FINANCIAL}))
    as_whole = queries.scope_again(
        tess.account_id,
        brug.organisation.id,
        "mijnzz",
        channel="form",
        mandate_id=mandate,
        home_id=zuid.organisation.id,
    )
    assert as_whole.roles == frozenset({Role.ADMINISTRATIVE, Role.FINANCIAL})


def test_whoever_acts_is_mailed_once_when_it_is_revoked_and_is_told_nothing_of_whose_it_was(brug, zuid, tess, post):
    number = mandated(brug, tess)
    gone = member_of(zuid.organisation, roles=["administrative"], name="Gerrit")
    with office():
        place = Membership.objects.get(account_id=gone.account_id)
        MandatePerson.objects.create(
            mandate_id=number, membership=place, organisation_id=zuid.organisation.id, roles=["administrative"]
        )
        Membership.objects.filter(id=place.id).update(is_active=False)
        address = Membership.objects.select_related("account").get(account_id=tess.account_id).account.email
    other = mandated(brug, member_of(zuid.organisation, roles=["administrative"], name="Olga"))
    for _ in range(2):
        mandates.revoke(brug.scope, number, now=timezone.now())
    [letter] = post.letters
    assert letter.to == address
    assert "Een machtiging" in letter.subject
    assert "Tess" in letter.text
    assert "De Brug" not in letter.subject + letter.text
    assert {one.id: one.revoked_at is None for one in given(brug)} == {number: False, other: True}


def test_nobody_is_mailed_of_a_mandate_that_had_ended_or_is_refused(brug, zuid, tess, post):
    ended = mandated(brug, tess, end_day=timezone.localdate() - timedelta(days=1))
    mandates.revoke(brug.scope, ended, now=timezone.now())
    assert post.letters == []
    running = mandated(brug, tess)
    with pytest.raises(mandates.NoMandate):
        mandates.revoke(zuid.scope, running, now=timezone.now())
    assert post.letters == []
