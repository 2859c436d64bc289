"""The simulators' pages as a browser shows them: usable by everyone, on a small screen too (U01)."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.brp import simulator as brp
from collectief.gateways.eherkenning.oidc import OidcBroker
from collectief.gateways.eherkenning.simulator import application
from collectief.gateways.eherkenning.tokens import Person
from collectief.gateways.loopback import running

pytestmark = pytest.mark.feature("U01")

PEOPLE = [
    Person("anna", "Anna de Vries", "12345678", "Uitzendbureau De Brug B.V."),
    Person("otto", "Otto Visser", "87654321", "Werkspoor Personeelsdiensten Noord-Holland B.V.", "000012345678"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(lambda address: application(PEOPLE, issuer=address)) as address:
        yield address


def begin_at(address: str) -> tuple[OidcBroker, str, dict[str, str]]:
    broker = OidcBroker(address, "collectief", "demo-secret")
    # Back to the postbus: a page that exists, on this machine.
    begun = broker.begin(return_url=address + "/", minimum=AssuranceLevel.EH2_PLUS)
    return broker, begun.url, begun.keep


@pytest.mark.parametrize("width", [1366, 375, 320])
def test_every_page_is_accessible(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    with running(lambda _: brp.application()) as register:
        urllib.request.urlopen(register + "/")
        for url in (begin_at(address)[1], address + "/", address + "/authorize", register + "/"):
            page.goto(url)
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_signing_in_with_the_keyboard(browser: Browser, address: str) -> None:
    broker, url, keep = begin_at(address)
    page = browser.new_page()
    page.goto(url)
    page.get_by_role("radio", name="Otto Visser").focus()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="eH2+", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Inloggen"
    page.keyboard.press("Enter")
    page.wait_for_url(address + "/?code=*")
    answer = {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}
    identity = broker.complete(return_url=address + "/", answer=answer, keep=keep, minimum=AssuranceLevel.EH2_PLUS)
    assert (identity.acting_subject, identity.level) == ("otto", AssuranceLevel.EH2_PLUS)
    page.close()


def test_cancelling(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(begin_at(address)[1])
    page.get_by_role("button", name="Annuleren").click()
    page.wait_for_url(address + "/?error=access_denied*")
    page.close()
