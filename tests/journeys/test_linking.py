"""One login for all contracts, and leaving the portal, at IZZ Zakelijk (W17, O16)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from collectief.demo.cast import EIK, EIK_SPORT, LINDE
from tests.journeys.conftest import WIDTHS
from tests.journeys.typist import Typist


@pytest.fixture
def typist(browser, stack):
    """Somebody of De Eik, signed in with a first app."""
    contexts = []

    def make(email: str) -> Typist:
        contexts.append(browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL"))
        found = Typist(contexts[-1].new_page(), stack, "izz")
        found.types(email)
        found.links_an_app()
        found.keeps_the_codes()
        found.sees_heading("Dashboard")
        return found

    yield make
    for one in contexts:
        one.close()


def _operator(visitor, *arguments: str) -> str:
    command = [sys.executable, "-m", "collectief.config.command", "requests", *arguments, "--insurer", EIK.insurer]
    return subprocess.run(command, env=visitor.stack.environment, check=True, capture_output=True, text=True).stdout


def _waiting(visitor, kind: str) -> int:
    """The number of the one case of this kind, once it is there."""
    for _ in range(100):
        found = [json.loads(line) for line in _operator(visitor, "list", "--json").splitlines()]
        cases = [one["case_id"] for one in found if one["kind"] == kind]
        if cases:
            return cases[0]
        visitor.page.wait_for_timeout(100)
    raise AssertionError(f"no {kind} waits")


def _links(sofie, customer: str, number: str) -> None:
    sofie.page.get_by_label("Klantnummer").fill(customer)
    sofie.page.get_by_label("Contractnummer").fill(number)
    sofie.presses("Koppelen")


@pytest.mark.feature("W16")
@pytest.mark.feature("W17")
@pytest.mark.feature("O16")
def test_contracts_are_linked_seen_by_a_colleague_and_both_leave(typist):
    """U koppelt contracten door klantnummer en collectiviteitsnummer in te voeren."""
    sofie = typist("sofie@deeik.example")
    sofie.follows_menu("Contracten")
    sofie.sees("Er is nog niets gekoppeld.")
    sofie.finds_no_barriers()
    sofie.presses("Koppelen")
    sofie.sees("Vul het klantnummer in.")
    sofie.finds_no_barriers()
    sofie.follows("Wijziging doorgeven")
    sofie.finds_no_barriers()
    sofie.presses("Versturen")
    sofie.sees("Schrijf op wat er anders moet.")
    sofie.finds_no_barriers()
    sofie.page.get_by_label("Waarover gaat het?").select_option("80020")
    sofie.page.get_by_label("Wat moet er anders?").fill("De naam wordt Kliniek De Eik.")
    sofie.presses("Versturen")
    sofie.sees("Doorgegeven wijzigingen")
    sofie.finds_no_barriers()
    _operator(sofie, "approve", str(_waiting(sofie, "data_change")), "--by", "Kantoor")
    sofie.follows_menu("Contracten")
    sofie.sees("Doorgevoerd")
    _links(sofie, EIK_SPORT.customer_number, "80021")
    sofie.sees("Contract 80021 is gekoppeld: Sportartsen.")
    _links(sofie, LINDE.customer_number, "80001")
    sofie.sees("We hebben uw verzoek ontvangen.")
    sofie.sees("In behandeling")
    sofie.finds_no_barriers()
    _operator(sofie, "approve", str(_waiting(sofie, "contract_link")), "--by", "Kantoor")
    sofie.follows_menu("Contracten")
    sofie.page.get_by_role("link", name="Ontkoppelen: 80001").click()
    sofie.sees_heading("Ontkoppelen: 80001 – Medewerkers")
    sofie.finds_no_barriers()
    sofie.presses("Ontkoppelen")
    sofie.sees("Contract 80001 is ontkoppeld.")

    daan = typist("daan@deeik.example")
    daan.follows_menu("Contracten")
    daan.sees("Sportartsen")
    assert daan.page.get_by_label("Klantnummer").count() == 0
    daan.page.get_by_role("link", name="Mijn account").click()
    daan.follows("Ik wil stoppen met dit portaal")
    daan.finds_no_barriers()
    daan.presses("Verzoek versturen")
    daan.sees("Toch niet stoppen")
    daan.finds_no_barriers()
    letter = sofie.mail_to("sofie@deeik.example")
    assert "Daan" not in letter["text"]
    sofie.follows_menu("Accountbeheer")
    sofie.sees("Wil stoppen")
    sofie.finds_no_barriers()
    sofie.page.get_by_role("link", name="Account deactiveren: Daan Mol").click()
    sofie.finds_no_barriers()
    sofie.page.get_by_role("button", name="Account deactiveren").click()
    sofie.sees("Daan Mol heeft geen toegang meer.")
    daan.opens("/contracten/")
    daan.sees_heading("Inloggen bij IZZ Zakelijk")

    sofie.page.get_by_role("link", name="Mijn account").click()
    sofie.follows("Ik wil stoppen met dit portaal")
    sofie.sees("U bent de enige met toegang")
    sofie.finds_no_barriers()
    sofie.presses("Verzoek versturen")
    sofie.sees("antwoord van ons")
    _operator(sofie, "approve", str(_waiting(sofie, "leaving")), "--by", "Kantoor")
    sofie.opens("/dashboard/")
    sofie.sees_heading("Inloggen bij IZZ Zakelijk")
    assert "geen toegang meer" in sofie.mail_to("sofie@deeik.example", number=2)["text"]
