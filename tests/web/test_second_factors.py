"""Codes by SMS and passkeys, as second factor and, for a passkey, instead of a password (W04)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connections
from django.utils import timezone

from collectief.access import passkeys, telephone
from collectief.access.models import Membership, Passkey, RecoveryCode, SentCode, Telephone
from collectief.access.rules import AccessRefused
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.scope.database import office, opened, signing_in
from tests.passkey_world import Device
from tests.web.password_world import (
    CODES,
    Ingrid,
    confirms_number,
    half_way,
    is_in,
    made,
    makes_passkey,
    sent_code,
    signed_in,
    time_goes_by,
    told,
    types,
    uses_passkey,
)
from tests.web.visiting import stranger, text_of

pytestmark = pytest.mark.feature("W04")
SMS, KEY = "/inloggen/koppelen/sms/", "/inloggen/koppelen/passkey/"


@pytest.fixture
def ingrid(db) -> Ingrid:
    return made()


def by_telephone(who: Ingrid) -> None:
    confirms_number(half_way(who), who, SMS)


def test_a_number_is_confirmed_by_its_code_before_anything_can_be_seen(ingrid):
    browser = half_way(ingrid)
    assert "geen mobiel nummer" in text_of(browser.post(SMS, {"number": "020 1234567"}))
    browser.post(SMS, {"number": "06-12345678"})
    assert not is_in(browser)
    assert browser.post(SMS, {"code": "1"}).status_code == 422
    text = text_of(browser.post(SMS, {"code": sent_code(ingrid, telephone.NUMBER)}))
    assert len(CODES.findall(text)) == 10
    assert is_in(browser)
    with signing_in():
        assert Telephone.objects.get().number == "+31612345678"


def test_signing_in_with_a_code_by_sms(ingrid):
    by_telephone(ingrid)
    browser = half_way(ingrid)
    assert browser.get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/tweede-stap/sms/"
    text = text_of(browser.get("/inloggen/tweede-stap/sms/"))
    assert "•••• 678" in text
    assert "612345678" not in text
    with signing_in():
        assert not SentCode.objects.exists(), "opening the page sends nothing"
    browser.post("/inloggen/tweede-stap/sms/", {"stuur": "1"})
    code = sent_code(ingrid)
    assert browser.post("/inloggen/tweede-stap/sms/", {"code": code}).status_code == 302
    assert is_in(browser)
    with signing_in():
        assert not SentCode.objects.exists(), "a code counts once"


def test_a_code_counts_only_in_the_session_that_asked_for_it(ingrid):
    by_telephone(ingrid)
    thief, owner = half_way(ingrid), half_way(ingrid)
    thief.post("/inloggen/tweede-stap/sms/", {"stuur": "1"})
    owner.post("/inloggen/tweede-stap/sms/", {"stuur": "1"})
    code = sent_code(ingrid)
    assert thief.post("/inloggen/tweede-stap/sms/", {"code": code}).status_code == 422
    assert not is_in(thief)
    assert owner.post("/inloggen/tweede-stap/sms/", {"code": code}).status_code == 302


def test_a_code_is_good_for_ten_minutes_and_not_after_another_was_sent(ingrid, monkeypatch):
    by_telephone(ingrid)
    browser = half_way(ingrid)
    browser.post("/inloggen/tweede-stap/sms/", {"stuur": "1"})
    before = sent_code(ingrid)
    browser.post("/inloggen/tweede-stap/sms/", {"stuur": "1"})
    assert browser.post("/inloggen/tweede-stap/sms/", {"code": before}).status_code == 422
    code = sent_code(ingrid)
    time_goes_by(monkeypatch, 601)
    types(browser, ingrid.email)
    assert browser.post("/inloggen/tweede-stap/sms/", {"code": code}).status_code != 302
    assert not is_in(browser)


def test_messages_are_not_sent_without_end(ingrid):
    by_telephone(ingrid)
    browser = half_way(ingrid)
    answers = [browser.post("/inloggen/tweede-stap/sms/", {"stuur": "1"}) for _ in range(6)]
    assert [one.status_code for one in answers] == [200, 200, 200, 200, 422, 422]
    assert "te vaak achter elkaar" in text_of(answers[-1])


def test_who_says_that_anothers_number_is_theirs_keeps_no_code_from_its_owner(ingrid):
    # Confirming it was the first message to this number.
    by_telephone(ingrid)
    izz, now = brand("izz"), timezone.now()
    with signing_in():
        number = Telephone.objects.get(account_id=ingrid.account_id).number
    stranger_id = made().account_id
    for _ in range(4):
        telephone.send_code(izz, stranger_id, telephone.NUMBER, number, language="nl", now=now)
    third = made().account_id
    with pytest.raises(AccessRefused, match="too_many_codes"):
        telephone.send_code(izz, third, telephone.NUMBER, number, language="nl", now=now)
    answer = half_way(ingrid).post("/inloggen/tweede-stap/sms/", {"stuur": "1"})
    assert answer.status_code == 200


def test_guesses_at_the_same_moment_are_five(committed_db):
    who = made()
    izz = brand("izz")
    with office():
        member = Membership.objects.get(account_id=who.account_id).id
    with signing_in():
        telephone.keep(who.account_id, "+31612345678")
    row = telephone.send_code(izz, who.account_id, telephone.SIGN_IN, "+31612345678", language="nl", now=timezone.now())
    right = sent_code(who)

    def guess(number: int) -> str:
        try:
            telephone.prove(izz, member, row, f"{(int(right) + 1 + number) % 10**6:06}", now=timezone.now())
        except AccessRefused as refused:
            return refused.code
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(guess, range(18))) == {"wrong_sent_code", "too_many_tries"}
    with signing_in():
        assert SentCode.objects.get().tries == telephone.TRIES
    with pytest.raises(AccessRefused):
        telephone.prove(izz, member, row, right, now=timezone.now())


def test_a_passkey_is_the_second_step_and_also_signs_in_by_itself(ingrid):
    device, browser = Device(), half_way(ingrid)
    assert len(CODES.findall(text_of(makes_passkey(browser, device, KEY)))) == 10
    assert is_in(browser)
    second = half_way(ingrid)
    assert second.get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/tweede-stap/passkey/"
    assert uses_passkey(second, device, "/inloggen/tweede-stap/passkey/").status_code == 302
    assert is_in(second)
    alone = stranger("izz")
    before = alone.get("/inloggen/passkey/").cookies["session"].value
    answer = uses_passkey(alone, device, "/inloggen/passkey/")
    assert answer.headers["Location"] == "/dashboard/"
    assert alone.cookies["session"].value != before
    assert is_in(alone)
    assert told(ingrid)[0] == ("account.link_factor", "success", "")
    with opened(ingrid.ours.scope):
        signed = AuditEvent.objects.filter(action="account.sign_in").order_by("id")
        assert [(event.detail["means"], event.detail["factor"]) for event in signed] == [
            ("password", "passkey"), ("passkey", "passkey"),
        ]  # fmt: skip


def test_a_passkey_with_a_small_rsa_key_is_refused_and_one_that_is_large_enough_is_not(ingrid):
    small, large = (Device(key=rsa.generate_private_key(65537, bits)) for bits in (2048, 3072))
    refused = makes_passkey(half_way(ingrid), small, KEY)
    assert refused.status_code == 422
    assert "is hier te klein om te vertrouwen. Maak een passkey met een telefoon" in text_of(refused)
    assert told(ingrid)[0] == ("account.link_factor", "failure", "weak_passkey")
    browser = half_way(ingrid)
    makes_passkey(browser, large, KEY)
    assert is_in(browser)
    assert uses_passkey(stranger("izz"), large, "/inloggen/passkey/").status_code == 302


def test_a_small_key_that_was_accepted_opens_nothing_once_the_portal_accepts_it_no_longer(ingrid, monkeypatch):
    small, is_weak = Device(key=rsa.generate_private_key(65537, 2048)), passkeys._is_weak
    with monkeypatch.context() as accepted:
        accepted.setattr(passkeys, "_is_weak", lambda brand, public: is_weak(replace(brand, smallest_rsa=2048), public))
        makes_passkey(half_way(ingrid), small, KEY)
        assert uses_passkey(stranger("izz"), small, "/inloggen/passkey/").status_code == 302
    refused = uses_passkey(stranger("izz"), small, "/inloggen/passkey/")
    assert refused.status_code == 422
    assert "te klein om te vertrouwen" in text_of(refused)


@pytest.mark.parametrize(
    "bent", [{"origin": "http://izz.localhost.evil.example"}, {"verified": False}, {"count": -1}], ids=str
)
def test_an_answer_that_is_not_ours_lets_nobody_in(ingrid, bent):
    device = Device()
    makes_passkey(half_way(ingrid), device, KEY)
    uses_passkey(stranger("izz"), device, "/inloggen/passkey/")
    other = replace(device, **({"count": 0} if bent == {"count": -1} else bent))
    browser = stranger("izz")
    refused = uses_passkey(browser, other, "/inloggen/passkey/")
    assert refused.status_code == 422
    assert "niet bekend, of het bevestigen is niet gelukt" in text_of(refused)
    assert not is_in(browser)


def test_an_answer_is_good_once_and_for_its_own_question(ingrid):
    device = Device()
    makes_passkey(half_way(ingrid), device, KEY)
    from tests.web.password_world import options_of

    browser, other = stranger("izz"), stranger("izz")
    answer = device.uses(options_of(browser, "/inloggen/passkey/"))
    other.get("/inloggen/passkey/")
    assert other.post("/inloggen/passkey/", {"answer": answer}).status_code == 422
    assert browser.post("/inloggen/passkey/", {"answer": answer}).status_code == 302
    browser.post("/uitloggen/")
    assert browser.post("/inloggen/passkey/", {"answer": answer}).status_code == 422


def test_a_passkey_opens_nobody_elses_account_and_no_other_portal(ingrid):
    device = Device()
    makes_passkey(half_way(ingrid), device, KEY)
    other = made()
    makes_passkey(half_way(other), Device(), KEY)
    browser = half_way(other)
    assert uses_passkey(browser, device, "/inloggen/tweede-stap/passkey/").status_code == 422
    assert not is_in(browser)
    elsewhere = stranger("bedrijfszorg")
    there = replace(device, origin="http://bedrijfszorg.localhost")
    assert uses_passkey(elsewhere, there, "/inloggen/passkey/").status_code == 422
    assert stranger("mijnzz").get("/inloggen/passkey/").status_code == 404


def test_nonsense_in_place_of_an_answer_is_refused(ingrid):
    for answer in ("", "{}", "[]", "geen json", '{"id": 1}'):
        browser = stranger("izz")
        browser.get("/inloggen/passkey/")
        assert browser.post("/inloggen/passkey/", {"answer": answer}).status_code == 422


@pytest.mark.parametrize("path", [SMS, KEY, "/inloggen/koppelen/"])
def test_who_has_a_factor_cannot_slip_another_in_with_the_password_alone(ingrid, path):
    by_telephone(ingrid)
    browser = half_way(ingrid)
    assert browser.get(path).headers["Location"] == "/inloggen/tweede-stap/"
    assert browser.post(path, {"number": "0687654321", "name": "x", "answer": "{}", "code": "1"}).status_code == 302
    with signing_in():
        assert not SentCode.objects.filter(number="+31687654321").exists()
        assert not Passkey.objects.exists()


def test_a_portal_may_allow_some_days_and_not_one_more(ingrid, monkeypatch):
    today = timezone.localdate()
    until = date.fromordinal(today.toordinal() + 1)
    for day, lets_in in ((None, False), (today, False), (until, True)):
        monkeypatch.setattr(
            "collectief.web.middleware.brand_for_host",
            lambda host, day=day: replace(brand("izz"), second_factor_from=day),
        )
        browser = half_way(ingrid)
        assert ("Later instellen" in text_of(browser.get("/inloggen/koppelen/"))) == lets_in
        browser.post("/inloggen/koppelen/later/")
        assert is_in(browser) == lets_in
    # What is put off is not proved: changing anything asks for the password first.
    assert browser.get("/mijn-account/inloggen/app/").headers["Location"].startswith("/mijn-account/inloggen/bevest")
    signed_in(ingrid)
    late = half_way(ingrid)
    late.post("/inloggen/koppelen/later/")
    assert not is_in(late)


def test_the_first_factor_alone_comes_with_codes_and_a_second_leaves_them(ingrid):
    browser = signed_in(ingrid)
    with signing_in():
        before = set(RecoveryCode.objects.values_list("digest", flat=True))
    answer = confirms_number(browser, ingrid, "/mijn-account/inloggen/mobiel/")
    assert answer.headers["Location"] == "/mijn-account/inloggen/"
    with signing_in():
        assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before
