"""MijnZZ Zakelijk voor gemeenten: finding and terminating a client, and what a municipality does not have."""

from __future__ import annotations

import re

import pytest

from collectief.demo.cast import DUINSTAD

# What the manual of the municipality does not have (G12).
NOT_HERE = {
    "Oud deelnemers": "/oud-deelnemers/",
    "Upload aan- en afmeldingen": "/uploads/",
    "Mislukte verwerkingen": "/mislukte-verwerkingen/",
}


@pytest.fixture
def inge(someone):
    return someone("Inge van Rijn", DUINSTAD.name)


@pytest.mark.feature("G02")
@pytest.mark.feature("G03")
@pytest.mark.feature("G04")
def test_a_client_is_found_by_bsn_and_terminated_in_the_list(inge):
    """U kunt een deelnemer vinden door te zoeken op naam, geboortedatum, BSN of relatienummer."""
    inge.follows_menu("Huidige deelnemers")
    head = inge.page.locator("thead th").all_inner_texts()
    assert head == [
        "Naam",
        "Contract",
        "BSN",
        "Relatienummer",
        "Geboortedatum",
        "Geslacht",
        "Ingangsdatum",
        "Einddatum (t/m)",
        "Bijschrijven verzekering",
        "Status",
    ]
    inge.finds_no_barriers("gemeente huidige deelnemers")
    row = inge.page.locator("tbody tr", has_text="Actief").first
    name, bsn = row.locator("th").inner_text(), row.locator("td").nth(1).inner_text()
    assert re.fullmatch(r"\d{9}", bsn)

    search = inge.page.get_by_label("Burgerservicenummer (BSN)")
    search.fill("123456789")
    inge.page.get_by_role("button", name="Zoek op BSN").click()
    inge.sees("Dit is geen geldig BSN.")
    inge.finds_no_barriers("gemeente zoeken geen bsn")
    assert "123456789" not in inge.page.content()
    inge.page.get_by_label("Burgerservicenummer (BSN)").fill(bsn)
    inge.page.get_by_role("button", name="Zoek op BSN").click()
    inge.sees("Aantal deelnemers: 1")
    assert bsn not in inge.page.url
    inge.page.get_by_role("link", name=name).click()
    inge.page.get_by_label("Einddatum (t/m)", exact=True).wait_for()
    reasons = inge.page.get_by_label("Reden").locator("option").all_inner_texts()
    assert reasons[1:] == ["Einde collectiviteit", "Overleden"]
    inge.finds_no_barriers("gemeente afmelden in de lijst")
    inge.page.get_by_role("link", name="Bekijk alle details en acties voor deze deelnemer").click()
    inge.sees_heading(name)
    inge.sees(bsn)
    assert "Extern referentienummer" not in inge.page.locator("main").inner_text()
    inge.finds_no_barriers("gemeente deelnemer")


@pytest.mark.feature("G12")
def test_what_a_municipality_does_not_use_is_not_in_the_menu_and_closed_at_its_address(inge):
    menu = inge.page.get_by_role("navigation", name="Hoofdmenu").inner_text()
    portal = inge.page.url.partition("/dashboard")[0]
    for name, address in NOT_HERE.items():
        assert name not in menu
        answer = inge.page.goto(portal + address)
        assert answer.status == 403, address
    inge.follows_menu("Nieuwe deelnemer")
    assert "Extern referentienummer" not in inge.page.locator("main").inner_text()
    inge.finds_no_barriers("gemeente nieuwe deelnemer")
