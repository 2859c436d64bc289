"""Links that come by mail: a forgotten password and a new address; and what jobs send (W03, O06)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.utils import timezone

from collectief.access import jobs, letters, mailed_links, notices, telephone
from collectief.access.models import Account, MailedLink, SentCode
from collectief.brands.catalogue import brand
from collectief.scope.database import office, signing_in
from tests.web.password_world import (
    PASSWORD,
    Ingrid,
    confirms_number,
    is_in,
    made,
    signed_in,
    time_goes_by,
    told,
    types,
)
from tests.web.visiting import stranger, text_of

OWN = "/mijn-account/inloggen/"
OTHER = "morgen weer vroeg op"


@pytest.fixture
def ingrid(db) -> Ingrid:
    return made()


def link_in(letter) -> str:
    return re.search(r"http://[^/]+(\S+)", letter.text)[1]


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
