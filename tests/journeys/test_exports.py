"""Geplande lijsten: Anna takes what was made for her, plans another and stops it (X11)."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from playwright.sync_api import expect


@pytest.mark.feature("X11")
def test_a_list_is_made_by_itself_taken_planned_and_stopped(anna, someone):
    # Given a list that was made for Anna, who has a message of it
    menu = anna.page.get_by_role("navigation", name="Hoofdmenu")
    menu.get_by_role("link", name=re.compile("^Berichten")).click()
    anna.page.get_by_label("Categorie").select_option(label="Geplande lijst")
    anna.page.get_by_role("button", name="Selecteren").click()
    anna.page.get_by_role("link", name="Uw geplande lijst staat klaar: Huidige deelnemers").first.click()
    anna.finds_no_barriers("export-message")
    anna.page.get_by_role("link", name="Naar uw geplande lijsten").click()
    anna.sees_heading("Geplande lijsten")
    anna.finds_no_barriers("exports")
    # When she takes it, then it is a workbook
    ready = anna.page.get_by_role("region", name="Tabel met lijsten die klaar zijn")
    with anna.page.expect_download() as taken:
        ready.get_by_role("link").first.click()
    assert re.fullmatch(r"deelnemers-\d{4}-\d\d-\d\d\.xlsx", taken.value.suggested_filename)
    assert openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active.max_row > 10
    # And she plans another, from the list itself
    anna.follows_menu("In- en uitstroomlijsten")
    anna.page.get_by_label("Wie").select_option(label="Toon alle deelnemers")
    anna.page.get_by_role("button", name="De lijst bekijken").click()
    anna.page.get_by_role("link", name="Vanzelf laten maken").click()
    anna.sees_heading("Lijst plannen")
    anna.page.get_by_role("button", name="Lijst plannen").click()
    anna.sees("Maak een keuze.")
    anna.finds_no_barriers("export-plan-error")
    anna.page.get_by_label("Wanneer?").select_option(label="Elke vrijdag")
    anna.page.get_by_role("button", name="Lijst plannen").click()
    anna.sees("Kies een dag van de maand.")
    anna.page.get_by_label("Wanneer?").select_option(label="Elke maand op dag 11")
    anna.page.get_by_role("button", name="Lijst plannen").click()
    anna.sees("De lijst is gepland.")
    planned = anna.page.get_by_role("region", name="Tabel met geplande lijsten").get_by_role("row")
    row = planned.filter(has_text="Elke maand op dag 11")
    row.get_by_role("button", name=re.compile("^Stoppen")).click()
    anna.sees("De lijst wordt niet meer gemaakt.")
    expect(row).to_contain_text("Door u gestopt")
    # Then her colleague sees nothing of it
    dewi = someone("Dewi Kaya")
    dewi.opens("/geplande-lijsten/")
    dewi.sees("U heeft nog niets gepland.")
    dewi.finds_no_barriers("exports-none")
