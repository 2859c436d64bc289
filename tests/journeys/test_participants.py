"""Huidige deelnemers, Oud deelnemers, Nieuwe deelnemer, Mislukte verwerkingen: as the manual tells it."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from itertools import islice

import openpyxl
import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from collectief.demo.cast import OTTO
from collectief.foundation.dates import dutch
from collectief.gateways.brp.inhabitants import dummy_bsns, inhabitant

TODAY = date.today()
PEOPLE = list(islice(dummy_bsns(60, seed=4242), 60))


def _enrols(anna, number: int, *, surname: str = "", first_day: date = TODAY, **address: str) -> str:
    """Anna fills in Nieuwe deelnemer for one of the population and sends it; the name on screen afterwards."""
    someone = inhabitant(PEOPLE[number])
    anna.follows_menu("Nieuwe deelnemer")
    fill = {
        "Ingangsdatum": dutch(first_day), "Burgerservicenummer (BSN)": someone.bsn.digits,
        "Voorletters": someone.name.initials, "Voorvoegsel": someone.name.prefix,
        "Achternaam": surname or someone.name.surname, "Geboortedatum": someone.birth_date.dutch,
        "Extern referentienummer": f"J-{number:04}", **address,
    }  # fmt: skip
    for label, value in fill.items():
        anna.page.get_by_label(label, exact=True).fill(value)
    anna.page.get_by_role("button", name="Aanmelden").click()
    return str(someone.name)


def _finds(anna, **search: str) -> None:
    anna.follows_menu("Huidige deelnemers")
    for label, value in search.items():
        anna.page.get_by_role("search").get_by_label(label.replace("_", " "), exact=True).fill(value)
    anna.turns_page(anna.page.get_by_role("button", name="Zoek deelnemer"))


@pytest.mark.feature("U18")
def test_a_new_participant_is_checked_and_enrolled(anna):
    name = _enrols(anna, 1)
    anna.sees("Dit is verwerkt.")
    anna.finds_no_barriers()
    _finds(anna, Extern_referentienummer="J-0001")
    anna.sees(name)
    anna.sees("Aantal deelnemers: 1")
    anna.finds_no_barriers()
    anna.page.get_by_role("link", name=name).click()
    anna.page.get_by_role("link", name="Bekijk alle details en acties voor deze deelnemer").click()
    insurance = anna.page.get_by_role("region", name="Tabel verzekering")
    insurance.get_by_role("row", name=re.compile(f"Basisverzekering .* {dutch(TODAY)} .* Verzekerd")).wait_for()
    anna.finds_no_barriers()


@pytest.mark.feature("U05")
@pytest.mark.feature("U17")
def test_the_policy_schedule_is_behind_a_name_and_whoever_holds_it_can_check_it(anna):
    """U kunt het huidige polisblad downloaden door op het PDF-icoon achter de naam te klikken."""
    anna.follows_menu("Huidige deelnemers")
    row = anna.page.locator("tbody tr", has=anna.page.get_by_role("link", name="PDF polisblad")).first
    name = row.locator("th a").first.inner_text()
    with anna.page.expect_download() as taken:
        row.get_by_role("link", name="PDF polisblad").click()
    text = PdfReader(taken.value.path()).pages[0].extract_text()
    assert taken.value.suggested_filename.startswith("polisblad-")
    assert name in " ".join(text.split())
    number = re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", text)
    assert number
    row.locator("th a").first.click()
    anna.page.get_by_role("link", name="Bekijk alle details en acties voor deze deelnemer").click()
    anna.page.get_by_role("link", name="Huidig polisblad").wait_for()
    anna.page.get_by_role("link", name="Document controleren").click()
    anna.sees_heading("Document controleren")
    anna.page.get_by_label("Nummer van het document").fill(number[0].lower())
    anna.page.get_by_role("button", name="Controleren").click()
    anna.sees("Wij hebben een document met dit nummer gemaakt")
    anna.finds_no_barriers()


@pytest.mark.feature("U16")
def test_the_termination_letter_of_who_left_shows_the_last_day(anna):
    anna.follows_menu("Oud deelnemers")
    # The first contract is one that insures.
    anna.page.get_by_role("search").get_by_label("Contract").select_option(index=1)
    anna.turns_page(anna.page.get_by_role("button", name="Zoek deelnemer"))
    anna.page.locator("tbody th a").first.click()
    anna.page.get_by_role("link", name="Bekijk alle details en acties voor deze oud deelnemer").click()
    link = anna.page.get_by_role("link", name="Beëindigingsbrief").first
    day = link.inner_text().split()[-1]
    anna.finds_no_barriers()
    with anna.page.expect_download() as taken:
        link.click()
    assert f"De laatste verzekerde dag is {day}." in " ".join(
        PdfReader(taken.value.path()).pages[0].extract_text().split()
    )


@pytest.mark.feature("U08")
@pytest.mark.feature("U15")
@pytest.mark.parametrize(
    ("menu", "link"),
    [
        ("Huidige deelnemers", "Bekijk alle details en acties voor deze deelnemer"),
        ("Oud deelnemers", "Bekijk alle details en acties voor deze oud deelnemer"),
    ],
)
def test_the_insurance_statement_of_who_takes_part_or_took_part_is_made_at_once(anna, menu, link):
    anna.follows_menu(menu)
    # The first contract is one that insures.
    anna.page.get_by_role("search").get_by_label("Contract").select_option(index=1)
    anna.turns_page(anna.page.get_by_role("button", name="Zoek deelnemer"))
    row = anna.page.locator("tbody tr:not(.c-pending) th a").first
    name = row.inner_text()
    row.click()
    anna.page.get_by_role("link", name=link).click()
    statement = anna.page.get_by_role("link", name="Verzekeringsverklaring over")
    last_day = statement.inner_text().split()[-1]
    with anna.page.expect_download() as taken:
        statement.click()
    text = " ".join(PdfReader(taken.value.path()).pages[0].extract_text().split())
    assert name in text
    assert f"Via de genoemde contracten is deze persoon op {last_day}" in text
    assert ("niet verzekerd" in text) == (menu == "Oud deelnemers")


@pytest.mark.feature("U18")
@pytest.mark.feature("U26")
def test_a_name_that_the_brp_does_not_know_fails_with_reason_and_remedy(anna):
    _enrols(anna, 2, surname="Verkeerdenaam")
    anna.sees("De naam hoort volgens de BRP niet bij dit BSN.")
    anna.finds_no_barriers()
    anna.follows_menu("Dashboard")
    anna.sees("Verkeerdenaam")
    anna.follows_menu("Mislukte verwerkingen")
    anna.sees("Verkeerdenaam")
    anna.finds_no_barriers()
    anna.page.get_by_role("row", name=re.compile("Verkeerdenaam")).get_by_role("link", name="Opnieuw aanmelden").click()
    assert anna.page.get_by_label("Achternaam").input_value() == "Verkeerdenaam"
    assert anna.page.get_by_label("Burgerservicenummer (BSN)").input_value() == ""


@pytest.mark.feature("U18")
def test_an_empty_form_says_what_is_missing(anna):
    anna.follows_menu("Nieuwe deelnemer")
    anna.page.get_by_role("button", name="Aanmelden").click()
    anna.sees("Er is een probleem")
    anna.sees("Vul het burgerservicenummer in.")
    anna.finds_no_barriers()


@pytest.mark.feature("U06")
@pytest.mark.feature("X05")
def test_a_participant_is_terminated_in_the_list_shows_grey_and_is_withdrawn(anna):
    name = _enrols(anna, 3, first_day=TODAY - timedelta(days=60))
    anna.sees("Dit is verwerkt.")
    _finds(anna, Extern_referentienummer="J-0003")
    anna.page.get_by_role("link", name=name).click()
    last_day = TODAY + timedelta(days=20)
    anna.page.get_by_label("Einddatum (t/m)", exact=True).fill(dutch(last_day))
    anna.page.get_by_label("Reden").select_option(label="Einde dienstverband")
    anna.finds_no_barriers()
    anna.page.get_by_role("button", name="Afmelden").click()
    anna.sees(f"Afmelding van {name} t/m {dutch(last_day)} is ontvangen.")
    expect(anna.page.locator("tr.c-pending")).to_have_count(1)
    anna.finds_no_barriers()
    anna.page.get_by_role("link", name=name).click()
    anna.page.get_by_role("link", name="Bekijk alle details en acties voor deze deelnemer").click()
    anna.sees_heading(name)
    anna.finds_no_barriers()
    anna.page.get_by_role("link", name="Intrekken").first.click()
    anna.finds_no_barriers()
    anna.page.get_by_role("button", name="Intrekken").click()
    anna.sees("De wijziging is ingetrokken")
    anna.sees("Ingetrokken")


@pytest.mark.feature("U06")
def test_an_end_before_the_start_is_told_at_the_field(anna):
    name = _enrols(anna, 4, first_day=TODAY)
    anna.sees("Dit is verwerkt.")
    _finds(anna, Extern_referentienummer="J-0004")
    anna.page.get_by_role("link", name=name).click()
    anna.page.get_by_label("Einddatum (t/m)", exact=True).fill(dutch(TODAY - timedelta(days=9)))
    anna.page.get_by_label("Reden").select_option(label="Overleden")
    anna.page.get_by_role("button", name="Afmelden").click()
    anna.sees("De einddatum ligt voor de ingangsdatum")
    assert anna.page.get_by_label("Einddatum (t/m)", exact=True).input_value() == dutch(TODAY - timedelta(days=9))
    anna.finds_no_barriers()


@pytest.mark.feature("U12")
@pytest.mark.feature("U13")
@pytest.mark.feature("U14")
def test_who_left_stands_under_oud_deelnemers_and_is_enrolled_again(anna):
    name = _enrols(anna, 5, first_day=TODAY - timedelta(days=60))
    anna.sees("Dit is verwerkt.")
    _finds(anna, Extern_referentienummer="J-0005")
    number = anna.page.locator("tbody tr td").first.inner_text()
    anna.page.get_by_role("link", name=name).click()
    anna.page.get_by_label("Einddatum (t/m)", exact=True).fill(dutch(TODAY - timedelta(days=5)))
    anna.page.get_by_label("Reden").select_option(label="Einde dienstverband")
    anna.page.get_by_role("button", name="Afmelden").click()
    anna.sees("is ontvangen")
    anna.follows_menu("Oud deelnemers")
    anna.page.get_by_role("search").get_by_label("Relatienummer").fill(number)
    anna.turns_page(anna.page.get_by_role("button", name="Zoek deelnemer"))
    anna.sees("Aantal deelnemers: 1")
    anna.page.get_by_role("link", name=name).click()
    anna.finds_no_barriers()
    anna.page.get_by_label("Aanmelddatum").fill(dutch(TODAY))
    anna.page.get_by_role("button", name="Aanmelden").click()
    anna.sees(f"Aanmelding van {name} per {dutch(TODAY)} is ontvangen.")
    _finds(anna, Relatienummer=number)
    anna.sees("Aantal deelnemers: 1")
    anna.finds_no_barriers()


@pytest.mark.feature("U07")
@pytest.mark.feature("U10")
@pytest.mark.feature("U19")
def test_contract_and_reference_are_changed_on_the_participants_page(anna):
    name = _enrols(anna, 6, first_day=TODAY - timedelta(days=60))
    anna.sees("Dit is verwerkt.")
    anna.page.get_by_role("link", name="Naar de deelnemer").click()
    anna.page.get_by_role("link", name="Referentienummer wijzigen").click()
    anna.page.get_by_label("Extern referentienummer").fill("NIEUW-6")
    anna.finds_no_barriers()
    anna.page.get_by_role("button", name="Wijzigen").click()
    anna.sees(f"Het referentienummer van {name} is gewijzigd.")
    anna.page.get_by_role("link", name="Wissel contract…").click()
    anna.page.get_by_label("Ingangsdatum").fill(dutch(TODAY))
    anna.finds_no_barriers()
    anna.page.get_by_role("button", name="Overzetten").click()
    anna.sees(f"{name} is overgezet per {dutch(TODAY)}.")
    anna.finds_no_barriers()


@pytest.mark.feature("X05")
def test_a_termination_in_error_is_undone_in_one_step(anna):
    name = _enrols(anna, 7, first_day=TODAY - timedelta(days=60))
    anna.sees("Dit is verwerkt.")
    anna.page.get_by_role("link", name="Naar de deelnemer").click()
    anna.page.get_by_role("link", name="Afmelden").click()
    anna.page.get_by_label("Einddatum (t/m)", exact=True).fill(dutch(TODAY - timedelta(days=2)))
    anna.page.get_by_label("Reden").select_option(label="Einde dienstverband")
    anna.page.get_by_role("button", name="Afmelden").click()
    anna.sees("is ontvangen")
    anna.page.get_by_role("link", name="Ongedaan maken").first.click()
    anna.page.get_by_role("button", name="Ongedaan maken").click()
    anna.sees("De wijziging is ongedaan gemaakt")
    _finds(anna, Extern_referentienummer="J-0007")
    anna.sees(name)


@pytest.mark.feature("U04")
def test_the_list_is_searched_sorted_and_paged(anna):
    anna.follows_menu("Huidige deelnemers")
    anna.turns_page(anna.page.get_by_role("link", name="Geboortedatum"))
    dates = anna.page.locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert dates and [d.split("-")[::-1] for d in dates] == sorted(d.split("-")[::-1] for d in dates)
    anna.turns_page(anna.page.get_by_role("link", name="25", exact=True))
    anna.turns_page(anna.page.get_by_role("link", name="Volgende"))
    assert anna.page.locator("tbody tr").count() >= 1
    anna.finds_no_barriers()
    _finds(anna, Achternaam="zzzzz")
    anna.sees("We vinden niemand met deze gegevens")
    anna.finds_no_barriers()


@pytest.mark.feature("U03")
def test_the_dashboard_shows_what_was_done_and_what_failed_with_a_link(anna):
    anna.sees("Laatste mislukte verwerkingen")
    anna.sees("Laatste verwerkingen")
    anna.page.get_by_role("link", name="Alle mislukte verwerkingen van de laatste 30 dagen").first.click()
    anna.sees_heading("Mislukte verwerkingen")
    anna.finds_no_barriers()


def test_otto_cannot_open_annas_participant(anna, otto):
    name = _enrols(anna, 8)
    anna.sees("Dit is verwerkt.")
    anna.turns_page(anna.page.get_by_role("link", name="Naar de deelnemer"))
    path = anna.page.url.removeprefix(anna.stack.portal("mijnzz"))
    otto.opens(path)
    otto.sees("Deze pagina bestaat niet")
    assert name not in otto.page.content()
    otto.finds_no_barriers()


@pytest.mark.feature("U20")
def test_an_address_abroad_that_is_filled_in_stands_on_the_participants_page(anna):
    """Adresgegevens (niet verplicht): for an S1 later, the full home address with house number."""
    # Given the form, which says why the address matters
    anna.follows_menu("Nieuwe deelnemer")
    anna.sees("Let op: om later een S1-formulier aan te vragen")
    # When Anna enrols somebody with an address in Poland
    _enrols(
        anna, 9, Land="Polen", Straat="Ulica Długa", Huisnummer="12b m. 4", Postcode="00-238", Woonplaats="Warszawa"
    )
    anna.sees("Dit is verwerkt.")
    # Then it stands on the page of the participant
    anna.page.get_by_role("link", name="Naar de deelnemer").click()
    for part in ("Ulica Długa 12b m. 4", "00-238 Warszawa", "Polen"):
        anna.sees(part)
    anna.finds_no_barriers()


@pytest.mark.feature("U04")
@pytest.mark.feature("U19")
def test_a_participant_is_found_by_birth_date_relation_number_and_reference(anna):
    """Deelnemers zoeken: achternaam, relatienummer, geboortedatum of extern referentienummer."""
    # Given somebody of whom Anna knows all of these
    name = _enrols(anna, 10)
    anna.sees("Dit is verwerkt.")
    _finds(anna, Extern_referentienummer="J-0010")
    number, born = (anna.page.locator("tbody tr td").nth(n).inner_text() for n in (0, 1))
    # When she searches on one of them, then that person is in the list
    for search in ({"Relatienummer": number}, {"Geboortedatum": born}, {"Extern_referentienummer": "J-001"},
                   {"Relatienummer": number, "Geboortedatum": born}):  # fmt: skip
        _finds(anna, **search)
        anna.page.get_by_role("link", name=name, exact=True).wait_for()
    # And who was born on another day is not
    _finds(anna, Relatienummer=number, Geboortedatum="01-01-1901")
    anna.sees("We vinden niemand met deze gegevens")


@pytest.mark.feature("G05")
@pytest.mark.feature("U04")
def test_the_list_of_a_contract_and_what_is_found_are_taken_along(anna):
    """Selecteer het juiste contract en klik op ‘zoek deelnemer’. Links onderin vindt u ‘Download volledige lijst’."""

    def taken(button: str) -> list[tuple]:
        with anna.page.expect_download() as file:
            anna.page.get_by_role("link", name=button).click()
        return list(openpyxl.load_workbook(io.BytesIO(file.value.path().read_bytes())).active.values)

    anna.follows_menu("Huidige deelnemers")
    search = anna.page.get_by_role("search")
    search.get_by_label("Contract").select_option(index=2)
    anna.turns_page(search.get_by_role("button", name="Zoek deelnemer"))
    anna.page.get_by_text("Aantal deelnemers").wait_for()
    anna.finds_no_barriers("lijst-downloaden")
    heads, *whole = taken("Download volledige lijst")
    assert f"Aantal deelnemers: {len(whole)}" in anna.page.locator("main").inner_text()
    surname = whole[0][heads.index("Achternaam")]
    search.get_by_label("Achternaam").fill(surname)
    anna.turns_page(search.get_by_role("button", name="Zoek deelnemer"))
    anna.page.get_by_role("link", name="Download wat is gevonden").wait_for()
    _, *found = taken("Download wat is gevonden")
    assert whole[0] in found and 0 < len(found) < len(whole)
    assert len(taken("Download volledige lijst")) == len(whole) + 1


@pytest.mark.feature("U04")
def test_the_search_is_over_one_contract_or_over_all(anna):
    """Naast de button Zoek deelnemer kiezen: alle beschikbare contracten of één specifiek contract."""
    anna.follows_menu("Huidige deelnemers")
    counted = {}
    for contract in (
        "Alle contracten",
        "23595 – Vestiging Leiden",
        "23596 – Vestiging Delft",
        "23597 – Vestiging Den Haag",
    ):
        anna.page.get_by_role("search").get_by_label("Contract").select_option(label=contract)
        anna.turns_page(anna.page.get_by_role("button", name="Zoek deelnemer"))
        shown = set(anna.page.locator("tbody tr td:nth-child(7)").all_inner_texts())
        if contract != "Alle contracten":
            assert shown == {contract.split(" ")[0]}
        counted[contract] = int(anna.page.locator("#aantal").inner_text().split(": ")[1].replace(".", ""))
    assert counted.pop("Alle contracten") == sum(counted.values())


@pytest.mark.feature("U10")
def test_changing_contract_is_offered_only_where_there_are_several(someone):
    """Let op: deze functionaliteit is alleen beschikbaar als er meerdere contracten zijn gekoppeld."""
    otto = someone("Otto Smit", OTTO.name, brand="voorbeeld")
    otto.follows_menu("Huidige deelnemers")
    assert otto.page.get_by_role("search").get_by_label("Contract").count() == 0
    otto.page.locator("tbody th a").first.click()
    otto.page.get_by_role("link", name="Bekijk alle details en acties voor deze deelnemer").click()
    otto.page.get_by_role("link", name="Afmelden").first.wait_for()
    assert otto.page.get_by_role("link", name="Wissel contract…").count() == 0
    otto.finds_no_barriers()


@pytest.mark.feature("U06")
def test_who_leaves_shows_grey_with_the_last_day_until_then(anna):
    """Na het afmelden wordt de naam van de deelnemer grijs weergegeven."""
    name = _enrols(anna, 11, first_day=TODAY - timedelta(days=30))
    anna.sees("Dit is verwerkt.")
    _finds(anna, Extern_referentienummer="J-0011")
    anna.page.get_by_role("link", name=name, exact=True).click()
    anna.page.get_by_label("Einddatum (t/m)", exact=True).fill(dutch(TODAY))
    anna.page.get_by_label("Reden").select_option(label="Einde dienstverband")
    anna.page.get_by_role("button", name="Afmelden").click()
    anna.sees(f"Afmelding van {name} t/m {dutch(TODAY)} is ontvangen.")
    row = anna.page.get_by_role("row", name=re.compile(re.escape(name)))
    assert dutch(TODAY) in row.inner_text()
    grey, black = (
        anna.page.evaluate("(e) => getComputedStyle(e).color", found.element_handle())
        for found in (row.locator("td").first, anna.page.locator("h1"))
    )
    assert grey != black


def test_a_change_is_sent_once_however_often_the_button_is_pressed(anna):
    """Two clicks are one application: the second finds the button at rest."""
    anna.follows_menu("Nieuwe deelnemer")
    sent = []
    anna.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    anna.page.evaluate(
        "() => { const b = [...document.querySelectorAll('main button')].at(-1); b.click(); b.click(); b.click(); }"
    )
    anna.sees("Er is een probleem")
    assert len(sent) == 1
