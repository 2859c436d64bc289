"""Femke reads that the overview is ready and opens it, Anna finds somebody in it, Sanne sees the files (U25)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from collectief.demo.deductible import AMOUNTS

LAST_YEAR = date.today().year - 1


@pytest.mark.feature("U25")
@pytest.mark.feature("U29")
@pytest.mark.feature("K04")
def test_the_yearly_overview_is_told_opened_and_downloaded(someone, staff):
    femke = someone("Femke Visser")
    femke.page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name=re.compile("^Berichten")).click()
    femke.page.get_by_label("Categorie").select_option(label="Financieel")
    femke.page.get_by_role("button", name="Selecteren").click()
    femke.page.get_by_role("link", name=f"Het overzicht eigen risico verbruik van {LAST_YEAR} staat klaar").click()
    femke.finds_no_barriers("deductible-message")
    femke.page.get_by_role("link", name="Naar het overzicht").click()
    femke.sees_heading(f"Eigen risico verbruik {LAST_YEAR}")
    femke.finds_no_barriers("deductible-financial")
    anna = someone("Anna de Boer")
    anna.follows_menu("Eigen risico verbruik")
    anna.sees("kan nog oplopen")
    anna.finds_no_barriers("deductible-this-year")
    anna.page.get_by_role("link", name=str(LAST_YEAR), exact=True).click()
    anna.sees_heading(f"Eigen risico verbruik {LAST_YEAR}")
    anna.page.get_by_role("link", name=re.compile("^Verbruikt")).click()
    anna.page.get_by_role("link", name=re.compile("^Verbruikt")).click()
    most = f"{max(AMOUNTS) / 100:.2f}".replace(".", ",")
    used = anna.page.locator("tbody tr").first.locator("td").nth(2)
    expect(used).to_contain_text(most)
    anna.page.get_by_label("Verbruik", exact=True).select_option(label="Er is niets verbruikt")
    anna.page.get_by_role("button", name="Selecteren").click()
    expect(used).to_contain_text("€\u00a00,00")
    anna.finds_no_barriers("deductible-found")
    with anna.page.expect_download() as taken:
        anna.page.get_by_role("link", name="Download dit overzicht").click()
    assert taken.value.suggested_filename == f"eigen-risico-verbruik-{LAST_YEAR}.xlsx"
    with anna.page.expect_download() as taken:
        anna.page.get_by_role("link", name=re.compile("^PDF jaaroverzicht van")).first.click()
    assert re.fullmatch(rf"eigen-risico-\d+-{LAST_YEAR}\.pdf", taken.value.suggested_filename)
    anna.page.get_by_label("Achternaam of relatienummer").fill("zzzz")
    anna.page.get_by_role("button", name="Selecteren").click()
    anna.sees("We vinden niemand in dit overzicht.")
    anna.finds_no_barriers("deductible-nobody")
    sanne = staff("sanne@kantoor.example")
    sanne.follows_menu("Eigen risico: bestanden")
    expect(sanne.page.locator("tbody tr")).to_have_count(2)
    sanne.finds_no_barriers("deductible-files")
    sanne.page.locator("tbody tr").first.get_by_role("link").click()
    sanne.sees("kernadministratie")
    sanne.finds_no_barriers("deductible-file")
