"""While the BRP does not answer: nothing is lost, everything is found again and can be withdrawn (U18, law 4)."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from datetime import date
from itertools import islice

import pytest

from collectief.foundation.dates import dutch
from collectief.gateways.brp.inhabitants import dummy_bsns, inhabitant

SOMEONE = inhabitant(next(islice(dummy_bsns(1, seed=5151), 1)))


def _behave(stack, **wish: object) -> None:
    request = urllib.request.Request(
        stack.brp_url + "/_simulator/behaviour", json.dumps(wish).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).close()


@pytest.fixture
def silence(stack) -> Iterator[None]:
    """The BRP answers nobody."""
    _behave(stack, fail="503")
    yield
    _behave(stack, fail=None)


@pytest.mark.feature("U18")
@pytest.mark.feature("X05")
@pytest.mark.usefixtures("silence")
def test_a_newcomer_who_waits_is_found_on_the_dashboard_and_withdrawn(anna):
    # Given Anna enrols somebody and leaves the page
    anna.follows_menu("Nieuwe deelnemer")
    fill = {
        "Ingangsdatum": dutch(date.today()), "Burgerservicenummer (BSN)": SOMEONE.bsn.digits,
        "Voorletters": SOMEONE.name.initials, "Voorvoegsel": SOMEONE.name.prefix,
        "Achternaam": SOMEONE.name.surname, "Geboortedatum": SOMEONE.birth_date.dutch,
    }  # fmt: skip
    for label, value in fill.items():
        anna.page.get_by_label(label, exact=True).fill(value)
    anna.page.get_by_role("button", name="Aanmelden").click()
    anna.sees("We controleren de gegevens bij de Basisregistratie Personen")
    anna.finds_no_barriers()
    # When she looks at the list, then it says that somebody is not in it yet, and where to look
    anna.follows_menu("Huidige deelnemers")
    anna.page.get_by_role("link", name="Bekijk wat in behandeling is").click()
    anna.sees_heading("In behandeling")
    anna.sees(str(SOMEONE.name))
    anna.finds_no_barriers()
    # And from the dashboard it is withdrawn
    anna.follows_menu("Dashboard")
    anna.finds_no_barriers()
    anna.page.get_by_role("link", name=str(SOMEONE.name)).first.click()
    anna.page.get_by_role("link", name="Intrekken").click()
    anna.finds_no_barriers()
    anna.page.get_by_role("button", name="Intrekken").click()
    anna.sees("De wijziging is ingetrokken")
    anna.follows_menu("Dashboard")
    assert anna.page.get_by_role("heading", name=re.compile("In behandeling")).count() == 0


@pytest.mark.feature("U13")
@pytest.mark.usefixtures("silence")
def test_a_former_participant_shows_grey_while_being_enrolled_again(anna):
    """Zodra u op deze button heeft geklikt, wordt de betreffende deelnemer grijs weergegeven."""
    anna.follows_menu("Oud deelnemers")
    name = anna.page.locator("tbody tr:not(.c-pending) th a").first
    who = name.inner_text()
    name.click()
    anna.page.get_by_label("Aanmelddatum").fill(dutch(date.today()))
    anna.page.get_by_role("button", name="Aanmelden").click()
    anna.sees(f"Aanmelding van {who} per {dutch(date.today())} is ontvangen.")
    row = anna.page.locator("tr.c-pending", has_text=who)
    assert "In behandeling" in row.inner_text()
    anna.finds_no_barriers()
    # And it can be withdrawn from the participant's own page.
    row.locator("th a").click()
    anna.page.get_by_role("link", name="Bekijk alle details en acties voor deze oud deelnemer").click()
    anna.page.get_by_role("link", name="Intrekken").first.click()
    anna.page.get_by_role("button", name="Intrekken").click()
    anna.sees("De wijziging is ingetrokken")
