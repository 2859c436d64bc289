"""Rechten en contracten van een gebruiker: who works in some contracts, and who gives them (G13)."""

from __future__ import annotations

import io

import openpyxl
import pytest

from collectief.demo.cast import BRUG

LEIDEN, DELFT, THE_HAGUE = (number for number, _ in BRUG.contracts)


@pytest.mark.feature("G13")
def test_a_colleague_is_given_other_contracts_and_sees_those(someone):
    """Klik de rechten aan én het contract waar die persoon toegang voor heeft, en klik op account bewerken."""
    lisa, bas = someone("Lisa Vos"), someone("Bas Mulder")
    lisa.follows_menu("Huidige deelnemers")
    search = lisa.page.get_by_label("Contract", exact=True)
    assert search.locator("option").all_text_contents()[1:] == [
        f"{LEIDEN} – Vestiging Leiden",
        f"{DELFT} – Vestiging Delft",
    ]
    lisa.finds_no_barriers()

    bas.follows_menu("Accountbeheer")
    bas.sees(f"{LEIDEN}, {DELFT}")
    bas.finds_no_barriers()
    bas.page.get_by_role("link", name="Lisa Vos").click()
    bas.sees_heading("Lisa Vos")
    assert bas.page.get_by_label("Alleen deze contracten:").is_checked()
    bas.finds_no_barriers()
    bas.page.get_by_label("Vestiging Leiden").uncheck()
    bas.page.get_by_label("Vestiging Delft").uncheck()
    bas.page.get_by_role("button", name="Profiel wijzigen").click()
    bas.sees("Kies ten minste één contract.")
    bas.finds_no_barriers()
    bas.page.get_by_label("Vestiging Delft").check()
    bas.page.get_by_role("button", name="Profiel wijzigen").click()
    bas.sees("Het profiel van Lisa Vos is gewijzigd.")

    lisa.follows_menu("Huidige deelnemers")
    assert lisa.page.get_by_label("Contract", exact=True).count() == 0
    shown = lisa.page.locator("main").inner_text()
    assert LEIDEN not in shown and THE_HAGUE not in shown
    lisa.follows_menu("Accountbeheer")
    lisa.sees("Lisa Vos")
    assert "Anna de Boer" not in lisa.page.locator("main").inner_text()
    lisa.page.get_by_role("link", name="Nieuw account aanmaken").click()
    lisa.sees("Vestiging Delft")
    assert "Vestiging Leiden" not in lisa.page.locator("main").inner_text()
    lisa.finds_no_barriers()
    # As it was, for whoever comes next.
    bas.page.get_by_role("link", name="Lisa Vos").click()
    bas.page.get_by_label("Vestiging Leiden").check()
    bas.page.get_by_role("button", name="Profiel wijzigen").click()
    bas.sees("Het profiel van Lisa Vos is gewijzigd.")


@pytest.mark.feature("U27")
def test_the_use_of_a_contract_is_seen_month_by_month_and_taken_along(anna):
    """Via de optie ‘Contract gebruik’ kunt u per contract vanaf de ingangsdatum de volgende gegevens inzien."""
    anna.follows_menu("Contract gebruik")
    anna.sees_heading("Contract gebruik")
    anna.finds_no_barriers()
    anna.page.get_by_label("Contract", exact=True).select_option(label=f"{DELFT} – Vestiging Delft")
    anna.page.get_by_role("button", name="Tonen").click()
    anna.page.get_by_role("heading", name=f"{DELFT} – Vestiging Delft", level=2).wait_for()
    row = anna.page.locator("tbody tr").first
    number = row.locator("td").first.inner_text()
    assert (
        anna.page.get_by_text("Huidig aantal deelnemers").locator("xpath=following-sibling::dd").inner_text() == number
    )
    with anna.page.expect_download() as taken:
        anna.page.get_by_role("link", name="Download deze lijst").click()
    # The name a browser keeps it under has no ending.
    sheet = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active
    [heads, latest, *_] = sheet.values
    assert heads[:5] == ("Maand", "Aantal deelnemers", "Verschil", "Ingestroomd", "Uitgestroomd")
    assert str(latest[1]) == number


@pytest.mark.feature("U23")
def test_a_list_of_who_came_and_left_is_chosen_seen_and_taken_along(anna):
    """Kies een maand waarvoor u een in- en uitstroomlijst wilt bekijken of downloaden."""
    anna.follows_menu("In- en uitstroomlijsten")
    anna.sees_heading("In- en uitstroomlijsten")
    anna.page.get_by_label("Contract", exact=True).select_option(label=f"{DELFT} – Vestiging Delft")
    year = anna.page.get_by_label("Periode").locator("option", has_text="januari t/m december").nth(1).inner_text()
    anna.page.get_by_label("Periode").select_option(label=year)
    anna.page.get_by_label("Wie").select_option(label="Toon alleen in- en uitstromers")
    anna.page.get_by_role("button", name="De lijst bekijken").click()
    anna.page.get_by_role("heading", name=f"{DELFT} – Vestiging Delft: {year}", level=2).wait_for()
    anna.finds_no_barriers("in-en-uitstroom")
    movers = _lines_of(anna)
    tags = set(anna.page.locator("tbody .ds-tag").all_inner_texts())
    assert tags and tags <= {"Ingestroomd", "Uitgestroomd", "In- en uitgestroomd"}
    with anna.page.expect_download() as taken:
        anna.page.get_by_role("link", name="Download deze in- en uitstroomlijst").click()
    heads, *rows = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active.values
    assert "BSN" not in heads and heads[-1] == "In- of uitstroom"
    assert len(rows) == movers
    anna.page.get_by_label("Wie").select_option(label="Toon alle deelnemers")
    anna.page.get_by_role("button", name="De lijst bekijken").click()
    anna.page.get_by_role("cell", name="Deelnemer", exact=True).first.wait_for()
    assert _lines_of(anna) > movers


def _lines_of(reader) -> int:
    """How many lines the list on the page has in all."""
    lines = reader.page.get_by_text("Regels in de lijst").locator("xpath=following-sibling::dd").inner_text()
    return int(lines.replace(".", ""))
