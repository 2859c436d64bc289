"""Signing in and out: who gets in, what refusals say, and what is held open meanwhile (U01)."""

from __future__ import annotations

from copy import replace
from dataclasses import dataclass

import pytest
from django.db import connection

from collectief.access.models import Account, Membership
from collectief.audit.models import AuditEvent
from collectief.contracts.models import Organisation
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.port import Begun, Identity, SignInRefused
from collectief.scope.database import office, opened
from tests.web.visiting import client_of, events, stranger, text_of
from tests.world import agency

BRANCH = "000012345678"


@dataclass
class Broker:
    """eHerkenning that lets in whom it is told to, and notes whether a transaction was open while it was asked."""

    identity: Identity | None = None
    refuses: SignInRefused | None = None
    refuses_at_once: bool = False
    in_transaction: list[bool] | None = None

    def _asked(self, *, refuse: bool) -> None:
        if self.in_transaction is not None:
            self.in_transaction.append(connection.in_atomic_block)
        if self.refuses and refuse:
            raise self.refuses

    def begin(self, *, return_url, minimum) -> Begun:
        self._asked(refuse=self.refuses_at_once)
        return Begun("https://broker.example/authorize", {"state": "s"})

    def complete(self, *, return_url, answer, keep, minimum) -> Identity:
        self._asked(refuse=True)
        assert keep == {"state": "s"}
        assert self.identity is not None
        return self.identity


@pytest.fixture
def broker(monkeypatch) -> Broker:
    made = Broker()
    monkeypatch.setattr("collectief.web.sign_in.identity_provider", lambda brand: made)
    return made


def identity_of(scope) -> Identity:
    """What eHerkenning says of the account of this scope."""
    with office():
        membership = Membership.objects.select_related("organisation").get(
            account_id=scope.account_id, organisation_id=scope.organisation_id
        )
    return Identity(
        membership.organisation.kvk, membership.acting_subject, AssuranceLevel.EH3, membership.organisation.name
    )


def signs_in(client, where: str = ""):
    client.get("/inloggen/eherkenning/", {"next": where} if where else {})
    return client.get("/inloggen/terug/", {"code": "c", "state": "s"})


@pytest.mark.feature("U01")
def test_a_company_without_kvk_number_is_found_by_its_rsin(ours, broker):
    broker.identity = replace(identity_of(ours.scope), kvk="", rsin="900000016")
    assert signs_in(stranger()).status_code == 403
    with office():
        Organisation.objects.filter(id=ours.organisation.id).update(rsin="900000016")
    assert signs_in(stranger()).status_code == 302


def test_two_companies_may_be_without_a_kvk_number(ours):
    with office():
        for name, rsin in (("Kerk", "900000016"), ("Moskee", "900000028")):
            Organisation.objects.create(
                insurer_id=ours.organisation.insurer_id, name=name, kvk="", rsin=rsin, segment="staffing_agency"
            )


@pytest.mark.feature("U01")
def test_a_company_with_a_kvk_number_is_never_found_by_its_rsin(ours, broker):
    with office():
        Organisation.objects.filter(id=ours.organisation.id).update(rsin="900000016")
    broker.identity = replace(identity_of(ours.scope), kvk="90009999", rsin="900000016")
    assert signs_in(stranger()).status_code == 403


@pytest.mark.feature("U01")
def test_who_has_an_account_gets_in_and_lands_where_they_were_going(ours, broker):
    broker.identity = identity_of(ours.scope)
    browser = stranger()
    response = signs_in(browser, "/deelnemers/?pagina=2")
    assert (response.status_code, response.headers["Location"]) == (302, "/deelnemers/?pagina=2")
    assert browser.get("/dashboard/").status_code == 200


@pytest.mark.feature("U01")
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in(ours, broker, elsewhere):
    broker.identity = identity_of(ours.scope)
    assert signs_in(stranger(), elsewhere).headers["Location"] == "/dashboard/"


@pytest.mark.feature("U01")
@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (SignInRefused("cancelled"), "U heeft het inloggen afgebroken."),
        (SignInRefused("level_too_low", level="eH2", minimum="eH2+"), "niveau eH2. Voor dit portaal is eH2+ of hoger"),
        (SignInRefused("expired"), "Het inloggen heeft te lang geduurd"),
        (SignInRefused("invalid_response"), "Het antwoord van eHerkenning klopt niet"),
        (SignInRefused("unavailable"), "eHerkenning is nu niet bereikbaar."),
        (SignInRefused("unknown_error"), "Er ging bij eHerkenning iets mis."),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_each_refusal_has_its_page(db, broker, refused, words):
    broker.refuses = refused
    response = signs_in(stranger())
    text = text_of(response)
    assert response.status_code == 403
    assert words in text
    assert "Opnieuw inloggen" in text


@pytest.mark.feature("U01")
def test_eherkenning_that_does_not_answer_is_told_before_anyone_leaves(db, broker):
    broker.refuses, broker.refuses_at_once = SignInRefused("unavailable"), True
    response = stranger().get("/inloggen/eherkenning/")
    assert response.status_code == 403
    assert "Probeer het over een paar minuten opnieuw." in text_of(response)


@pytest.mark.feature("U01")
def test_an_answer_counts_once(ours, broker):
    broker.identity = identity_of(ours.scope)
    browser = stranger()
    signs_in(browser)
    again = browser.get("/inloggen/terug/", {"code": "c", "state": "s"})
    assert again.status_code == 403
    assert "Het inloggen heeft te lang geduurd of is al gebruikt." in text_of(again)


@pytest.mark.feature("U01")
def test_without_an_account_nobody_gets_in(ours, broker):
    broker.identity = replace(identity_of(ours.scope), acting_subject="somebody else", company_name="De Brug")
    text = text_of(signs_in(stranger()))
    assert "U heeft geen account in dit portaal voor De Brug." in text


@pytest.mark.feature("U01")
def test_the_level_is_checked_and_not_only_asked_for(ours, broker):
    broker.identity = replace(identity_of(ours.scope), level=AssuranceLevel.EH2)
    assert signs_in(stranger()).status_code == 403


@pytest.mark.feature("K07")
def test_an_account_of_one_insurer_is_none_at_another(ours, broker):
    broker.identity = identity_of(ours.scope)
    assert "geen account" in text_of(signs_in(stranger("voorbeeld")))


@pytest.mark.feature("U01")
@pytest.mark.parametrize("what", [Account, Membership])
def test_who_was_deactivated_is_told_so(ours, broker, what):
    broker.identity = identity_of(ours.scope)
    with office():
        rows = what.objects.all()
        rows.update(is_active=False)
    assert "Uw account is gedeactiveerd." in text_of(signs_in(stranger()))


@pytest.mark.feature("U01")
@pytest.mark.parametrize(
    ("theirs", "restricted", "enters"),
    [("", None, True), (BRANCH, None, True), (BRANCH, BRANCH, True), ("", BRANCH, False),
     (BRANCH, "000099999999", False)],
)  # fmt: skip
def test_a_restriction_to_a_branch_is_respected_and_not_required(ours, broker, theirs, restricted, enters):
    with office():
        Organisation.objects.filter(id=ours.organisation.id).update(branch=theirs)
    broker.identity = replace(identity_of(ours.scope), branch=restricted)
    response = signs_in(stranger())
    assert response.status_code == (302 if enters else 403)
    if not enters:
        text = text_of(response)
        assert f"alleen voor vestiging {restricted}" in text
        assert "machtiging zonder die beperking" in text


@pytest.mark.feature("K06")
def test_signing_in_being_refused_and_signing_out_are_in_the_trail(ours, broker):
    broker.identity = identity_of(ours.scope)
    browser = stranger()
    signs_in(browser)
    browser.post("/uitloggen/")
    broker.identity = replace(broker.identity, level=AssuranceLevel.EH2)
    signs_in(browser)
    told = [(event.action, event.outcome, event.detail) for event in events(ours)]
    assert told == [
        ("account.sign_in", "success", {"level": "eH3", "code": ""}),
        ("account.sign_out", "success", {}),
        ("account.sign_in", "failure", {"level": "eH2", "code": "level_too_low"}),
    ]


@pytest.mark.feature("K06")
def test_who_has_no_account_is_in_nobodys_trail_but_in_the_log(ours, broker, caplog):
    broker.identity = replace(identity_of(ours.scope), acting_subject="secret-subject")
    signs_in(stranger())
    assert events(ours) == []
    assert "sign-in refused at mijnzz: no_account" in caplog.text
    assert "secret-subject" not in caplog.text


@pytest.mark.feature("U01")
def test_signing_out_leaves_nothing_to_come_back_to(ours, anna):
    key = anna.cookies["session"].value
    assert "U bent uitgelogd." in text_of(anna.post("/uitloggen/", follow=True))
    anna.cookies["session"] = key
    assert anna.get("/dashboard/").status_code == 302


@pytest.mark.feature("U01")
def test_no_transaction_is_held_while_eherkenning_is_asked(committed_db, broker):
    ours = agency()
    broker.identity, broker.in_transaction = identity_of(ours.scope), []
    assert signs_in(stranger()).status_code == 302
    assert broker.in_transaction == [False, False]
    with opened(ours.scope):
        assert AuditEvent.objects.count() == 1


@pytest.mark.feature("U01")
def test_signing_in_begins_under_a_new_key(ours, broker):
    broker.identity = identity_of(ours.scope)
    browser = stranger()
    browser.get("/inloggen/eherkenning/")
    before = browser.cookies["session"].value
    browser.get("/inloggen/terug/", {"code": "c", "state": "s"})
    assert browser.cookies["session"].value != before


@pytest.mark.feature("U01")
def test_who_is_in_goes_from_the_front_door_to_the_dashboard(ours):
    assert client_of(ours.scope).get("/").headers["Location"] == "/dashboard/"
    assert "Inloggen met eHerkenning" in text_of(stranger().get("/"))
