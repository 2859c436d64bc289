"""Mail by SMTP, and the postbus that speaks it (U30, O02): handed over, tried again, told when it cannot be."""

from __future__ import annotations

import dataclasses
import json
import urllib.request

import pytest

from collectief.gateways import loopback
from collectief.gateways.mail import client as client_module
from collectief.gateways.mail.client import SmtpMail
from collectief.gateways.mail.port import AddressRefused, Letter, MailUnavailable
from collectief.gateways.mail.simulator import application
from tests.ports import kept_port

pytestmark = pytest.mark.feature("U30")

LETTER = Letter(
    "invitation/1", "jo@debrug.example", "Uitnodiging", "Beste Zoë,\n\nTot ziens.\n", "Portaal <p@x.example>"
)


@pytest.fixture
def postbus():
    """The address of a postbus, and that of its mail server."""
    with kept_port() as port, loopback.running(lambda _: application(port)) as address:
        yield address, f"smtp://{loopback.HOST}:{port}"


def _received(address, query=""):
    with urllib.request.urlopen(f"{address}/_simulator/received{query}") as response:
        return json.load(response)


def _behave(address, **wish):
    asked = urllib.request.Request(
        f"{address}/_simulator/behaviour", json.dumps(wish).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked).close()


def test_a_letter_arrives_as_it_was_written(postbus):
    address, url = postbus
    SmtpMail(url).send(LETTER)
    [letter] = _received(address, "?to=jo@debrug.example")["letters"]
    assert letter["to"] == ["jo@debrug.example"]
    assert (letter["subject"], letter["text"].replace("\r\n", "\n")) == (LETTER.subject, LETTER.text)
    assert letter["from"] == "Portaal <p@x.example>"
    assert _received(address, "?to=somebody@else.example")["letters"] == []


def test_the_same_letter_sent_again_is_known_by_its_number_and_another_is_not(postbus):
    address, url = postbus
    mail = SmtpMail(url)
    for letter in (LETTER, LETTER, dataclasses.replace(LETTER, key="invitation/2")):
        mail.send(letter)
    found = _received(address)
    assert len({letter["id"] for letter in found["letters"]}) == 2
    assert found["copies"] == 1


@pytest.mark.parametrize("fault", ["later", "hang_up"])
def test_a_server_that_takes_nothing_now_is_tried_again_later(postbus, fault):
    address, url = postbus
    _behave(address, fail=fault, for_requests=1)
    with pytest.raises(MailUnavailable):
        SmtpMail(url).send(LETTER)
    SmtpMail(url).send(LETTER)
    assert len(_received(address)["letters"]) == 1


def test_an_address_that_does_not_exist_is_not_tried_again(postbus):
    address, url = postbus
    _behave(address, fail="unknown_address", for_requests=1)
    with pytest.raises(AddressRefused, match="550"):
        SmtpMail(url).send(LETTER)


def test_no_server_at_all_is_unavailable():
    with kept_port() as port, pytest.raises(MailUnavailable):
        SmtpMail(f"smtp://{loopback.HOST}:{port}").send(LETTER)


def test_a_server_without_encryption_beyond_this_machine_gets_no_mail(postbus, monkeypatch):
    address, url = postbus
    monkeypatch.setattr(client_module, "on_this_machine", lambda host: False)
    with pytest.raises(MailUnavailable):
        SmtpMail(url).send(LETTER)
    assert _received(address)["letters"] == []


@pytest.mark.parametrize("url", ["http://mail.example", "mail.example", "smtp://", ""])
def test_what_is_no_mail_server_is_refused_at_once(url):
    with pytest.raises(ValueError, match="smtp"):
        SmtpMail(url)


def test_a_domain_of_other_letters_is_written_as_dns_knows_it(postbus):
    address, url = postbus
    SmtpMail(url).send(dataclasses.replace(LETTER, to="jo@bücher.example"))
    assert _received(address)["letters"][0]["to"] == ["jo@xn--bcher-kva.example"]


def test_the_postbus_shows_letters_as_text_and_does_not_start_in_production(postbus, monkeypatch):
    address, url = postbus
    SmtpMail(url).send(dataclasses.replace(LETTER, subject="<script>", text="http://x.example/a?b=1 <b>\n"))
    with urllib.request.urlopen(f"{address}/") as response:
        page = response.read().decode()
    assert "&lt;script&gt;" in page
    assert "<b>" not in page
    assert 'href="http://x.example/a?b=1"' in page
    monkeypatch.setenv("COLLECTIEF_ENV", "production")
    with pytest.raises(loopback.NotInProduction):
        application(1)
