"""The office takes a passkey after a password and nothing else, whichever address one comes by (K05, W04)."""

from __future__ import annotations

from copy import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.access import authenticator, factors, jobs, passkeys, resets, telephone
from collectief.access.models import Account, Authenticator, Membership, Passkey, RecoveryCode, SentCode, Telephone
from collectief.access.rules import AccessRefused
from collectief.brands import catalogue
from collectief.brands.catalogue import brand
from collectief.scope.database import office, signing_in
from tests.help_world import asked
from tests.help_world import office as help_desk
from tests.passkey_world import Device
from tests.web.password_world import (
    CODES,
    Ingrid,
    half_way,
    is_in,
    links,
    made,
    makes_passkey,
    options_of,
    told,
    types,
    uses_passkey,
)
from tests.web.visiting import stranger, text_of
from tests.world import agency

pytestmark = [pytest.mark.feature("K05"), pytest.mark.feature("W04")]

LINK_APP, LINK_SMS, LINK_KEY = "/inloggen/koppelen/", "/inloggen/koppelen/sms/", "/inloggen/koppelen/passkey/"
BY_APP, BY_SMS, BY_KEY = "/inloggen/tweede-stap/", "/inloggen/tweede-stap/sms/", "/inloggen/tweede-stap/passkey/"
OWN = "/mijn-account/inloggen/"
AT_OFFICE = "http://kantoor.localhost"


@pytest.fixture
def sanne(db) -> Ingrid:
    """A case handler of the office with a password and nothing linked."""
    return made("back_office", "case_handler")


def with_passkey(who: Ingrid) -> Device:
    device = Device(AT_OFFICE)
    assert makes_passkey(half_way(who), device, LINK_KEY).headers["Location"] == "/dashboard/"
    return device


def kinds_of(account_id: int) -> tuple[bool, bool, int, int]:
    with signing_in():
        return (
            Authenticator.objects.filter(account_id=account_id).exists(),
            Telephone.objects.filter(account_id=account_id).exists(),
            Passkey.objects.filter(account_id=account_id).count(),
            RecoveryCode.objects.filter(account_id=account_id).count(),
        )


def test_the_first_time_a_passkey_is_made_before_anything_is_seen(sanne):
    browser = half_way(sanne)
    assert browser.get("/dashboard/").status_code == 302
    step = browser.get("/inloggen/tweede-stap/")
    assert step.headers["Location"] == LINK_KEY
    text = text_of(browser.get(LINK_KEY))
    assert "heeft ook een passkey nodig" in text
    assert "authenticator-app" not in text
    assert "sms" not in text
    answer = makes_passkey(browser, Device(AT_OFFICE), LINK_KEY)
    # No recovery codes: they would count for nothing.
    assert answer.headers["Location"] == "/dashboard/"
    assert is_in(browser)
    assert kinds_of(sanne.account_id) == (False, False, 1, 0)


def test_afterwards_the_passkey_is_asked_and_no_other_way_is_offered(sanne):
    device = with_passkey(sanne)
    browser = half_way(sanne)
    assert browser.get("/inloggen/tweede-stap/").headers["Location"] == BY_KEY
    text = text_of(browser.get(BY_KEY))
    assert "Passkey kwijt of een nieuw apparaat? Bel (071) 5 825 200." in text
    assert "herstelcode" not in text
    assert not is_in(browser)
    assert uses_passkey(browser, device, BY_KEY).headers["Location"] == "/dashboard/"
    assert is_in(browser)


def test_a_passkey_alone_is_two_factors_in_one(sanne):
    device = with_passkey(sanne)
    browser = sanne.browser()
    uses_passkey(browser, device, "/inloggen/passkey/")
    assert is_in(browser)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (LINK_APP, {"code": "123456"}),
        (LINK_SMS, {"number": "06 12345678"}),
        (LINK_SMS, {"code": "123456"}),
        (BY_APP, {"code": "123456"}),
        (BY_SMS, {"stuur": "1"}),
        (BY_SMS, {"code": "123456"}),
        ("/inloggen/koppelen/later/", {}),
        ("/inloggen/herstelcode/", {"code": "ABCD-EFGH-JKMN"}),
    ],
)
@pytest.mark.parametrize("linked", [False, True])
def test_posting_to_the_address_of_another_way_links_sends_and_opens_nothing(sanne, path, form, linked):
    if linked:
        with_passkey(sanne)
    browser = half_way(sanne)
    assert browser.post(path, form).status_code == 302
    assert not is_in(browser)
    assert kinds_of(sanne.account_id) == (False, False, int(linked), 0)
    with signing_in():
        assert not SentCode.objects.exists()


def test_the_verbs_refuse_too_whatever_page_calls_them(sanne):
    portal, now = brand("kantoor"), timezone.now()
    with signing_in():
        member = Membership.objects.get(account_id=sanne.account_id).id
    sealed = authenticator.new_secret(sanne.account_id)
    verbs = {
        "app": lambda: authenticator.link(portal, member, sealed, "1", now=now),
        "app again": lambda: authenticator.prove(portal, member, "1", now=now),
        "sms": lambda: telephone.confirm(portal, member, 1, "1", now=now),
        "sms again": lambda: telephone.prove(portal, member, 1, "1", now=now),
        "recovery": lambda: factors.recover(portal, member, "ABCD-EFGH-JKMN", now=now),
        "codes": lambda: factors.new_codes(sanne.ours.scope),
    }
    for name, verb in verbs.items():
        with pytest.raises(AccessRefused) as refused:
            verb()
        assert refused.value.code == "factor_not_here", name
    assert told(sanne).count(("account.link_factor", "failure", "factor_not_here")) == 2
    assert told(sanne).count(("account.sign_in", "failure", "factor_not_here")) == 2
    assert told(sanne).count(("account.recover", "failure", "factor_not_here")) == 1


@pytest.mark.parametrize("path", ["app/", "mobiel/", "herstelcodes/"])
def test_ones_own_account_offers_passkeys_only(sanne, path):
    device = Device(AT_OFFICE)
    browser = half_way(sanne)
    makes_passkey(browser, device, LINK_KEY)
    text = text_of(browser.get(OWN))
    assert "Passkey laptop" in text
    for other in ("Authenticator-app", "Codes per sms", "Herstelcodes"):
        assert other not in text
    assert browser.get(OWN + path).status_code in (404, 405)
    assert browser.post(OWN + path, {"number": "06 12345678", "code": "1"}).status_code == 404
    assert kinds_of(sanne.account_id) == (False, False, 1, 0)


def test_a_second_passkey_can_be_made_and_one_removed_but_never_the_last(sanne):
    browser = half_way(sanne)
    makes_passkey(browser, Device(AT_OFFICE), LINK_KEY)
    assert makes_passkey(browser, Device(AT_OFFICE), OWN + "passkey/").headers["Location"] == OWN
    with signing_in():
        first, second = Passkey.objects.order_by("id").values_list("id", flat=True)
    browser.post(OWN + "verwijderen/", {"soort": "passkey", "nummer": first})
    browser.post(OWN + "verwijderen/", {"soort": "passkey", "nummer": second})
    assert "Dit is de enige tweede stap die er is." in text_of(browser.get(OWN))
    with signing_in():
        assert list(Passkey.objects.values_list("id", flat=True)) == [second]


def test_who_lost_the_passkey_is_helped_by_two_of_the_help_desk_and_makes_another(sanne, monkeypatch):
    with_passkey(sanne)
    desk, now = help_desk("kantoor"), timezone.now()
    number = asked(desk.murat, sanne.ours.scope, now)
    resets.approve(desk.lotte, number, now=now)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=24, minutes=1))
    jobs.carry_out_resets(timestamp=0)
    browser = half_way(sanne)
    assert browser.get("/inloggen/tweede-stap/").headers["Location"] == LINK_KEY
    makes_passkey(browser, Device(AT_OFFICE), LINK_KEY)
    assert is_in(browser)


@pytest.fixture
def both(sanne, monkeypatch) -> Ingrid:
    """Sanne has a place at an employer of the same insurer too, with a portal where every factor counts."""
    portal = replace(brand("izz"), slug="werk", hosts=("werk.localhost",), insurer="zorg-en-zekerheid")
    drawn = catalogue.all_brands()
    found = {one.slug: one for one in drawn} | {"werk": portal}
    monkeypatch.setattr("collectief.brands.finder.all_brands", lambda: drawn)
    monkeypatch.setattr(catalogue, "_catalogue", lambda: found)
    monkeypatch.setattr(catalogue, "_hosts", lambda: {host: one for one in found.values() for host in one.hosts})
    elsewhere = agency(name="Zorggroep De Linde", segment="employer", brand="werk", roles=("main_user",))
    with office():
        Membership.objects.create(
            account=Account.objects.get(id=sanne.account_id), organisation=elsewhere.organisation, roles=["main_user"]
        )
    return Ingrid(sanne.ours, sanne.email, portal="werk")


def test_an_app_linked_at_another_portal_opens_that_one_and_not_the_office(both, sanne):
    browser = half_way(both)
    assert CODES.findall(text_of(links(browser, both)))
    assert is_in(browser)
    at_office = half_way(sanne)
    assert at_office.get("/inloggen/tweede-stap/").headers["Location"] == LINK_KEY
    assert at_office.post(BY_APP, {"code": both.code}).headers["Location"] == LINK_KEY
    assert not is_in(at_office)


def test_with_a_passkey_for_the_office_its_app_of_elsewhere_is_worth_nothing_there(both, sanne):
    device = with_passkey(sanne)
    links(half_way(both), both)
    at_office = half_way(sanne)
    assert at_office.post(BY_APP, {"code": both.code}).headers["Location"] == BY_KEY
    assert at_office.get(LINK_KEY).headers["Location"] == "/inloggen/tweede-stap/"
    assert not is_in(at_office)
    uses_passkey(at_office, device, BY_KEY)
    assert is_in(at_office)


def test_a_session_of_another_portal_is_none_at_the_office(both):
    browser = half_way(both)
    links(browser, both)
    elsewhere = stranger("kantoor")
    elsewhere.cookies = browser.cookies
    assert not is_in(elsewhere)


def test_a_recovery_code_of_another_portal_leaves_the_passkey_of_the_office(both, sanne):
    with_passkey(sanne)
    codes = CODES.findall(text_of(links(half_way(both), both)))
    browser = half_way(both)
    browser.post("/inloggen/herstelcode/", {"code": codes[0]})
    assert kinds_of(sanne.account_id) == (False, False, 1, 0)
    # So the password alone makes no other at the office.
    at_office = half_way(sanne)
    assert at_office.get(LINK_KEY).headers["Location"] == "/inloggen/tweede-stap/"
    assert at_office.get("/inloggen/tweede-stap/").headers["Location"] == BY_KEY


def test_a_reset_for_another_portal_leaves_the_passkey_of_the_office(both, sanne):
    with_passkey(sanne)
    links(half_way(both), both)
    desk, now = help_desk("kantoor"), timezone.now()
    number = asked(desk.murat, sanne.ours.scope, now)
    resets.approve(desk.lotte, number, now=now)
    assert resets.carry_out(number, now=now + timedelta(days=1))
    assert kinds_of(sanne.account_id) == (False, False, 1, 0)
    assert half_way(sanne).get("/inloggen/tweede-stap/").headers["Location"] == BY_KEY


def test_the_passkey_of_the_office_cannot_be_removed_at_another_portal(both, sanne):
    with_passkey(sanne)
    browser = half_way(both)
    links(browser, both)
    with signing_in():
        key = Passkey.objects.get().id
    assert "laptop" not in text_of(browser.get(OWN))
    browser.post(OWN + "verwijderen/", {"soort": "passkey", "nummer": key})
    assert kinds_of(sanne.account_id)[2] == 1


def test_a_passkey_of_another_portal_does_not_open_the_office(both, sanne):
    there = Device("http://werk.localhost")
    browser = half_way(both)
    makes_passkey(browser, there, LINK_KEY)
    assert is_in(browser)
    with_passkey(sanne)
    at_office = half_way(sanne)
    options = options_of(at_office, BY_KEY)
    there.origin = AT_OFFICE
    assert at_office.post(BY_KEY, {"answer": there.uses(options)}).status_code == 422
    assert not is_in(at_office)


def test_who_has_a_passkey_for_the_office_alone_links_something_for_the_other_portal(both, sanne):
    with_passkey(sanne)
    browser = half_way(both)
    assert browser.get("/inloggen/tweede-stap/").headers["Location"] == LINK_APP
    assert len(CODES.findall(text_of(links(browser, both)))) == 10
    assert is_in(browser)


def test_an_invitation_to_the_office_leads_to_a_passkey_and_nowhere_past_it(sanne):
    portal, now = brand("kantoor"), timezone.now()
    with signing_in():
        member = Membership.objects.get(account_id=sanne.account_id).id
    with pytest.raises(AccessRefused):
        passkeys.prove(portal, passkeys.Site("kantoor.localhost", AT_OFFICE), member, "", "{}", now=now)
    browser = sanne.browser()
    types(browser, sanne.email)
    for path in ("/dashboard/", "/mijn-account/", OWN, "/accountbeheer/"):
        assert browser.get(path).status_code == 302, path
