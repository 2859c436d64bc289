"""Signing in with a password and an authenticator app: half the way opens nothing (W01, W02, W04)."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from collectief.access import factors, invitations, jobs, password_sign_in, passwords, throttle
from collectief.access.models import Authenticator, Invitation, Membership, RecoveryCode, WrongTry
from collectief.access.rules import AccessRefused
from collectief.brands.catalogue import brand
from collectief.scope.database import office, signing_in
from collectief.segments.profile import Role
from tests.web.password_world import Ingrid, half_way, links, made, time_goes_by, told, types
from tests.web.visiting import client_of, stranger, text_of

IZZ = brand("izz")


@pytest.fixture
def ingrid(db) -> Ingrid:
    return made()


@pytest.mark.feature("W04")
def test_the_first_time_an_app_is_linked_before_anything_can_be_seen(ingrid):
    browser = stranger("izz")
    assert types(browser, ingrid.email).headers["Location"] == "/inloggen/tweede-stap/"
    before = browser.cookies["session"].value
    assert browser.get("/dashboard/").status_code == 302
    assert browser.get("/accountbeheer/").status_code == 302
    assert browser.get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/koppelen/"
    text = text_of(links(browser, ingrid))
    assert len(re.findall(r"<code>[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}</code>", text)) == 10
    assert browser.cookies["session"].value != before
    assert "Wat komt nog?" in text_of(browser.get("/dashboard/"))
    assert told(ingrid)[0] == ("account.link_factor", "success", "")


@pytest.mark.feature("W02")
def test_with_password_and_code_one_lands_where_one_was_going(ingrid, monkeypatch):
    links_first(ingrid)
    time_goes_by(monkeypatch)
    browser = stranger("izz")
    types(browser, ingrid.email.upper(), where="?next=/accountbeheer/")
    response = browser.post("/inloggen/tweede-stap/", {"code": ingrid.code})
    assert response.headers["Location"] == "/accountbeheer/"
    assert browser.get("/accountbeheer/").status_code == 200


def links_first(who: Ingrid) -> str:
    return text_of(links(half_way(who), who))


@pytest.mark.feature("W04")
def test_a_code_counts_once_and_an_earlier_one_no_more(ingrid, monkeypatch):
    links_first(ingrid)
    browser = stranger("izz")
    types(browser, ingrid.email)
    again = browser.post("/inloggen/tweede-stap/", {"code": ingrid.code})
    assert again.status_code == 422
    assert "Deze code klopt niet, of is al gebruikt." in text_of(again)
    time_goes_by(monkeypatch)
    assert browser.post("/inloggen/tweede-stap/", {"code": "000000"}).status_code == 422
    assert browser.post("/inloggen/tweede-stap/", {"code": ingrid.code}).status_code == 302


@pytest.mark.feature("W04")
def test_a_linked_app_cannot_be_replaced_with_a_password_alone(ingrid):
    links_first(ingrid)
    browser = stranger("izz")
    types(browser, ingrid.email)
    assert browser.get("/inloggen/koppelen/").headers["Location"] == "/inloggen/tweede-stap/"
    assert browser.post("/inloggen/koppelen/", {"code": "123456"}).status_code == 302
    assert browser.get("/dashboard/").status_code == 302


@pytest.mark.feature("W04")
def test_a_recovery_code_unlinks_the_app_once_and_lets_nobody_in_by_itself(ingrid):
    codes = re.findall(r"<code>([2-9A-Z-]{14})</code>", links_first(ingrid))
    browser = stranger("izz")
    types(browser, ingrid.email)
    wrong = browser.post("/inloggen/herstelcode/", {"code": "ABCD-EFGH-JKMN"})
    assert "Deze herstelcode klopt niet" in text_of(wrong)
    response = browser.post("/inloggen/herstelcode/", {"code": codes[0].lower().replace("-", " ")})
    assert response.headers["Location"] == "/inloggen/koppelen/"
    assert browser.get("/dashboard/").status_code == 302
    fresh = re.findall(r"<code>([2-9A-Z-]{14})</code>", text_of(links(browser, ingrid)))
    assert not set(fresh) & set(codes)
    with office():
        membership = Membership.objects.get(account__email=ingrid.email)
    with pytest.raises(AccessRefused):
        factors.recover(IZZ, membership.id, codes[1], now=timezone.now())


@pytest.mark.feature("W02")
def test_the_answer_does_not_tell_whether_an_account_exists(ingrid):
    asked = [(ingrid.email, "verkeerd wachtwoord"), ("niemand@delinde.example", "verkeerd wachtwoord")]
    answers = [types(stranger("izz"), *one) for one in asked]
    assert [answer.status_code for answer in answers] == [422, 422]
    said = [
        re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text_of(answer)).replace(email, "X")
        for answer, (email, _) in zip(answers, asked, strict=True)
    ]
    assert said[0] == said[1]
    assert "horen hier niet bij elkaar" in html.unescape(said[0])


@pytest.mark.feature("W02")
def test_an_unknown_account_costs_the_same_hashing(ingrid, monkeypatch):
    hashed = []
    real = passwords.check_password
    monkeypatch.setattr(passwords, "check_password", lambda *a: hashed.append(a[1][:8]) or real(*a))
    for email in (ingrid.email, "niemand@delinde.example"):
        types(stranger("izz"), email, "verkeerd wachtwoord")
    assert hashed == ["argon2$a", "argon2$a"]


@pytest.mark.feature("W02")
def test_ten_wrong_tries_lock_for_ten_minutes_for_an_account_that_is_none_too(ingrid, monkeypatch):
    for email in (ingrid.email, "niemand@delinde.example"):
        for _ in range(10):
            assert "horen hier niet" in text_of(types(stranger("izz"), email, "verkeerd wachtwoord"))
        assert "Wacht tien minuten" in text_of(types(stranger("izz"), email))
    time_goes_by(monkeypatch, 601)
    assert types(stranger("izz"), ingrid.email).status_code == 302
    jobs.clear_tries(0)
    with signing_in():
        assert not WrongTry.objects.exists()


@pytest.mark.feature("W02")
def test_thirty_guesses_at_the_same_moment_are_ten(committed_db):
    who = made()

    def guess(number: int) -> str:
        try:
            password_sign_in.check(IZZ, who.email, f"geraden {number}", address="192.0.2.1", now=timezone.now())
        except AccessRefused as refused:
            return refused.code
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(guess, range(30)))
    assert (codes.count("wrong_password"), codes.count("too_many_tries")) == (10, 20)


@pytest.mark.feature("W04")
def test_ten_wrong_codes_lock_the_second_factor(ingrid, monkeypatch):
    links_first(ingrid)
    time_goes_by(monkeypatch)
    browser = stranger("izz")
    types(browser, ingrid.email)
    for _ in range(10):
        browser.post("/inloggen/tweede-stap/", {"code": "000000"})
    assert "Wacht tien minuten" in text_of(browser.post("/inloggen/tweede-stap/", {"code": ingrid.code}))


@pytest.mark.feature("K07")
def test_a_password_opens_no_other_portal_and_eherkenning_not_this_one(ingrid):
    assert types(stranger("mijnzz"), ingrid.email).status_code == 404
    for address in ("/inloggen/eherkenning/", "/inloggen/terug/"):
        assert stranger("izz").get(address).status_code == 404
    browser = stranger("izz")
    types(browser, ingrid.email)
    browser.defaults["HTTP_HOST"] = "mijnzz.localhost"
    other = stranger("mijnzz")
    other.cookies["session"] = browser.cookies["session"].value
    assert other.get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/"


@pytest.mark.feature("W02")
def test_who_was_deactivated_halfway_gets_no_further(ingrid):
    browser = stranger("izz")
    types(browser, ingrid.email)
    with office():
        Membership.objects.update(is_active=False)
    assert "geen toegang meer" in text_of(links(browser, ingrid))
    assert types(stranger("izz"), ingrid.email).status_code == 422


@pytest.mark.feature("K06")
def test_a_wrong_password_is_in_the_trail_by_a_job_and_holds_no_secret(ingrid):
    membership = ingrid.ours.scope
    with office():
        id_ = Membership.objects.get(account_id=membership.account_id).id
    jobs.record_wrong_password(brand="izz", membership_id=id_, code="wrong_password")
    jobs.record_wrong_password(brand="izz", membership_id=None, code="wrong_password")
    assert told(ingrid) == [("account.password", "failure", "wrong_password")]


@pytest.mark.feature("W01")
def test_an_invitation_leads_to_a_password_an_app_and_in(ingrid):
    token = invited(ingrid, "tom.jacobs@delinde.example")
    browser = stranger("izz")
    text = text_of(browser.get(f"/uitnodiging/{token}/"))
    assert IZZ.terms["nl"] in text and "tom.jacobs@delinde.example" in text
    given = {"password": "morgen weer vroeg op", "again": "morgen weer vroeg op", "agreed": "yes"}
    for wrong, words in (
        ({**given, "again": "iets anders dan dat"}, "niet gelijk"), ({**given, "agreed": []}, "Zonder akkoord"),
        ({**given, "password": "kort", "again": "kort"}, "te kort"),
    ):  # fmt: skip
        refused = browser.post(f"/uitnodiging/{token}/", wrong)
        assert refused.status_code == 422
        assert words in text_of(refused)
    assert types(stranger("izz"), "tom.jacobs@delinde.example", given["password"]).status_code == 422
    assert browser.post(f"/uitnodiging/{token}/", given).headers["Location"] == "/inloggen/tweede-stap/"
    assert stranger("izz").post(f"/uitnodiging/{token}/", given).status_code == 404
    assert browser.get("/dashboard/").status_code == 302
    links(browser, Ingrid(ingrid.ours, ""))
    assert browser.get("/dashboard/").status_code == 200
    assert browser.get("/accountbeheer/").status_code == 403


@pytest.mark.feature("W01")
def test_an_invitation_never_changes_a_password_that_is_there(ingrid):
    token = invited(made(), ingrid.email)
    response = stranger("izz").post(f"/uitnodiging/{token}/", {"password": "a" * 20, "again": "x", "agreed": "yes"})
    assert response.headers["Location"] == "/inloggen/"
    assert types(stranger("izz"), ingrid.email).status_code == 302


def invited(by: Ingrid, email: str) -> str:
    """Let Ingrid invite somebody; the token of the letter."""
    client_of(by.ours.scope).post(
        "/accountbeheer/nieuw/", {"name": "Tom Jacobs", "email": email, "roles": [str(Role.USER)]}
    )
    with office():
        return invitations.link_token(Invitation.objects.get(membership__account__email=email))


@pytest.mark.feature("W04")
def test_secrets_are_sealed_at_rest(ingrid):
    text = links_first(ingrid)
    codes = re.findall(r"<code>([2-9A-Z-]{14})</code>", text)
    with signing_in():
        held = Authenticator.objects.get()
        assert ingrid.secret.encode() not in bytes(held.sealed)
        digests = [bytes(one.digest) for one in RecoveryCode.objects.all()]
    assert not any(code.encode() in digest for code in codes for digest in digests)


@pytest.mark.feature("W02")
def test_the_address_that_counts_is_what_our_own_proxy_saw(settings, rf):
    from collectief.web.password.steps import visitor

    request = rf.get("/", headers={"x-forwarded-for": "203.0.113.9, 198.51.100.7"}, REMOTE_ADDR="10.0.0.1")
    assert visitor(request) == "10.0.0.1"
    settings.PROXIES = 1
    assert visitor(request) == "198.51.100.7"
    assert throttle.by_address("a") != throttle.by_address("b")


@pytest.mark.feature("W01")
def test_the_field_on_the_page_hides_what_is_typed_and_lets_it_be_pasted(ingrid):
    [field] = re.findall(r'<input[^>]*name="password"[^>]*>', text_of(stranger("izz").get("/inloggen/")))
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert not re.search(r"readonly|onpaste|autocomplete=.off", field)
