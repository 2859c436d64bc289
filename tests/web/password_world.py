"""People who sign in with a password, and what they type, for tests of pages."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from django.test import Client
from django.utils import timezone

from collectief.access import passwords, telephone
from collectief.access.models import Account, SentCode
from collectief.audit.models import AuditEvent
from collectief.scope.database import office, opened, signing_in
from tests.passkey_world import Device
from tests.web.visiting import stranger, text_of
from tests.world import Agency, agency

PASSWORD = "linde bloeit in juni"
CODES = re.compile(r"<code>([2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4})</code>")


@dataclass
class Ingrid:
    """A main user, her organisation and what she types."""

    ours: Agency
    email: str
    secret: str = ""
    portal: str = "izz"

    @property
    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(timezone.now())

    @property
    def account_id(self) -> int:
        return self.ours.scope.account_id

    def browser(self) -> Client:
        """A browser in which nobody signed in."""
        return stranger(self.portal)


def made(segment: str = "employer", role: str = "main_user") -> Ingrid:
    """Somebody with a password and no second factor yet."""
    ours = agency(name="Zorggroep De Linde", segment=segment, roles=(role,))
    with office():
        account = Account.objects.get(id=ours.scope.account_id)
        account.password = passwords.hashed(PASSWORD)
        account.save()
    return Ingrid(ours, account.email, portal=ours.scope.brand)


def types(browser: Client, email: str, password: str = PASSWORD, where: str = ""):
    return browser.post("/inloggen/wachtwoord/" + where, {"email": email, "password": password})


def links(browser: Client, who: Ingrid, path: str = "/inloggen/koppelen/"):
    """Link an app as the page says; what the portal answers."""
    text = text_of(browser.get(path))
    who.secret = re.search(r"<code>([A-Z2-7 ]+)</code>", text)[1].replace(" ", "")
    return browser.post(path, {"code": who.code})


def signed_in(who: Ingrid) -> Client:
    """Her browser, after password and a first app."""
    browser = who.browser()
    types(browser, who.email)
    links(browser, who)
    return browser


def half_way(who: Ingrid) -> Client:
    """Her browser, after the password alone."""
    browser = who.browser()
    types(browser, who.email)
    return browser


def time_goes_by(monkeypatch, seconds: int = 60) -> None:
    now = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(timezone, "now", lambda: now)


def sent_code(who: Ingrid, purpose: str = telephone.SIGN_IN) -> str:
    """The code that a telephone would show."""
    with signing_in():
        return telephone.code_of(SentCode.objects.get(account_id=who.account_id, purpose=purpose))


def confirms_number(browser: Client, who: Ingrid, path: str, number: str = "06 12345678"):
    """Give a number, and the code that went there."""
    browser.post(path, {"number": number})
    return browser.post(path, {"code": sent_code(who, telephone.NUMBER)})


def options_of(browser: Client, path: str) -> dict:
    """What a page asks of a device."""
    return json.loads(html.unescape(re.search(r'data-options="([^"]+)"', text_of(browser.get(path)))[1]))


def makes_passkey(browser: Client, device: Device, path: str):
    return browser.post(path, {"name": "laptop", "answer": device.makes(options_of(browser, path))})


def uses_passkey(browser: Client, device: Device, path: str):
    return browser.post(path, {"answer": device.uses(options_of(browser, path))})


def told(who: Ingrid) -> list[tuple]:
    """What the trail of her organisation says: action, outcome, code."""
    with opened(who.ours.scope):
        return [(e.action, e.outcome, e.detail.get("code")) for e in AuditEvent.objects.order_by("id")]


def is_in(browser: Client) -> bool:
    return browser.get("/dashboard/").status_code == 200
