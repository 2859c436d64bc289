"""Somebody who signs in with a password, with an authenticator app, a telephone and a device that holds passkeys."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pyotp

from collectief.config.stack import Stack
from collectief.demo.cast import DEMO_PASSWORD, Company
from tests.journeys.conftest import Visitor

_KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Typist(Visitor):
    """Somebody at a portal with passwords, their authenticator app and their telephone."""

    secret = ""

    def types(self, email: str, password: str = DEMO_PASSWORD) -> None:
        """E-mail address and password, at the front door."""
        self.opens("/inloggen/")
        self.page.get_by_label("E-mailadres").fill(email)
        self.page.get_by_label("Wachtwoord", exact=True).fill(password)
        self.presses("Inloggen")

    def types_in(self, email: str, password: str = DEMO_PASSWORD) -> None:
        """The same in whatever language the page speaks."""
        self.opens("/inloggen/")
        self.page.locator("#id_email").fill(email)
        self.page.locator("#id_password").fill(password)
        with self.page.expect_navigation():
            self.page.locator("main form button[type=submit]").first.click()

    def links_by_key(self) -> None:
        """An app, in whatever language, and on past the recovery codes."""
        self.secret = self.page.locator("main code").inner_text().replace(" ", "")
        self.page.locator("#id_code").fill(pyotp.TOTP(self.secret).now())
        self.page.locator("main form button[type=submit]").first.click()
        self.page.locator(".c-codes").wait_for()

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def links_an_app(self, button: str = "Koppelen") -> None:
        """Type the key of the page over into the app, and the app's code into the page."""
        self.sees_heading("Authenticator-app koppelen")
        self.secret = self.page.locator("main code").inner_text().replace(" ", "")
        self.page.get_by_label("Code uit de app").fill(pyotp.TOTP(self.secret).now())
        self.presses(button)

    def links_something(self) -> None:
        """Whatever the portal asks for first: an app, or a passkey where there is nothing else. With a device."""
        if self.page.locator("main code").count():
            self.links_by_key()
            return
        self.page.locator("main [name=name]").fill("laptop")
        self.page.locator("main form button[type=submit]").first.click()
        self.page.locator(".c-codes, .c-nav").first.wait_for()

    def is_at_the_provider(self, name: str, how: str = "Met een tweede factor") -> None:
        """At the insurer's own identity provider: who, and with what."""
        self.sees_heading("Inloggen met uw werkaccount")
        self.page.get_by_label(name).check()
        self.page.get_by_label(how).check()
        self.presses("Inloggen")

    def next_code(self) -> str:
        """The code that the app shows after this one: this one was used already."""
        return pyotp.TOTP(self.secret).at(time.time() + 30)

    def keeps_the_codes(self) -> None:
        self.sees_heading("Herstelcodes bewaren")
        self.finds_no_barriers()
        self.follows("Ik heb de codes bewaard")

    def has_a_device(self) -> None:
        """A device that can hold passkeys, and asks who holds it."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": _KEY})

    def code_at(self, number: str, *, messages: int = 1) -> str:
        """The code in the latest of so many short messages to a number."""
        for _ in range(450):
            answer = self.page.request.get(f"{self.stack.telephone_url}/_simulator/received", params={"to": number})
            found = answer.json()["messages"]
            if len(found) >= messages:
                return re.search(r": (\d{6})\.", found[0]["text"])[1]
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no message to {number}")

    def link_mailed_to(self, address: str, subject: str = "", *, where: str = "") -> str:
        """The link in the latest letter with this subject, or with a link to there, once there is one."""
        for _ in range(450):
            answer = self.page.request.get(f"{self.stack.postbus_url}/_simulator/received", params={"to": address})
            for letter in answer.json()["letters"]:
                if letter["subject"].startswith(subject) and where in letter["text"]:
                    return re.search(r"http://\S+", letter["text"])[0]
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no letter {subject} to {address}")


def unlink(stack: Stack, *people: tuple[Company, str]) -> None:
    """The second factor of these people, by their addresses, as new: other journeys begin there."""
    named = [text for company, email in people for text in (company.portal, email)]
    command = [sys.executable, "-m", "tests.journeys.unlink", *named]
    subprocess.run(command, env=stack.environment, check=True, capture_output=True)
