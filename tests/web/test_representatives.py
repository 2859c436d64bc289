"""Representatives: an account with a code by SMS, and eHerkenning later (O03, O05); an employer's accounts (B02)."""

from __future__ import annotations

import re
from copy import replace

import pytest

from collectief.access import invitations, linking
from collectief.access.models import Invitation, Membership, Telephone
from collectief.access.queries import scope_again
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.port import Begun, Identity, SignInRefused
from collectief.scope.database import office, signing_in
from tests.web.password_world import CODES, Ingrid, is_in, made, signed_in, told, types
from tests.web.visiting import client_of, stranger, text_of
from tests.world import member_of

OWN = "/mijn-account/inloggen/"
OTHER = "morgen weer vroeg op"


@pytest.mark.feature("O03")
def test_a_representative_makes_the_account_with_a_code_by_sms(post, db):
    marijke = made("representative", "user_manager")
    manager = client_of(marijke.ours.scope)
    colleague = {"name": "Sanne Prins", "email": "sanne@hetkompas.example", "roles": ["representative"]}
    assert "Vul een mobiel nummer in" in text_of(manager.post("/accountbeheer/nieuw/", colleague))
    assert manager.post("/accountbeheer/nieuw/", {**colleague, "mobile": "06 87654321"}).status_code == 302

    with office():
        invitation = Invitation.objects.select_related("membership__account").get()
        path = f"/uitnodiging/{invitations.link_token(invitation)}/"
        sanne = Ingrid(marijke.ours, invitation.membership.account.email, portal="ondersteuners")
    browser = stranger("ondersteuners")
    assert "eindigt op 321" in text_of(browser.get(path))
    assert not post.messages, "opening the link sends nothing"
    browser.post(path, {"stuur": "1"})
    assert post.messages[0].to == "+31687654321"
    code = re.search(r": (\d{6})\.", post.messages[0].text)[1]
    given = {"code": code, "password": OTHER, "again": OTHER, "agreed": "yes"}
    assert "te kort" in text_of(browser.post(path, {**given, "password": "kort", "again": "kort"}))
    wrong = browser.post(path, {**given, "code": "000000" if code != "000000" else "111111"})
    assert "Deze code klopt niet" in text_of(wrong)
    assert stranger("ondersteuners").post(path, given).status_code == 200, "another browser has to ask for a code"
    assert len(CODES.findall(text_of(browser.post(path, given)))) == 10
    assert is_in(browser)
    assert stranger("ondersteuners").get(path).status_code == 404
    types(stranger("ondersteuners"), sanne.email, OTHER)
    with signing_in():
        assert Telephone.objects.get().number == "+31687654321"


def _comes_back(browser, monkeypatch, identity: Identity):
    """To eHerkenning and back, as this identity."""

    class Provider:
        def begin(self, **_):
            return Begun("https://broker.example/", {})

        def complete(self, **_):
            return identity

    monkeypatch.setattr("collectief.web.sign_in.identity_provider", lambda brand: Provider())
    begin = browser.get(f"{OWN}eherkenning/").headers["Location"]
    browser.get(begin)
    return browser.get("/inloggen/terug/")


@pytest.mark.feature("O05")
def test_a_representative_links_eherkenning_later_and_signs_in_with_it(db, monkeypatch, post):
    marijke = made("representative", "user_manager")
    browser = signed_in(marijke)
    identity = Identity(
        kvk=marijke.ours.organisation.kvk, acting_subject="marijke-1", level=AssuranceLevel.EH3,
        company_name="Het Kompas", person_hint="",
    )  # fmt: skip

    low = _comes_back(browser, monkeypatch, replace(identity, level=AssuranceLevel.EH2_PLUS))
    assert "eH3 of hoger nodig" in text_of(low)
    other = _comes_back(browser, monkeypatch, replace(identity, kvk="12345678"))
    assert other.status_code == 403
    assert _comes_back(browser, monkeypatch, identity).headers["Location"] == OWN
    assert "Gekoppeld" in text_of(browser.get(OWN))
    with office():
        assert Membership.objects.get(account_id=marijke.account_id).acting_subject == "marijke-1"
    late = stranger("ondersteuners")
    late.get("/inloggen/eherkenning/")
    assert late.get("/inloggen/terug/").headers["Location"] == "/dashboard/"
    assert ("account.link_identity", "success", "") in told(marijke)


@pytest.mark.feature("O05")
def test_of_two_colleagues_with_one_eherkenning_at_the_same_moment_the_second_is_refused(db, monkeypatch):
    marijke = made("representative", "user_manager")
    member_of(marijke.ours.organisation, roles=["representative"], name="Pieter")
    with office():
        taken = Membership.objects.exclude(account_id=marijke.account_id).get().acting_subject
        own = Membership.objects.get(account_id=marijke.account_id)
    identity = Identity(marijke.ours.organisation.kvk, taken, AssuranceLevel.EH3, "")
    # As it looked before the first was there.
    monkeypatch.setattr(linking, "refusal", lambda *_: None)
    scope = scope_again(marijke.account_id, own.organisation_id, "ondersteuners", channel="form")
    with pytest.raises(SignInRefused, match="identity_taken"):
        linking.link(scope, own.id, identity)
    assert told(marijke)[-1] == ("account.link_identity", "failure", "identity_taken")


@pytest.mark.feature("O05")
def test_without_a_fresh_second_factor_no_eherkenning_is_linked(db, monkeypatch):
    marijke = made("representative", "user_manager")
    browser = signed_in(marijke)
    identity = Identity(
        kvk=marijke.ours.organisation.kvk, acting_subject="vreemd", level=AssuranceLevel.EH3, company_name="",
        person_hint="",
    )  # fmt: skip
    monkeypatch.setattr("collectief.access.sessions.is_fresh", lambda *a, **k: False)
    begin = browser.get(f"{OWN}eherkenning/").headers["Location"]
    assert begin.startswith(f"{OWN}bevestigen/")

    class Provider:
        def begin(self, **_):
            return Begun("https://broker.example/", {})

        def complete(self, **_):
            return identity

    monkeypatch.setattr("collectief.web.sign_in.identity_provider", lambda brand: Provider())
    browser.get("/inloggen/eherkenning/?koppelen=1")
    browser.get("/inloggen/terug/")
    with office():
        assert Membership.objects.get(account_id=marijke.account_id).acting_subject != "vreemd"
    # The session may have ended on the way.
    browser.get("/inloggen/eherkenning/?koppelen=1")
    with office():
        Membership.objects.filter(account_id=marijke.account_id).update(is_active=False)
    assert browser.get("/inloggen/terug/").headers["Location"] == "/inloggen/"


@pytest.mark.feature("B02")
@pytest.mark.parametrize("role", ["main_account", "company_doctor", "sub_account"])
def test_each_of_an_employers_accounts_signs_in_and_sees_what_is_its_own(db, role):
    karin = made("occupational_care", role)
    browser = signed_in(karin)
    assert "Dit kan hier nog niet: interventies aanvragen" in text_of(browser.get("/dashboard/"))
    assert browser.get("/accountbeheer/").status_code == (200 if role == "main_account" else 403)
