"""A session: 15 minutes idle, 4 hours at most, of one portal, gone when its rights are (U01)."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import resolve
from django.utils import timezone

from collectief.access import sessions
from collectief.access.jobs import clear_sessions
from collectief.access.models import Membership, OpenSession
from collectief.brands.catalogue import brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.mutations.corridor import Moment
from collectief.scope.database import office, signing_in
from collectief.segments.catalogue import PROFILES
from tests.web.addresses import IDS, addresses
from tests.web.visiting import client_of, events, new_session, session_of, stranger, text_of, this_moment
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U01")]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(monkeypatch):
    """Moves the portal's clock."""
    began = timezone.now()

    def after(passed: timedelta) -> None:
        monkeypatch.setattr("collectief.web.middleware.timezone.now", lambda: began + passed)

    after(timedelta())
    return after


def test_a_quarter_of_an_hour_without_use_ends_it_and_not_before(anna, clock):
    clock(timedelta(minutes=14, seconds=59))
    assert anna.get("/dashboard/").status_code == 200
    clock(timedelta(minutes=29, seconds=57))
    assert anna.get("/dashboard/").status_code == 200
    clock(timedelta(minutes=44, seconds=59))
    response = anna.get("/deelnemers/")
    assert response.headers["Location"] == "/inloggen/?beeindigd=&next=%2Fdeelnemers%2F"
    assert "Uw sessie is beëindigd" in text_of(anna.get(response.headers["Location"]))


def test_each_use_counts_to_the_second(anna, clock):
    """The browser counts from the last page: the server must not have stopped a minute before."""
    clock(timedelta(seconds=50))
    anna.get("/dashboard/")
    clock(timedelta(seconds=50) + 15 * MINUTE - timedelta(seconds=1))
    assert anna.get("/dashboard/").status_code == 200


def test_four_hours_are_the_most_however_busy(anna, clock):
    for minutes in range(10, 240, 10):
        clock(minutes * MINUTE)
        assert anna.get("/dashboard/").status_code == 200
    clock(timedelta(hours=4, seconds=1))
    assert anna.get("/dashboard/").status_code == 302


def test_a_page_that_asks_by_itself_is_no_use(anna, ours, clock):
    for minutes in (5, 10, 14):
        clock(minutes * MINUTE)
        assert anna.get("/mutaties/1/stand/").status_code == 404
    clock(15 * MINUTE + timedelta(seconds=1))
    assert anna.get("/dashboard/").status_code == 302


@pytest.mark.parametrize("roles", [[], ["administrative"], ["financial"]], ids=str)
def test_staying_is_for_everyone_who_is_in(ours, clock, roles):
    colleague = client_of(member_of(ours.organisation, roles=roles))
    clock(14 * MINUTE)
    assert colleague.post("/sessie/verlengen/").status_code == 204
    clock(28 * MINUTE)
    assert colleague.post("/sessie/verlengen/").status_code == 204


def test_staying_after_the_end_leads_to_signing_in(anna, clock):
    clock(16 * MINUTE)
    response = anna.post("/sessie/verlengen/", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/inloggen/?beeindigd=")
    assert stranger().post("/sessie/verlengen/").status_code == 302


def test_a_session_of_one_portal_is_none_at_another(ours):
    elsewhere = client_of(ours.scope, portal="voorbeeld")
    assert elsewhere.get("/dashboard/").status_code == 302
    # And it is still good where it was made.
    assert client_of(ours.scope).get("/dashboard/").status_code == 200


@pytest.mark.parametrize("of", ["membership", "account"])
def test_rights_are_looked_up_again_for_every_page(anna, ours, of):
    with office():
        membership = Membership.objects.select_related("account").get(account_id=ours.scope.account_id)
        held = membership if of == "membership" else membership.account
        held.is_active = False
        held.save()
    assert anna.get("/dashboard/").headers["Location"].startswith("/inloggen/?beeindigd=")


def test_a_role_taken_away_closes_its_pages_at_once(anna, ours):
    with office():
        Membership.objects.filter(account_id=ours.scope.account_id).update(roles=["financial"])
    assert anna.get("/deelnemers/").status_code == 403


def test_what_is_over_is_ended_and_not_only_passed_over(ours):
    at = this_moment()
    session = session_of(ours.scope, at=at)
    with signing_in(), pytest.raises(sessions.SessionOver):
        sessions.scope_of(session, brand("mijnzz"), now=at.now + 15 * MINUTE + timedelta(seconds=1))
    assert session.session_key is None
    assert session.get("signed_in") is None


def test_sessions_that_are_over_leave_the_table(ours):
    gone, live = session_of(ours.scope), session_of(agency(name="Otto").scope)
    with signing_in():
        OpenSession.objects.filter(session_key=gone.session_key).update(expire_date=timezone.now() - MINUTE)
    clear_sessions(0)
    with signing_in():
        assert list(OpenSession.objects.values_list("session_key", flat=True)) == [live.session_key]


def test_the_browser_is_told_the_same_times(anna):
    text = text_of(anna.get("/dashboard/"))
    assert f'data-idle="{settings.SESSION_IDLE_SECONDS}"' in text
    assert (settings.SESSION_IDLE_SECONDS, settings.SESSION_WARNING_SECONDS) == (15 * 60, 13 * 60)
    assert settings.SESSION_LONGEST_SECONDS == 4 * 60 * 60


def test_the_browser_is_told_how_long_is_left_whatever_is_done(anna, clock):
    def left():
        return int(re.search(r'data-left="(\d+)"', text_of(anna.get("/dashboard/")))[1])

    assert 4 * 60 * 60 - 10 <= left() <= 4 * 60 * 60
    for minutes in range(10, 240, 10):
        clock(minutes * MINUTE)
        assert (240 - minutes) * 60 - 10 <= left() <= (240 - minutes) * 60


def _seen(client):
    text = text_of(client.get("/mijn-account/"))
    return text, text.count('name="sessie"')


def test_ones_own_sessions_are_listed_and_ended_one_by_one_or_all(ours, anna):
    elsewhere, phone = client_of(ours.scope), client_of(ours.scope)
    text, others = _seen(anna)
    assert others == 2
    assert "Deze sessie" in text
    [number, *_] = re.findall(r'name="sessie" value="(\w+)"', text)
    assert "U bent op 1 andere plek uitgelogd." in text_of(
        anna.post("/mijn-account/sessies/", {"sessie": number}, follow=True)
    )
    left = [client.get("/dashboard/").status_code for client in (elsewhere, phone)]
    assert sorted(left) == [200, 302]
    assert "U bent op 1 andere plek uitgelogd." in text_of(anna.post("/mijn-account/sessies/", follow=True))
    assert [client.get("/dashboard/").status_code for client in (anna, elsewhere, phone)] == [200, 302, 302]
    assert [event.action for event in events(ours)].count("account.end_sessions") == 2


def test_ending_others_asks_for_eherkenning_once_more_when_it_was_ten_minutes_ago(ours, anna, monkeypatch):
    elsewhere = client_of(ours.scope)
    later = timezone.now() + timedelta(minutes=10, seconds=2)
    monkeypatch.setattr("collectief.web.accounts.mine.timezone.now", lambda: later)
    text, others = _seen(anna)
    assert others == 0
    assert 'href="/inloggen/eherkenning/?next=%2Fmijn-account%2F"' in text
    assert "Bevestig eerst dat u het bent." in text_of(anna.post("/mijn-account/sessies/", follow=True))
    assert elsewhere.get("/dashboard/").status_code == 200
    # Signing in anew, which is what that address does, is what counts.
    _, others = _seen(client_of(ours.scope))
    assert others == 2


def test_nobody_ends_or_sees_the_session_of_another(ours, anna):
    bas = client_of(member_of(ours.organisation, roles=["account_manager"], name="Bas"))
    _, others = _seen(anna)
    assert others == 0
    with signing_in():
        keys = list(OpenSession.objects.values_list("session_key", flat=True))
    for key in keys:
        number = hashlib.sha256(key.encode()).hexdigest()[:16]
        anna.post("/mijn-account/sessies/", {"sessie": number})
    assert (anna.get("/dashboard/").status_code, bas.get("/dashboard/").status_code) == (200, 200)


def test_a_session_that_is_over_is_not_listed_and_its_key_is_on_no_page(ours, anna):
    session_of(ours.scope, at=Moment(timezone.localdate(), timezone.now() - timedelta(hours=5)))
    text, others = _seen(anna)
    assert others == 0
    assert anna.cookies[settings.SESSION_COOKIE_NAME].value not in text


def test_what_a_browser_says_of_itself_is_shown_in_words(ours):
    client = stranger()
    with signing_in():
        session = new_session()
        member = Membership.objects.get(account_id=ours.scope.account_id)
        sessions.open_session(
            session, brand("mijnzz"), member, AssuranceLevel.EH3, now=timezone.now(),
            browser="Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
        )  # fmt: skip
        session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    assert "Firefox op Windows" in _seen(client)[0]


_SIGN_OUT = re.compile(r'<form method="post" action="/uitloggen/">.*?<button[^>]*type="submit"[^>]*>Uitloggen</button>')


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.slug)
def test_every_page_of_who_is_signed_in_shows_how_to_sign_out(profile):
    """Whatever the address answers: the page, that one may not see it, or that nothing is there."""
    ours = agency(segment=profile.slug)
    scope = member_of(ours.organisation, roles=list(profile.roles), brand=ours.scope.brand)
    browser, seen = client_of(scope), {}
    for address in addresses(dict.fromkeys(IDS, 2_000_000_000)):
        # What asks nobody who they are is no page of theirs.
        if getattr(resolve(address.path).func, "public", False):
            continue
        response = browser.get(address.path)
        if "text/html" not in response.headers.get("Content-Type", "") or response.streaming:
            continue
        text = text_of(response)
        if "<html" in text:
            seen[address.path] = response.status_code
            assert _SIGN_OUT.search(text), address.path
    assert {200, 404} <= set(seen.values()), seen
    assert len(seen) > 20
    assert browser.get("/mijn-account/").status_code == 200, "still signed in"


def test_a_form_sent_by_who_is_not_signed_in_any_more_is_said_not_to_have_come(anna):
    anna.post("/uitloggen/")
    response = anna.post("/deelnemers/nieuw/", {"surname": "Janse"}, follow=True)
    assert response.redirect_chain == [("/inloggen/?niet-verstuurd=", 302)]
    assert "Wat u verstuurde, is niet ontvangen" in text_of(response)
    assert "Wat u verstuurde" not in text_of(anna.get("/deelnemers/", follow=True))
