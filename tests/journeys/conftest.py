"""One whole installation for all journeys of a lane, and a real browser: what a user meets is what is tested."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from collectief.config.stack import Stack
from collectief.demo.cast import BRUG, OTTO
from tests.conftest import STATE, alone
from tests.ports import ports_for_a_stack

if TYPE_CHECKING:
    from tests.journeys.typist import Typist

# A desk and a phone; and the narrowest that a page must still fit on (WCAG 2.2, reflow).
WIDTHS = (1366, 375)
NARROWEST = 320
# The tables of which one must scroll aside to see the rest.
_CUT_OFF = """() => [...document.querySelectorAll(".c-scroll")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.ariaLabel)"""


@pytest.fixture(scope="session")
def stack(database_server) -> Iterator[Stack]:
    """A small demo world behind real processes, in a database of its own on the run's server."""
    database = f"test_journeys_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
    database_server.drop_database(database)
    # Lanes share a folder: one looks for its ports and gathers its files at a time.
    with ExitStack() as undone:
        with alone("stack"):
            running = Stack(ports_for_a_stack(), STATE, database=database, scale=0.1)
            # The database server belongs to the whole run.
            undone.callback(running.stop, database=False)
            running.start()
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL")
    yield fresh
    fresh.close()


class Visitor:
    """Somebody at the portal; the steps are in the manual's words."""

    def __init__(self, page: Page, stack: Stack, brand: str = "mijnzz") -> None:
        self.page, self.stack, self.brand = page, stack, brand
        self.complaints: list[str] = []
        self.drawn = 0
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: object) -> None:
        # 4xx answers are what some journeys are about; everything else a console says is a fault of ours.
        text = getattr(message, "text", "")
        if getattr(message, "type", "") == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def opens(self, path: str = "/") -> None:
        self.page.goto(self.stack.portal(self.brand) + path)

    def signs_in(self, name: str, company: str, *, level: str = "eH3") -> None:
        """From the front door, by way of eHerkenning, to the dashboard or to the reason why not."""
        self.opens("/")
        self.page.get_by_role(
            "link", name=re.compile("Inloggen met eHerkenning|Sign in with eHerkenning")
        ).first.click()
        self.chooses_at_eherkenning(name, company, level=level)

    def chooses_at_eherkenning(self, name: str, company: str, *, level: str = "eH3") -> None:
        """Is somebody, at a level, at the simulator."""
        self.page.get_by_label(re.compile(f"{re.escape(name)}.*{re.escape(company)}")).check()
        self.page.get_by_label(level, exact=True).check()
        self.page.get_by_role("button", name="Inloggen").click()

    def mail_to(self, address: str, *, number: int = 1) -> dict[str, str]:
        """The latest of so many letters to an address, once they are all there."""
        for _ in range(450):
            answer = self.page.request.get(f"{self.stack.postbus_url}/_simulator/received", params={"to": address})
            letters: list[dict[str, str]] = answer.json()["letters"]
            if len(letters) >= number:
                return letters[0]
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no mail to {address}")

    def follows_menu(self, entry: str) -> None:
        menu = self.page.get_by_role("navigation", name="Hoofdmenu")
        link = menu.get_by_role("link", name=entry, exact=True)
        path = link.get_attribute("href")
        link.click()
        # A click returns before the page is another: a key pressed next would reach the old one.
        self.page.wait_for_url(self.stack.portal(self.brand) + str(path))

    def turns_page(self, button: Locator) -> None:
        """Clicks what leads to another page, or to this one anew, until all of that is there.

        For what is then read or clicked without a name that only the new page has.
        """
        with self.page.expect_navigation():
            button.click()

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=45_000)

    def sees_heading(self, text: str) -> None:
        self.page.get_by_role("heading", name=text, level=1).wait_for(timeout=45_000)

    def speaks(self, language: str) -> None:
        """Chooses Dutch or English at the top of the page, unless it speaks that already."""
        button = self.page.get_by_role("button", name={"nl": "Nederlands", "en": "English"}[language])
        if button.count():
            button.click()
            self.page.locator(f"html[lang={language}]").wait_for(state="attached")

    def finds_no_barriers(self, called: str = "", *, asks_axe: Sequence[int] = WIDTHS) -> None:
        """axe has nothing to say about this page, on a desk and on a phone; nothing sticks out sideways."""
        # After a click the next page may have begun and not be all there.
        self.page.wait_for_load_state()
        for width in (*WIDTHS, NARROWEST):
            self.page.set_viewport_size({"width": width, "height": 900})
            if width != NARROWEST:
                # What is still fading in has no contrast yet.
                self.page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
                self._draws(width, called)
            if width in asks_axe:
                results = self._ask_axe()
                assert results.violations_count == 0, f"{self.page.url} at {width}\n{results.generate_report()}"
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{self.page.url} is {wide} px too wide at {width}"
            cut = self.page.evaluate(_CUT_OFF)
            assert cut == [], f"{self.page.url} cuts off {cut} at {width}"
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        assert not self.complaints, self.complaints

    def _ask_axe(self) -> AxeResults:
        # A page keeps axe's half a megabyte when it gets another width.
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        return AxeResults(self.page.evaluate("() => axe.run({resultTypes: ['violations']})"))

    def _draws(self, width: int, called: str) -> None:
        """A picture of this page, for whoever wants to look: `PICTURES=folder make test ARGS=tests/journeys`."""
        folder, browser = os.environ.get("PICTURES"), self.page.context.browser
        # To take one, a style is put into the page: Firefox complains of that, which is a complaint here too.
        if folder and browser and browser.browser_type.name == "chromium":
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.drawn += 1
            path = called or urlsplit(self.page.url).path.strip("/").replace("/", "-")
            language = self.page.locator("html").get_attribute("lang")
            name = f"{self.brand}-{path}-{self.drawn:03}-{language}-{width}.png"
            self.page.screenshot(path=Path(folder) / name, full_page=True)


@pytest.fixture
def visitor(context: BrowserContext, stack: Stack) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(context.new_page(), stack)


@pytest.fixture
def anna(visitor: Visitor) -> Visitor:
    """Anna, administratief, at De Brug."""
    visitor.signs_in("Anna de Boer", BRUG.name)
    visitor.sees_heading("Dashboard")
    return visitor


@pytest.fixture
def someone(browser: Browser, stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """A further person in a browser of their own."""
    contexts: list[BrowserContext] = []

    def make(name: str, company: str = BRUG.name, *, brand: str = "mijnzz", level: str = "eH3") -> Visitor:
        contexts.append(browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL"))
        found = Visitor(contexts[-1].new_page(), stack, brand)
        found.signs_in(name, company, level=level)
        return found

    yield make
    for one in contexts:
        one.close()


@pytest.fixture
def staff(browser: Browser, stack: Stack) -> Iterator[Callable[[str], Visitor]]:
    """Somebody of the insurer's office by their e-mail address, signed in: how they do so is for other journeys."""
    contexts: list[BrowserContext] = []

    def make(email: str) -> Visitor:
        contexts.append(browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL"))
        command = [sys.executable, "-m", "tests.journeys.session", "kantoor", email]
        cookie = subprocess.run(command, env=stack.environment, check=True, capture_output=True, text=True).stdout
        name, key = cookie.strip().split("=")
        contexts[-1].add_cookies([{"name": name, "value": key, "url": stack.portal("kantoor")}])
        found = Visitor(contexts[-1].new_page(), stack, "kantoor")
        found.opens("/dashboard/")
        found.sees_heading("Dashboard")
        return found

    yield make
    for one in contexts:
        one.close()


@pytest.fixture
def otto(someone: Callable[..., Visitor]) -> Visitor:
    """Otto, of another agency."""
    return someone("Otto Smit", OTTO.name)


@pytest.fixture
def typist(browser: Browser, stack: Stack) -> Iterator[Callable[[str], Typist]]:
    """Somebody new at a portal with passwords, in a browser of their own."""
    # Here and not above: a typist is a visitor.
    from tests.journeys.typist import Typist

    contexts: list[BrowserContext] = []

    def make(brand: str) -> Typist:
        contexts.append(browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL"))
        return Typist(contexts[-1].new_page(), stack, brand)

    yield make
    for one in contexts:
        one.close()
