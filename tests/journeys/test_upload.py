"""Upload aan- en afmeldingen: file in, plan on screen, agreement, result."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from collectief.demo.files import write_demo_file, write_leavers

FIRST_DAY = date.today().replace(day=1)


def _sends(visitor, path: Path) -> None:
    visitor.follows_menu("Upload aan- en afmeldingen")
    visitor.page.get_by_label("Bestand", exact=True).set_input_files(path)
    visitor.page.get_by_role("button", name="Verstuur").click()


@pytest.mark.feature("U21")
def test_anna_uploads_the_template_and_agrees_with_the_plan(anna, tmp_path):
    file = tmp_path / "november.xlsx"
    write_demo_file(file, rows=60, seed=21, first_day=FIRST_DAY)
    _sends(anna, file)
    anna.page.get_by_role("button", name="Verwerk alle 60 regels").wait_for(timeout=60_000)
    anna.finds_no_barriers()
    anna.page.get_by_role("button", name="Verwerk alle 60 regels").click()
    anna.page.locator("h1 .ds-tag").get_by_text("Verwerkt", exact=True).wait_for(timeout=60_000)
    anna.finds_no_barriers()
    # The same file again changes nothing.
    _sends(anna, file)
    anna.sees("Alles in dit bestand is al zo")
    anna.finds_no_barriers()


@pytest.mark.feature("X02")
def test_bad_rows_are_told_with_row_number_and_come_back_as_a_file(anna, tmp_path):
    file = tmp_path / "met-fouten.xlsx"
    write_demo_file(file, rows=40, seed=22, bad=50, first_day=FIRST_DAY)
    _sends(anna, file)
    anna.page.get_by_role("link", name="Download afgekeurde regels").wait_for(timeout=60_000)
    anna.finds_no_barriers()
    with anna.page.expect_download() as download:
        anna.page.get_by_role("link", name="Download afgekeurde regels").click()
    again = tmp_path / "opnieuw.xlsx"
    download.value.save_as(again)
    _sends(anna, again)
    anna.page.get_by_role("link", name="Download afgekeurde regels").wait_for(timeout=60_000)
    anna.page.get_by_role("button", name="Annuleer: wijzig niets").click()
    anna.sees("Er is niets gewijzigd")
    anna.finds_no_barriers()


@pytest.mark.feature("U21")
def test_a_picture_called_xlsx_is_refused_with_what_to_do(anna, tmp_path):
    file = tmp_path / "scan.xlsx"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 2000)
    _sends(anna, file)
    anna.page.get_by_role("link", name="Opnieuw versturen").wait_for(timeout=60_000)
    anna.finds_no_barriers()


@pytest.mark.feature("U21")
def test_the_empty_template_can_be_downloaded(anna):
    anna.follows_menu("Upload aan- en afmeldingen")
    with anna.page.expect_download() as download:
        anna.page.get_by_role("link", name="Download sjabloon").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


@pytest.mark.feature("U21")
def test_sending_nothing_says_what_to_choose(anna):
    anna.follows_menu("Upload aan- en afmeldingen")
    anna.page.get_by_role("button", name="Verstuur").click()
    anna.sees("Kies eerst het bestand")
    anna.finds_no_barriers()


@pytest.mark.feature("U21")
def test_otto_cannot_open_annas_upload(anna, otto, tmp_path):
    file = tmp_path / "van-anna.xlsx"
    write_demo_file(file, rows=5, seed=23, first_day=FIRST_DAY)
    _sends(anna, file)
    anna.page.get_by_role("button", name="Verwerk alle 5 regels").wait_for(timeout=60_000)
    path = anna.page.url.removeprefix(anna.stack.portal("mijnzz"))
    otto.opens(path)
    assert "van-anna" not in otto.page.content()
    otto.finds_no_barriers()


@pytest.mark.feature("U21")
def test_a_page_that_waits_does_not_call_back_who_leaves_it(anna, tmp_path):
    """The answer that the plan is ready comes while Anna is on her way to another page: she gets there."""
    file = tmp_path / "onderweg.xlsx"
    write_demo_file(file, rows=3, seed=24, first_day=FIRST_DAY)
    _sends(anna, file)
    anna.page.get_by_role("button", name="Verwerk alle 3 regels").wait_for(timeout=60_000)
    refreshed = anna.page.evaluate(
        """async () => {
             const asks = document.createElement("div");
             asks.setAttribute("hx-get", location.pathname + "voortgang/");
             asks.setAttribute("hx-trigger", "now");
             document.querySelector("main").append(asks);
             window.htmx.process(asks);
             window.dispatchEvent(new Event("beforeunload"));
             window.stillHere = true;
             asks.dispatchEvent(new Event("now"));
             await new Promise((done) => setTimeout(done, 1500));
             return !window.stillHere;
           }"""
    )
    assert not refreshed


@pytest.mark.feature("U21")
def test_the_browser_is_closed_while_the_file_is_checked(someone, tmp_path):
    """Nobody needs to stay: the check goes on, and the plan is there when Anna comes back in another browser."""
    anna = someone("Anna de Boer")
    file = tmp_path / "naar-huis.xlsx"
    write_demo_file(file, rows=900, seed=25, first_day=FIRST_DAY)
    _sends(anna, file)
    anna.sees_heading("naar-huis.xlsx")
    anna.page.context.close()

    again = someone("Anna de Boer")
    again.follows_menu("Upload aan- en afmeldingen")
    again.page.get_by_role("link", name="naar-huis.xlsx").click()
    again.page.get_by_role("button", name="Verwerk alle 900 regels").wait_for(timeout=60_000)
    again.finds_no_barriers()


@pytest.mark.feature("U21")
@pytest.mark.feature("U06")
def test_anna_terminates_people_with_a_file_and_finds_them_greyed(anna, tmp_path):
    enrol, leave = tmp_path / "aan.xlsx", tmp_path / "af.xlsx"
    write_demo_file(enrol, rows=6, seed=26, first_day=FIRST_DAY)
    last_day = date.today() + timedelta(days=40)
    write_leavers(leave, rows=6, seed=26, last_day=last_day)
    for file in (enrol, leave):
        _sends(anna, file)
        anna.page.get_by_role("button", name="Verwerk alle 6 regels").click(timeout=60_000)
        anna.page.locator("h1 .ds-tag").get_by_text("Verwerkt", exact=True).wait_for(timeout=60_000)
    anna.finds_no_barriers()

    anna.follows_menu("Huidige deelnemers")
    anna.page.get_by_label("Extern referentienummer").fill("S26-00000")
    anna.page.get_by_role("button", name="Zoek deelnemer").click()
    anna.sees("Aantal deelnemers: 6")
    expect(anna.page.locator("tr.c-pending")).to_have_count(6)
    expect(anna.page.get_by_role("cell", name=f"{last_day:%d-%m-%Y}")).to_have_count(6)
    anna.finds_no_barriers()


@pytest.mark.feature("U21")
def test_anna_cancels_and_nothing_is_changed(anna, tmp_path):
    file = tmp_path / "toch-niet.xlsx"
    write_demo_file(file, rows=3, seed=27, first_day=FIRST_DAY)
    _sends(anna, file)
    anna.page.get_by_role("button", name="Verwerk alle 3 regels").wait_for(timeout=60_000)
    anna.page.get_by_role("button", name="Annuleer: wijzig niets").click()
    anna.sees("Er is niets gewijzigd")
    anna.follows_menu("Huidige deelnemers")
    anna.page.get_by_label("Extern referentienummer").fill("S27-")
    anna.page.get_by_role("button", name="Zoek deelnemer").click()
    anna.sees("We vinden niemand met deze gegevens")
