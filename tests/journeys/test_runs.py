"""Sanne of the office starts the monthly run, and Anna sees what was fixed (K04, U23, U27)."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from collectief.reporting.rules import due_month

SANNE = "sanne@kantoor.example"


@pytest.mark.timeout(300)
@pytest.mark.feature("K04")
@pytest.mark.feature("U23")
@pytest.mark.feature("U27")
def test_the_monthly_run_is_seen_beforehand_started_and_followed(staff, someone):
    sanne = staff(SANNE)
    sanne.follows_menu("Maandelijkse runs")
    sanne.finds_no_barriers("runs-empty")
    lists = sanne.page.get_by_role("region", name="In- en uitstroomlijsten en contract gebruik")
    lists.get_by_role("button", name="Vooraf bekijken").click()
    sanne.sees("Wat de run nu gaat doen")
    sanne.finds_no_barriers("runs-before")
    sanne.page.get_by_role("button", name="Start de run").click()
    sanne.page.locator("h1 .ds-tag").wait_for()
    # Leaving the page is fine: it goes on, and stands in the list.
    sanne.follows_menu("Maandelijkse runs")
    run = sanne.page.locator("tbody tr").first
    expect(run).to_contain_text("Sanne Kok")
    run.get_by_role("link").click()
    sanne.page.locator("h1 .ds-tag", has_text="Klaar").wait_for(timeout=60_000)
    sanne.finds_no_barriers("runs-done")
    sanne.follows_menu("Maandelijkse runs")
    sanne.finds_no_barriers("runs-list")
    anna = someone("Anna de Boer")
    anna.follows_menu("In- en uitstroomlijsten")
    anna.page.get_by_label("Periode").select_option(value=f"{due_month(date.today()):%Y-%m}")
    anna.page.get_by_role("button", name="De lijst bekijken").click()
    anna.page.get_by_role("link", name="Vastgesteld op").click()
    anna.sees("Vastgesteld tot en met")
