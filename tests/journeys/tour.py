"""A walk along every page of every portal, in one language: by its links, and by the steps that no link leads to."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.urls import Resolver404, get_resolver, resolve
from playwright.sync_api import Browser, BrowserContext

from collectief.config.stack import Stack
from collectief.demo.cast import Company
from collectief.enrolment.facts import Place
from collectief.gateways.brp.inhabitants import Inhabitant
from tests.journeys.conftest import WIDTHS
from tests.journeys.typist import Typist, unlink

# What shows nobody a page: for machines, a file, a part of a page, or a step on the way to one.
NO_PAGE = {
    "alive", "ready", "metrics", "eherkenning_metadata", "eherkenning_catalogue",
    "policy_schedule", "policy_schedule_on", "termination_letter", "insurance_statement", "kept_letter", "confirmation",
    "s1_form",
    "download_documents", "documents_of", "download_contract_use", "download_flow_list", "download_deductible_use",
    "deductible_letter", "download_current", "download_former", "download_template", "download_export", "stop_export",
    "upload_template", "upload_bad_rows", "download_log",
    "current_count", "former_count", "mutation_state", "upload_progress", "run_progress",
    "home", "sign_in_begin", "single_sign_on",
    "sign_out", "stay", "language", "link_later", "link_identity", "remove_factor",
    "end_sessions", "choose_mail", "stay_after_all", "take_back_roles", "reactivate_account", "resend_invitation",
    "revoke_invitation",
    "send_again", "upload_accept", "upload_cancel", "find_by_bsn", "read_all_messages", "ask_statement",
    "take_case", "give_back_case", "note_case", "decide_case", "download_trail",
    "helpdesk_resend", "approve_reset", "refuse_reset", "stop_reset",
}  # fmt: skip


def page_names() -> set[str]:
    """Every address that shows somebody a page."""
    return {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)} - NO_PAGE


def name_of(address: str) -> str | None:
    """What the code calls this address."""
    try:
        return resolve(urlsplit(address).path).url_name
    except Resolver404:
        return None


class Walker(Typist):
    """Somebody on the tour: goes on when a page has a fault, and tells in the end."""

    tour: Tour

    def looks(self, called: str = "") -> None:
        """At the page as it stands."""
        self.tour.seen.add(name_of(self.page.url) or "")
        try:
            spoken = self.page.locator("html").get_attribute("lang")
            assert spoken == self.tour.language, f"{self.page.url} speaks {spoken}"
            # What axe knows of is the same in every language; what fits is not.
            self.finds_no_barriers(called, asks_axe=WIDTHS if self.tour.language == "nl" else ())
        except AssertionError as fault:
            self.tour.faults.append(f"{called} {fault}")
            self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})

    def looks_at(self, path: str, called: str = "") -> None:
        self.opens(path)
        self.looks(called)

    def fills_family(self, people: list[tuple[Place, Inhabitant]], first_day: str) -> None:
        """All steps of a household, looked at one by one, until it is sent."""
        address = ""
        for place, one in people:
            if place != Place.CLIENT:
                self.looks_at(f"{address}{'partner' if place == Place.PARTNER else 'kind'}/", str(place))
            typed = {
                "bsn": one.bsn.digits, "initials": one.initials, "name_prefix": one.prefix, "surname": one.surname,
                "birth_date": one.birth_date.dutch,
            }  # fmt: skip
            self.sends(f"family with {place}", **(typed | ({} if address else {"first_day": first_day})))
            address = address or urlsplit(self.page.url).path
        for step in ("client", "lid/1", "verzekering"):
            self.looks_at(f"{address}{step}/", step)
        self.page.locator("main [name=basic_0]").select_option(index=1)
        self.sends("no payment")
        self.page.locator("main [name=payment]").select_option("invoice")
        self.sends("check")
        self.sends("sent")

    def sends(self, called: str = "", **typed: str) -> None:
        """Fills in fields, sends the last form of the page and looks at what comes."""
        for name, value in typed.items():
            self.page.locator(f"main [name={name}]").first.fill(value)
        with self.page.expect_navigation():
            self.page.locator("main button[type=submit]").first.click()
        self.looks(called)

    def follows_everything(self, start: str) -> None:
        """Along the links: one example of every address that was not seen at any portal yet.

        What differs between portals is colour, of which `tests/rules/test_brands.py` knows the contrast, and a word.
        """
        known = self.tour.known
        queue = [start]
        known.add(name_of(start) or "")
        while queue:
            self.looks_at(queue.pop(0))
            links = self.page.locator("nav a[href], main a[href], header a[href]")
            for link in dict.fromkeys(links.evaluate_all("all => all.map(one => one.href)")):
                found = urlsplit(link)
                name = name_of(found.path)
                if found.netloc != urlsplit(self.page.url).netloc or name in known or name in NO_PAGE or not name:
                    continue
                known.add(name)
                queue.append(f"{found.path}?{found.query}" if found.query else found.path)


@dataclass
class Tour:
    """What was seen in a language, and what was wrong with it."""

    browser: Browser
    stack: Stack
    language: str
    seen: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def walker(self, brand: str) -> Walker:
        """Somebody new at a portal's front door, who speaks the language."""
        self.contexts.append(self.browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL"))
        walker = Walker(self.contexts[-1].new_page(), self.stack, brand)
        walker.tour = self
        walker.opens("/inloggen/")
        walker.speaks(self.language)
        return walker

    def signed_in(self, brand: str, name: str, company: Company) -> Walker:
        """Somebody who came in with eHerkenning."""
        walker = self.walker(brand)
        walker.signs_in(name, company.name)
        walker.page.locator("h1").wait_for()
        return walker

    def let_in(self, company: Company, email: str) -> Walker:
        """Somebody with a password, for whom the way in is another journey's."""
        walker = self.walker(company.portal)
        command = [sys.executable, "-m", "tests.journeys.session", company.portal, email]
        cookie = subprocess.run(command, env=self.stack.environment, check=True, capture_output=True, text=True).stdout
        name, key = cookie.strip().split("=")
        walker.page.context.add_cookies([{"name": name, "value": key, "url": self.stack.portal(company.portal)}])
        return walker

    def unlinks(self, company: Company, email: str) -> None:
        """Their second factor is as new: other journeys begin there."""
        unlink(self.stack, (company, email))

    def ends(self) -> None:
        for context in self.contexts:
            context.close()
