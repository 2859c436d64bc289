"""Mijn account, inloggen: changing how one signs in, and what the help desk may (W04, O06, K05)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone

from collectief.access import resets
from collectief.access.models import Authenticator, OpenSession, Passkey, SentCode, Telephone
from collectief.audit.models import AuditEvent
from collectief.config.command import main
from collectief.scope.database import opened, signing_in
from tests.passkey_world import Device
from tests.web.password_world import (
    CODES,
    PASSWORD,
    Ingrid,
    confirms_number,
    half_way,
    is_in,
    links,
    made,
    makes_passkey,
    signed_in,
    time_goes_by,
    told,
    types,
    uses_passkey,
)
from tests.web.visiting import client_of, stranger, text_of
from tests.world import agency

OWN = "/mijn-account/inloggen/"
OTHER = "morgen weer vroeg op"
CHANGES = ("wachtwoord/", "e-mailadres/", "app/", "mobiel/", "passkey/")


@pytest.fixture
def ingrid(db) -> Ingrid:
    return made()


@pytest.mark.feature("O06")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_asks_for_the_second_factor_once_it_is_ten_minutes_ago(ingrid, monkeypatch, change):
    browser = signed_in(ingrid)
    assert browser.get(OWN + change).status_code == 200
    time_goes_by(monkeypatch, 601)
    asked = browser.get(OWN + change).headers["Location"]
    assert asked.startswith(f"{OWN}bevestigen/?next=")
    assert browser.post(OWN + change, {"email": "x@delinde.example", "number": "0612345678"}).status_code == 302
    with signing_in():
        assert not SentCode.objects.exists()
    before = browser.cookies["session"].value
    assert browser.post(asked, {"code": "000000"}).status_code == 422
    assert browser.post(asked, {"code": ingrid.code}).headers["Location"] == OWN + change
    assert browser.cookies["session"].value != before
    assert browser.get(OWN + change).status_code == 200


def test_ending_other_sessions_asks_for_the_second_factor_once_it_is_ten_minutes_ago(ingrid, monkeypatch):
    browser, other = signed_in(ingrid), client_of(ingrid.ours.scope)
    time_goes_by(monkeypatch, 601)
    text = text_of(browser.get("/mijn-account/"))
    assert 'name="sessie"' not in text
    asked = f"{OWN}bevestigen/?next=%2Fmijn-account%2F"
    assert f'href="{asked}"' in text
    browser.post("/mijn-account/sessies/")
    assert is_in(other)
    assert browser.post(asked, {"code": "000000"}).status_code == 422
    assert browser.post(asked, {"code": ingrid.code}).headers["Location"] == "/mijn-account/"
    assert 'name="sessie"' in text_of(browser.get("/mijn-account/"))
    browser.post("/mijn-account/sessies/")
    assert is_in(browser)
    assert not is_in(other)


@pytest.mark.feature("O06")
def test_an_own_password_is_changed_with_the_present_one_and_ends_other_sessions(ingrid, post):
    browser, other = signed_in(ingrid), half_way(ingrid)
    change = {"present": PASSWORD, "password": OTHER, "again": OTHER}
    wrong = browser.post(f"{OWN}wachtwoord/", {**change, "present": "iets anders"})
    assert "Het huidige wachtwoord klopt niet" in text_of(wrong)
    weak = browser.post(f"{OWN}wachtwoord/", {**change, "password": "kort", "again": "kort"})
    assert "te kort" in text_of(weak)
    assert browser.post(f"{OWN}wachtwoord/", change).status_code == 302
    assert is_in(browser)
    assert other.get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/"
    assert types(stranger("izz"), ingrid.email).status_code == 422
    assert types(stranger("izz"), ingrid.email, OTHER).status_code == 302
    assert "wachtwoord is gewijzigd" in post.letters[-1].text
    assert ("account.change_password", "success", None) in told(ingrid)


@pytest.mark.feature("W04")
def test_another_app_takes_the_place_of_the_old_one(ingrid, post, monkeypatch):
    browser = signed_in(ingrid)
    old = ingrid.secret
    time_goes_by(monkeypatch, 90)
    other = half_way(ingrid)
    assert links(browser, ingrid, f"{OWN}app/").headers["Location"] == OWN
    assert ingrid.secret != old
    assert other.get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/"
    time_goes_by(monkeypatch, 90)
    late = half_way(ingrid)
    new, ingrid.secret = ingrid.secret, old
    assert late.post("/inloggen/tweede-stap/", {"code": ingrid.code}).status_code == 422
    ingrid.secret = new
    assert late.post("/inloggen/tweede-stap/", {"code": ingrid.code}).status_code == 302
    assert "authenticator-app gekoppeld" in post.letters[-1].text


@pytest.mark.feature("O06")
def test_another_number_is_confirmed_there_and_the_old_one_is_told(ingrid, post):
    browser = signed_in(ingrid)
    confirms_number(browser, ingrid, f"{OWN}mobiel/")
    assert re.search(r"^Code voor IZZ Zakelijk: \d{6}\..*\n\n@izz.localhost #\d{6}$", post.messages[0].text, re.S)
    confirms_number(browser, ingrid, f"{OWN}mobiel/", "06 87654321")
    told_number = post.messages[-1]
    assert told_number.to == "+31612345678"
    assert "voortaan naar een ander nummer" in told_number.text
    with signing_in():
        assert Telephone.objects.get().number == "+31687654321"


@pytest.mark.feature("W04")
def test_one_factor_can_go_and_the_last_cannot(ingrid, post):
    browser = signed_in(ingrid)
    refused = browser.post(f"{OWN}verwijderen/", {"soort": "app"}, follow=True)
    assert "de enige tweede stap" in text_of(refused)
    makes_passkey(browser, Device(), f"{OWN}passkey/")
    assert "Verwijderd." in text_of(browser.post(f"{OWN}verwijderen/", {"soort": "app"}, follow=True))
    with signing_in():
        assert not Authenticator.objects.exists()
    assert browser.post(f"{OWN}verwijderen/", {"soort": "iets"}).status_code == 404
    assert "app, nummer of passkey verwijderd" in post.letters[-1].text


@pytest.mark.feature("W04")
def test_nobody_removes_the_passkey_of_another(ingrid):
    device, browser = Device(), signed_in(ingrid)
    makes_passkey(browser, device, f"{OWN}passkey/")
    other = signed_in(made())

    with signing_in():
        number = Passkey.objects.get().id
    other.post(f"{OWN}verwijderen/", {"soort": "passkey", "nummer": str(number)})
    assert uses_passkey(stranger("izz"), device, "/inloggen/passkey/").status_code == 302


@pytest.mark.feature("W04")
def test_a_recovery_code_ends_every_session_but_its_own(ingrid, post):
    browser = signed_in(ingrid)
    new = CODES.findall(text_of(browser.post(f"{OWN}herstelcodes/")))
    again = half_way(ingrid)
    assert browser.get("/dashboard/").status_code == 200
    assert again.post("/inloggen/herstelcode/", {"code": new[0]}).status_code == 302
    assert browser.get("/dashboard/").status_code == 302
    assert again.get("/inloggen/koppelen/").status_code == 200


@pytest.mark.feature("W04")
def test_other_recovery_codes_make_the_old_ones_worthless(ingrid, post):
    browser = half_way(ingrid)
    old = CODES.findall(text_of(links(browser, ingrid)))
    new = CODES.findall(text_of(browser.post(f"{OWN}herstelcodes/")))
    assert len(set(new) - set(old)) == 10
    again = half_way(ingrid)
    assert again.post("/inloggen/herstelcode/", {"code": old[0]}).status_code == 422
    assert again.post("/inloggen/herstelcode/", {"code": new[0]}).status_code == 302


@pytest.mark.feature("W02")
def test_who_has_no_password_has_no_pages_about_it(db):
    ours = agency()
    browser = client_of(ours.scope)
    for path in ("", *CHANGES, "bevestigen/"):
        assert browser.get(OWN + path).status_code == 404
        assert stranger("izz").get(OWN + path).status_code == 302


@pytest.mark.feature("W04")
def test_a_session_fixed_beforehand_is_worth_nothing(ingrid):
    browser = stranger("izz")
    browser.get("/inloggen/passkey/")
    fixed = browser.cookies["session"].value
    types(browser, ingrid.email)
    half = browser.cookies["session"].value
    links(browser, ingrid)
    full = browser.cookies["session"].value
    assert len({fixed, half, full}) == 3
    with signing_in():
        assert not OpenSession.objects.filter(session_key__in=(fixed, half)).exists()


@pytest.mark.feature("K06")
def test_nothing_secret_is_in_the_trail_or_the_queue(ingrid):

    browser = signed_in(ingrid)
    confirms_number(browser, ingrid, f"{OWN}mobiel/")
    browser.post(f"{OWN}e-mailadres/", {"email": "ander@delinde.example"})
    with opened(ingrid.ours.scope):
        trail = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    for secret in (PASSWORD, ingrid.secret, "612345678", "ander@delinde.example"):
        assert secret not in trail


@pytest.mark.feature("W04")
@pytest.mark.feature("K05")
def test_operators_ask_and_approve_from_the_command_line_and_the_day_goes_by(committed_db):
    """Nobody is quicker by the command line than at the help desk's pages, nor alone."""
    who = made()
    browser = signed_in(who)
    said = ["--spoken-with", "Ingrid", "--note", "centrale", "--reason", "telefoon kwijt"]
    ask = ["accounts", "reset-second-factor", "--insurer", "izz-door-vgz", "--by", "Kantoor, JK", *said, "--email"]
    for insurer, email in (("izz-door-vgz", "niemand@delinde.example"), ("vgz", who.email)):
        wrong = CliRunner().invoke(main, [*ask, email, "--insurer", insurer])
        assert (wrong.exit_code, "nobody at this insurer" in wrong.output) == (1, True)
    asked = CliRunner().invoke(main, [*ask, who.email.upper()])
    assert asked.exit_code == 0, asked.output
    [number] = re.findall(r"number (\d+)", asked.output)
    approve = ["accounts", "approve-reset", number, "--insurer", "izz-door-vgz", "--by"]
    alone = CliRunner().invoke(main, [*approve, "kantoor jk"])
    assert (alone.exit_code, "reset_second_person" in alone.output) == (1, True)
    assert CliRunner().invoke(main, [*approve[:4], "vgz", "--by", "Kantoor, AB"]).exit_code == 1
    approved = CliRunner().invoke(main, [*approve, "Kantoor, AB"])
    assert approved.exit_code == 0, approved.output
    assert CliRunner().invoke(main, [*approve, "Kantoor, CD"]).exit_code == 1
    now = timezone.now()
    assert not resets.carry_out(int(number), now=now + timedelta(hours=23, minutes=59))
    assert is_in(browser)
    assert resets.carry_out(int(number), now=now + timedelta(hours=24, seconds=1))
    assert not is_in(browser)
    assert half_way(who).get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/koppelen/"
    done = [one for one in told(who) if "reset" in one[0]]
    assert done == [
        (f"account.{act}", "success", "") for act in ("ask_reset", "approve_reset", "reset_second_factor")
    ]  # fmt: skip
