"""Mijn account, inloggen: changing how one signs in, and the links that come by mail (W03, O05, O06)."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.utils import timezone

from collectief.access import desk, jobs, letters, mailed_links, notices, telephone
from collectief.access.models import Account, Authenticator, MailedLink, Membership, OpenSession, SentCode, Telephone
from collectief.access.queries import NoAccess
from collectief.brands.catalogue import brand
from collectief.config.command import main
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.port import Identity
from collectief.scope.database import office, signing_in
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


@pytest.fixture
def post(monkeypatch):
    """Letters and short messages that jobs hand over, and the jobs that were queued, carried out at once."""

    class Post:
        letters: list = []
        messages: list = []

    found = Post()
    found.letters, found.messages = [], []
    monkeypatch.setattr(letters, "post", found.letters.append)
    monkeypatch.setattr(letters, "send", found.messages.append)

    class Queue:
        def __init__(self, name: str) -> None:
            self.task = getattr(jobs, name.removeprefix("access."))

        def defer(self, **given) -> None:
            self.task(**given)

    for module in (mailed_links, telephone):
        monkeypatch.setattr(module.queue, "configure_task", Queue)
    return found


def link_in(letter) -> str:
    return re.search(r"http://[^/]+(\S+)", letter.text)[1]


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


@pytest.mark.feature("O06")
def test_another_address_counts_once_its_link_was_used_and_the_old_one_is_told(ingrid, post):
    browser = signed_in(ingrid)
    shared = browser.post(f"{OWN}e-mailadres/", {"email": "info@delinde.example"})
    assert "dat meer mensen lezen" in text_of(shared)
    browser.post(f"{OWN}e-mailadres/", {"email": "ingrid.nieuw@delinde.example"})
    letter = post.letters[-1]
    assert letter.to == "ingrid.nieuw@delinde.example"
    anyone = stranger("izz")
    assert "Inloggen gaat na het bevestigen" in text_of(anyone.get(link_in(letter)))
    with office():
        assert Account.objects.get(id=ingrid.account_id).email == ingrid.email, "opening it uses nothing up"
    assert anyone.post(link_in(letter)).status_code == 302
    assert anyone.post(link_in(letter)).status_code == 404
    assert types(stranger("izz"), ingrid.email).status_code == 422
    assert types(stranger("izz"), "ingrid.nieuw@delinde.example").status_code == 302
    assert post.letters[-1].to == ingrid.email
    assert "ander e-mailadres" in post.letters[-1].text


@pytest.mark.feature("O06")
def test_an_address_that_is_somebodys_gets_no_mail_and_the_same_answer(ingrid, post):
    other, browser = made(), signed_in(ingrid)
    sent = len(post.letters)
    texts = []
    for email in (other.email, "vrij@delinde.example"):
        answer = browser.post(f"{OWN}e-mailadres/", {"email": email}, follow=True)
        texts.append(re.sub(r'value="\w+"', "", text_of(answer)).replace(email, "X"))
    assert texts[0] == texts[1]
    assert [letter.to for letter in post.letters[sent:]] == ["vrij@delinde.example"]


@pytest.mark.feature("W03")
def test_a_forgotten_password_is_chosen_anew_with_a_mailed_link_and_the_second_factor_stays(ingrid, post, monkeypatch):
    browser = signed_in(ingrid)
    asking = stranger("izz")
    asking.post("/inloggen/wachtwoord-vergeten/", {"email": ingrid.email.upper()})
    path = link_in(post.letters[-1])
    assert asking.get(path).status_code == 200
    assert asking.post(path, {"password": OTHER, "again": "niet zo"}).status_code == 422
    assert "te kort" in text_of(asking.post(path, {"password": "kort", "again": "kort"}))
    assert is_in(browser)
    assert asking.post(path, {"password": OTHER, "again": OTHER}).headers["Location"] == "/inloggen/"
    assert asking.post(path, {"password": OTHER, "again": OTHER}).status_code == 404
    assert not is_in(browser), "every session ends"
    assert types(stranger("izz"), ingrid.email).status_code == 422
    time_goes_by(monkeypatch)
    late = stranger("izz")
    types(late, ingrid.email, OTHER)
    assert not is_in(late)
    assert late.post("/inloggen/tweede-stap/", {"code": ingrid.code}).status_code == 302
    assert "nieuw wachtwoord gekozen" in post.letters[-1].text
    assert ("account.reset_password", "success", None) in told(ingrid)


@pytest.mark.feature("W03")
def test_a_link_is_good_for_an_hour_and_the_last_one_only(ingrid, post, monkeypatch):
    ask = lambda: stranger("izz").post("/inloggen/wachtwoord-vergeten/", {"email": ingrid.email})  # noqa: E731
    ask()
    ask()
    first, second = map(link_in, post.letters[-2:])
    assert stranger("izz").get(first).status_code == 404
    assert stranger("izz").get(second).status_code == 200
    assert stranger("bedrijfszorg").get(second).status_code == 404
    time_goes_by(monkeypatch, 3601)
    assert stranger("izz").get(second).status_code == 404


@pytest.mark.feature("W03")
def test_asking_tells_nobody_whether_there_is_an_account(ingrid, monkeypatch):
    queued = []

    class Queue:
        def __init__(self, name: str) -> None:
            queued.append(name)

        def defer(self, **given) -> None:
            queued.append(sorted(given))

    monkeypatch.setattr(mailed_links.queue, "configure_task", Queue)
    texts = [
        re.sub(r'value="\w+"', "", text_of(stranger("izz").post("/inloggen/wachtwoord-vergeten/", {"email": email})))
        for email in (ingrid.email, "niemand@delinde.example")
    ]
    assert texts[0] == texts[1]
    # The same work for both: a job, that finds out by itself that there is nothing to do.
    assert queued[:2] == queued[2:]


@pytest.mark.feature("W03")
def test_a_mailbox_is_not_filled(ingrid, post):
    for _ in range(6):
        stranger("izz").post("/inloggen/wachtwoord-vergeten/", {"email": ingrid.email})
    assert len(post.letters) == 3


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
    from collectief.access.models import Passkey

    with signing_in():
        number = Passkey.objects.get().id
    other.post(f"{OWN}verwijderen/", {"soort": "passkey", "nummer": str(number)})
    assert uses_passkey(stranger("izz"), device, "/inloggen/passkey/").status_code == 302


@pytest.mark.feature("W04")
def test_other_recovery_codes_make_the_old_ones_worthless(ingrid, post):
    browser = half_way(ingrid)
    old = CODES.findall(text_of(links(browser, ingrid)))
    new = CODES.findall(text_of(browser.post(f"{OWN}herstelcodes/")))
    assert len(set(new) - set(old)) == 10
    again = half_way(ingrid)
    assert again.post("/inloggen/herstelcode/", {"code": old[0]}).status_code == 422
    assert again.post("/inloggen/herstelcode/", {"code": new[0]}).status_code == 302


@pytest.mark.feature("O03")
def test_a_representative_makes_the_account_with_a_code_by_sms(post, db):
    marijke = made("representative", "user_manager")
    manager = client_of(marijke.ours.scope)
    colleague = {"name": "Sanne Prins", "email": "sanne@hetkompas.example", "roles": ["representative"]}
    assert "Vul een mobiel nummer in" in text_of(manager.post("/accountbeheer/nieuw/", colleague))
    assert manager.post("/accountbeheer/nieuw/", {**colleague, "mobile": "06 87654321"}).status_code == 302
    from collectief.access import invitations
    from collectief.access.models import Invitation

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
            from collectief.gateways.eherkenning.port import Begun

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
    from dataclasses import replace

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
            from collectief.gateways.eherkenning.port import Begun

            return Begun("https://broker.example/", {})

        def complete(self, **_):
            return identity

    monkeypatch.setattr("collectief.web.sign_in.identity_provider", lambda brand: Provider())
    browser.get("/inloggen/eherkenning/?koppelen=1")
    browser.get("/inloggen/terug/")
    with office():
        assert Membership.objects.get(account_id=marijke.account_id).acting_subject != "vreemd"


@pytest.mark.feature("B02")
@pytest.mark.parametrize("role", ["main_account", "company_doctor", "sub_account"])
def test_each_of_an_employers_accounts_signs_in_and_sees_what_is_its_own(db, role):
    karin = made("occupational_care", role)
    browser = signed_in(karin)
    assert "Dit kan hier nog niet: interventies aanvragen" in text_of(browser.get("/dashboard/"))
    assert browser.get("/accountbeheer/").status_code == (200 if role == "main_account" else 403)


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
    from collectief.audit.models import AuditEvent
    from collectief.scope.database import opened

    browser = signed_in(ingrid)
    confirms_number(browser, ingrid, f"{OWN}mobiel/")
    browser.post(f"{OWN}e-mailadres/", {"email": "ander@delinde.example"})
    with opened(ingrid.ours.scope):
        trail = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    for secret in (PASSWORD, ingrid.secret, "612345678", "ander@delinde.example"):
        assert secret not in trail


@pytest.mark.feature("W03")
def test_the_jobs_write_their_letters_outside_any_transaction_of_a_page(committed_db, monkeypatch):
    who = made()
    sent = []
    monkeypatch.setattr(letters, "post", sent.append)
    monkeypatch.setattr(letters, "send", sent.append)
    for purpose, sealed in (("password", ""), ("address", notices.sealed(who.account_id, "nieuw@delinde.example"))):
        jobs.send_link(account_id=who.account_id, brand="izz", purpose=purpose, language="nl", sealed=sealed)
    jobs.send_link(account_id=None, brand="izz", purpose="password", language="nl", sealed="")
    jobs.send_notice(account_id=who.account_id, brand="izz", kind="recovered", language="en", sealed="")
    row = telephone.send_code(
        brand("izz"), who.account_id, telephone.SIGN_IN, "+31612345678", language="en", now=timezone.now()
    )
    jobs.send_code(code_id=row, brand="izz", language="en")
    jobs.send_code(code_id=row + 1, brand="izz", language="en")
    jobs.send_number_notice(
        account_id=who.account_id, brand="izz", language="nl", sealed=notices.sealed(who.account_id, "+31612345678")
    )
    assert [one.to for one in sent] == [
        who.email, "nieuw@delinde.example", who.email, "+31612345678", "+31612345678"
    ]  # fmt: skip
    assert "A recovery code was used" in sent[2].text
    assert "Give the code to no one" in sent[3].text


@pytest.mark.feature("K06")
def test_what_waits_in_the_queue_names_no_address_and_no_number(committed_db, database_server):
    who = made()
    browser = signed_in(who)
    confirms_number(browser, who, f"{OWN}mobiel/")
    confirms_number(browser, who, f"{OWN}mobiel/", "06 87654321")
    browser.post(f"{OWN}e-mailadres/", {"email": "ander@delinde.example"})
    stranger("izz").post("/inloggen/wachtwoord-vergeten/", {"email": who.email})
    with database_server.superuser(settings.DATABASES["default"]["NAME"]) as connection:
        waiting = [str(row) for row in connection.execute("SELECT task_name, args FROM procrastinate_jobs").fetchall()]
    for task in ("send_code", "send_number_notice", "send_link", "send_notice"):
        assert any(f"access.{task}" in one for one in waiting), task
    for secret in ("612345678", "687654321", "ander@", who.email, PASSWORD):
        assert not [one for one in waiting if secret in one], secret


@pytest.mark.feature("W04")
@pytest.mark.feature("K05")
def test_the_help_desk_unlinks_what_was_lost_and_the_password_stays(ingrid, monkeypatch):
    browser = signed_in(ingrid)
    other = signed_in(made())
    told_owner = []
    monkeypatch.setattr(desk.notices, "tell", lambda brand, account_id, kind: told_owner.append((account_id, kind)))
    for insurer, email in (("izz-door-vgz", "niemand@delinde.example"), ("vgz", ingrid.email)):
        with pytest.raises(NoAccess):
            desk.reset_second_factor(insurer, email, by="Kantoor, JK")
    assert is_in(browser)
    desk.reset_second_factor("izz-door-vgz", ingrid.email.upper(), by="Kantoor, JK")
    assert not is_in(browser)
    assert is_in(other)
    assert told_owner == [(ingrid.account_id, "factors_reset")]
    assert half_way(ingrid).get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/koppelen/"
    assert ("account.reset_second_factor", "success", None) in told(ingrid)


@pytest.mark.feature("K05")
def test_the_operator_does_so_from_the_command_line(committed_db):
    who = made()
    browser = signed_in(who)
    reset = ["accounts", "reset-second-factor", "--insurer", "izz-door-vgz", "--by", "Kantoor, JK", "--email"]
    wrong = CliRunner().invoke(main, [*reset, "niemand@delinde.example"])
    assert (wrong.exit_code, "nobody at this insurer" in wrong.output) == (1, True)
    assert is_in(browser)
    assert CliRunner().invoke(main, [*reset, who.email]).exit_code == 0
    assert not is_in(browser)


@pytest.mark.feature("W04")
def test_codes_and_links_that_have_had_their_time_are_not_kept(ingrid, post, monkeypatch):
    browser = signed_in(ingrid)
    browser.post(f"{OWN}mobiel/", {"number": "06 12345678"})
    browser.post(f"{OWN}e-mailadres/", {"email": "nieuw@delinde.example"})
    jobs.clear_tries(0)
    with signing_in():
        assert SentCode.objects.count() == MailedLink.objects.count() == 1
    time_goes_by(monkeypatch, 3601)
    jobs.clear_tries(0)
    with signing_in():
        assert SentCode.objects.count() == MailedLink.objects.count() == 0
