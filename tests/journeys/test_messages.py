"""Berichten: as the manual tells it, for Anna who did it and for Dewi who was not there."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from collectief.foundation.dates import dutch


def _opens_messages(somebody) -> None:
    somebody.page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name=re.compile("^Berichten")).click()
    somebody.sees_heading("Berichten")


@pytest.mark.feature("U29")
@pytest.mark.feature("U03")
def test_hieronder_vindt_u_alle_berichten_over_uw_deelnemers(anna, someone):
    """U kunt de berichten selecteren op de volgende bericht categorieën."""
    anna.follows_menu("Huidige deelnemers")
    # Somebody whom no other journey of this lane has let go: each has one message of it.
    anna.page.locator("tbody tr", has_text="Actief").nth(2).locator("th a").first.click()
    heading = anna.page.get_by_role("heading", name=re.compile("^Direct afmelden: "))
    name = heading.inner_text().removeprefix("Direct afmelden: ")
    anna.page.get_by_label("Einddatum (t/m)", exact=True).fill(dutch(date.today() + timedelta(days=1)))
    anna.page.get_by_label("Reden").select_option(label="Einde dienstverband")
    anna.page.get_by_role("button", name="Afmelden").click()
    anna.sees("is ontvangen")
    dewi = someone("Dewi Kaya")
    dewi.sees("Laatste berichten")
    dewi.finds_no_barriers("dashboard")
    _opens_messages(dewi)
    dewi.sees("Hieronder vindt u alle berichten over uw deelnemers binnen het collectieve contract.")
    dewi.finds_no_barriers("messages")
    received = re.compile(rf"^Afmelding {re.escape(name)} voor contract \d+ ontvangen$")
    row = dewi.page.get_by_role("row", name=re.compile(f"Bevestiging Afmelding {re.escape(name)}"))
    expect(row).to_contain_text("Nieuw")
    dewi.page.get_by_label("Categorie").select_option(label="Beëindigingsbrief")
    dewi.page.get_by_role("button", name="Selecteren").click()
    dewi.page.get_by_role("link", name=f"De beëindigingsbrief van {name} staat klaar").wait_for()
    expect(dewi.page.get_by_role("link", name=received)).to_have_count(0)
    dewi.page.get_by_role("link", name="Toon alles").click()
    dewi.page.get_by_role("link", name=received).click()
    dewi.sees("Einddatum (t/m): ")
    dewi.finds_no_barriers("message")
    dewi.page.get_by_role("link", name="Naar de wijziging").click()
    dewi.sees_heading(f"Afmelding: {name}")
    _opens_messages(dewi)
    expect(row).not_to_contain_text("Nieuw")
    dewi.page.get_by_label("Achternaam of relatienummer").fill("Qqqq")
    dewi.page.get_by_role("button", name="Selecteren").click()
    dewi.sees("Hierover zijn er geen berichten")
    dewi.finds_no_barriers("messages-none")
    dewi.page.get_by_role("link", name="Toon alles").click()
    dewi.page.get_by_role("button", name="Alles is gelezen").click()
    dewi.sees("Deze berichten staan nu als gelezen.")
    expect(dewi.page.locator(".c-badge")).to_have_count(0)
