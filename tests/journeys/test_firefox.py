"""In Firefox as in Chromium: every way in, and what browsers differ in (W02: "Chrome and Firefox")."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from collectief.config.stack import Stack
from collectief.demo.cast import BRUG, DUIN, KANTOOR, LINDE, OTTO
from collectief.demo.files import write_demo_file
from tests.journeys.conftest import WIDTHS
from tests.journeys.firefox import add_device, firefox_program, start_firefox
from tests.journeys.typist import Typist, unlink
from tests.ports import kept_port

pytestmark = [pytest.mark.timeout(300), pytest.mark.feature("W02")]

# Who comes in with a password here.
PEOPLE = ((LINDE, 1), (DUIN, 0), (DUIN, 2), (KANTOOR, 4))


@pytest.fixture(scope="module")
def firefox(playwright: Playwright) -> Iterator[Browser]:
    """Firefox, on a machine with a device that holds passkeys."""
    program = firefox_program()
    if program is None:
        # A machine that tests what will be shipped has one; a developer without root may not.
        assert not os.environ.get("CI"), "no Firefox, and CI must have one: scripts/install-firefox"
        pytest.skip("no Firefox on this machine, and scripts/install-firefox could not install one")
    with kept_port() as port:
        started = start_firefox(playwright, program, port=port)
        device = add_device(port)
        yield started
        started.close()
        device.close()


@pytest.fixture
def visits(firefox: Browser, stack: Stack) -> Iterator[Callable[[str], Typist]]:
    """Somebody new at a portal, in Firefox; afterwards nobody there has a second factor, as before."""
    contexts: list[BrowserContext] = []

    def make(brand: str) -> Typist:
        contexts.append(firefox.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL"))
        return Typist(contexts[-1].new_page(), stack, brand)

    yield make
    for one in contexts:
        one.close()
    unlink(stack, *((company, company.colleagues[number].email) for company, number in PEOPLE))


@pytest.fixture
def anna(visits) -> Typist:
    """Anna, administratief, at De Brug."""
    found = visits("mijnzz")
    found.signs_in(BRUG.colleagues[0].name, BRUG.name)
    found.sees_heading("Dashboard")
    return found


def _signs_out(visitor: Typist) -> None:
    """And what was on screen does not come back."""
    visitor.presses("Uitloggen")
    visitor.sees("bent uitgelogd.")
    visitor.page.go_back()
    visitor.sees("Inloggen")
    visitor.opens("/dashboard/")
    visitor.page.get_by_role("heading", name="Inloggen bij", level=1).wait_for()


@pytest.mark.feature("U01")
def test_eherkenning_by_saml_in_and_out(anna):
    assert "Firefox" in anna.page.evaluate("navigator.userAgent")
    anna.finds_no_barriers()
    _signs_out(anna)


@pytest.mark.feature("K07")
def test_eherkenning_by_openid_connect_in_and_out(visits):
    otto = visits("voorbeeld")
    otto.signs_in("Otto Smit", OTTO.name)
    otto.sees_heading("Dashboard")
    otto.finds_no_barriers()
    _signs_out(otto)


@pytest.mark.feature("W04")
def test_a_password_and_the_code_of_an_app(visits):
    tom = visits("izz")
    tom.types(LINDE.colleagues[1].email, "dit is het verkeerde")
    tom.sees("horen hier niet bij elkaar")
    tom.finds_no_barriers()
    tom.types(LINDE.colleagues[1].email)
    tom.sees_heading("Authenticator-app koppelen")
    tom.finds_no_barriers()
    tom.links_an_app()
    tom.keeps_the_codes()
    tom.sees_heading("Dashboard")
    _signs_out(tom)
    tom.types(LINDE.colleagues[1].email)
    tom.page.get_by_label("Code uit de app").fill(tom.next_code())
    tom.presses("Inloggen")
    tom.sees_heading("Dashboard")


@pytest.mark.feature("B02")
@pytest.mark.feature("W04")
def test_a_password_and_a_code_by_sms(visits):
    karin, number = visits("bedrijfszorg"), "+31633333333"
    karin.types(DUIN.colleagues[0].email)
    karin.follows("Een code per sms")
    karin.page.get_by_label("Mobiel nummer").fill("06 33333333")
    karin.presses("Verder")
    karin.page.get_by_label("Code uit de sms").fill(karin.code_at(number))
    karin.finds_no_barriers()
    karin.presses("Verder")
    karin.keeps_the_codes()
    _signs_out(karin)
    karin.types(DUIN.colleagues[0].email)
    karin.presses("Stuur de code")
    karin.page.get_by_label("Code uit de sms").fill(karin.code_at(number, messages=2))
    karin.presses("Verder")
    karin.sees_heading("Dashboard")


@pytest.mark.feature("B02")
@pytest.mark.feature("W04")
def test_a_passkey_is_made_and_signs_in_by_itself(visits):
    joost = visits("bedrijfszorg")
    joost.types(DUIN.colleagues[2].email)
    joost.follows("Een passkey")
    joost.page.get_by_label("Naam").fill("laptop")
    joost.presses("Passkey maken")
    joost.keeps_the_codes()
    _signs_out(joost)
    joost.opens("/inloggen/")
    joost.follows("Inloggen met een passkey")
    joost.finds_no_barriers()
    joost.presses("Bevestigen met passkey")
    joost.sees_heading("Dashboard")


def test_the_insurers_own_staff_come_in_with_a_password_and_what_their_portal_takes(visits):
    erik = visits("kantoor")
    erik.types_in(KANTOOR.colleagues[4].email)
    erik.links_something()
    erik.opens("/dashboard/")
    erik.sees_heading("Dashboard")
    erik.finds_no_barriers()
    _signs_out(erik)


@pytest.mark.feature("K05")
def test_the_insurers_own_staff_come_in_with_their_werkaccount(visits):
    """Single sign-on: to the insurer's own provider and back, not without a second factor there."""
    joris = visits("kantoor")
    joris.opens("/zaken/")
    joris.follows("Inloggen met werkaccount")
    joris.is_at_the_provider("Joris van Dam", "Zonder tweede factor")
    joris.sees("zonder tweede factor, en zonder laten we niemand binnen")
    joris.follows("Opnieuw inloggen")
    joris.is_at_the_provider("Joris van Dam")
    joris.sees_heading("Dashboard")
    joris.finds_no_barriers()
    _signs_out(joris)


@pytest.mark.feature("U21")
def test_a_file_goes_up_and_what_it_refuses_comes_down(anna, tmp_path):
    file = tmp_path / "firefox.xlsx"
    write_demo_file(file, rows=20, seed=91, bad=50, first_day=date.today().replace(day=1))
    anna.follows_menu("Upload aan- en afmeldingen")
    anna.page.get_by_label("Bestand", exact=True).set_input_files(file)
    anna.presses("Verstuur")
    refused = anna.page.get_by_role("link", name="Download afgekeurde regels")
    refused.wait_for(timeout=60_000)
    anna.finds_no_barriers()
    with anna.page.expect_download() as download:
        refused.click()
    assert download.value.suggested_filename.endswith(".xlsx")
    anna.presses("Annuleer: wijzig niets")
    anna.sees("Er is niets gewijzigd")


@pytest.mark.feature("U01")
def test_the_warning_before_the_session_ends_is_a_dialog_that_keeps_what_was_typed(anna):
    anna.page.clock.install()
    anna.opens("/deelnemers/nieuw/")
    anna.page.locator("#id_surname").fill("Halverwege")
    anna.page.clock.fast_forward("13:05")
    warning = anna.page.get_by_role("dialog")
    expect(warning).to_be_visible()
    anna.finds_no_barriers()
    warning.get_by_role("button").click()
    expect(warning).to_be_hidden()
    expect(anna.page.locator("#id_surname")).to_have_value("Halverwege")


@pytest.mark.feature("X14")
def test_from_the_keyboard_past_the_menu_into_a_row(anna):
    anna.follows_menu("Huidige deelnemers")
    page = anna.page
    page.keyboard.press("Tab")
    expect(page.locator(".ds-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.locator("tbody tr:not(.c-pending) th a").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Einddatum (t/m)", exact=True).wait_for()
    anna.finds_no_barriers()
