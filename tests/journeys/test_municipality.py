"""MijnZZ Zakelijk voor gemeenten: finding and terminating a client, and what a municipality does not have."""

from __future__ import annotations

import re
from datetime import date

import pytest

from collectief.demo.cast import DUINSTAD
from collectief.demo.families import family
from collectief.enrolment.facts import Place
from collectief.foundation.dates import dutch

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
    inge.page.get_by_role("link", name=name, exact=True).click()
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


def _fills_in(inge, one) -> None:
    inge.page.get_by_label("Burgerservicenummer (BSN)").fill(one.bsn.digits)
    inge.page.get_by_label("Voorletters").fill(one.initials)
    inge.page.get_by_label("Voorvoegsel").fill(one.prefix)
    inge.page.get_by_label("Achternaam").fill(one.surname)
    inge.page.get_by_label("Geboortedatum").fill(one.birth_date.dutch)


@pytest.mark.feature("G06")
@pytest.mark.feature("K08")
def test_a_client_with_partner_and_child_is_enrolled_and_insured(inge):
    """Als u alles heeft ingevuld dan klikt u op Aanmelden en kiest u de verzekering en de betalingswijze."""
    people = dict(family(601, date.today()))
    before = _on_paper(inge)
    inge.follows_menu("Nieuwe deelnemer")
    inge.sees_heading("Aanmelden deelname collectiviteit en/of verzekering")
    inge.page.get_by_role("link", name="Volgende", exact=True).click()
    inge.page.get_by_label("Contract").select_option(label="41001 – Minima")
    inge.page.get_by_label("Ingangsdatum").fill(dutch(date.today()))
    _fills_in(inge, people[Place.CLIENT])
    home = {"Straat": "Duinweg", "Huisnummer": "12", "Postcode": "1234 AB", "Woonplaats": "Duinstad"}
    for label, text in home.items():
        inge.page.get_by_label(label, exact=True).fill(text)
    inge.page.get_by_role("button", name="Volgende", exact=True).click()
    for button, place in (("Partner toevoegen", Place.PARTNER), ("Kind toevoegen", Place.CHILD)):
        inge.page.get_by_role("link", name=button).click()
        _fills_in(inge, people[place])
        inge.page.get_by_role("button", name="Opslaan").click()
    inge.sees_heading("Gezin")
    inge.page.get_by_role("link", name="Aanmelden", exact=True).click()
    inge.sees_heading("Verzekering en betaling")
    for basic in inge.page.get_by_label("Verzekering", exact=True).all():
        basic.select_option(index=1)
    inge.page.get_by_label("Betalingswijze").select_option(label="Automatische incasso")
    inge.page.get_by_role("button", name="Volgende", exact=True).click()
    inge.sees_heading("Controleren en aanmelden")
    inge.sees("Automatische incasso")
    assert not any(one.bsn.digits in inge.page.url for one in people.values())
    inge.page.get_by_role("button", name="Aanmelden", exact=True).click()
    # The BRP is asked in the background; the page sees by itself that it has answered.
    inge.sees("Iedereen is aangemeld.")
    inge.finds_no_barriers("gemeente gezin aangemeld")
    # De cliënt ontvangt het polisblad per post: voor elk van het gezin een.
    for _ in range(240):
        if len(_on_paper(inge)) == len(before) + len(people):
            return
        inge.page.wait_for_timeout(500)
    raise AssertionError("the policy schedules never reached the print service")


def _on_paper(inge) -> list[dict]:
    """What the print service has received."""
    answer = inge.page.request.get(f"{inge.stack.printer_url}/_simulator/received").json()
    return list(answer["letters"])


@pytest.mark.feature("G07")
def test_a_child_is_added_to_a_client_who_takes_part(inge):
    """Zoek uw cliënt op bij huidige deelnemers en kies Bijschrijven."""
    client, *_ = family(7084, date.today())
    inge.follows_menu("Huidige deelnemers")
    inge.page.get_by_label("Burgerservicenummer (BSN)").fill(client[1].bsn.digits)
    inge.page.get_by_role("button", name="Zoek op BSN").click()
    inge.page.get_by_role("link", name=re.compile("^Bijschrijven")).click()
    inge.page.get_by_label("Ingangsdatum").fill(dutch(date.today()))
    inge.page.get_by_role("button", name="Volgende", exact=True).click()
    inge.page.get_by_role("link", name="Partner toevoegen").click()
    _fills_in(inge, dict(family(602, date.today()))[Place.PARTNER])
    inge.page.get_by_role("button", name="Opslaan").click()
    # The family of the demo world has a partner.
    inge.sees("Een cliënt heeft hooguit één partner.")
    inge.finds_no_barriers("gemeente tweede partner")
    inge.page.get_by_role("link", name="Annuleren").click()
    inge.page.get_by_role("link", name="Kind toevoegen").click()
    child = dict(family(603, date.today()))[Place.CHILD]
    _fills_in(inge, child)
    inge.page.get_by_role("button", name="Opslaan").click()
    inge.page.get_by_role("link", name="Aanmelden", exact=True).click()
    inge.page.get_by_role("button", name="Volgende", exact=True).click()
    inge.page.get_by_role("button", name="Aanmelden", exact=True).click()
    inge.sees("Iedereen is aangemeld.")


@pytest.mark.feature("G08")
def test_who_came_and_left_in_a_year_is_seen_and_downloaded(inge):
    """Kies de gemeente, de periode, en of u alle deelnemers wilt zien of alleen de in- en uitstroom."""
    inge.follows_menu("In- en uitstroomlijsten")
    # The years stand below their months; the last one that was whole.
    year = inge.page.locator("#id_periode option", has_text="t/m").nth(1).get_attribute("value")
    inge.page.get_by_label("Periode").select_option(year)
    inge.page.get_by_label("Wie", exact=True).select_option(label="Toon alleen in- en uitstromers")
    inge.page.get_by_role("button", name=re.compile("lijst bekijken", re.IGNORECASE)).click()
    inge.page.locator("main tbody tr").first.wait_for()
    with inge.page.expect_download() as taken:
        inge.page.get_by_role("link", name=re.compile("^Download deze")).click()
    assert taken.value.suggested_filename.endswith(".xlsx")


@pytest.mark.feature("G10")
def test_the_use_of_the_contract_is_seen_at_a_glance(inge):
    """In één oogopslag hoeveel cliënten ingeschreven zijn, en hoeveel er in- en uitgeschreven zijn."""
    inge.follows_menu("Contract gebruik")
    inge.sees_heading("Contract gebruik")
    contract = inge.page.get_by_label("Contract", exact=True)
    if contract.count():
        contract.select_option(label="41001 – Minima")
        inge.page.get_by_role("button", name="Tonen").click()
    inge.page.get_by_role("heading", name="41001 – Minima", level=2).wait_for()
    heads = [one.strip() for one in inge.page.locator("thead").first.locator("th").all_inner_texts()]
    # Behind them, once a run has fixed a month, what it was fixed as.
    assert [head.split(" (")[0].split("\n")[0] for head in heads[:5]] == [
        "Maand", "Aantal deelnemers", "Verschil", "Ingestroomd", "Uitgestroomd",
    ]  # fmt: skip
    said = inge.page.locator("dl.c-details").first.inner_text()
    for word in ("Ingangsdatum", "Einddatum", "Huidig aantal deelnemers"):
        assert word in said
    inge.finds_no_barriers("gemeente contract gebruik")


@pytest.mark.feature("G11")
def test_a_termination_is_confirmed_in_a_message_of_its_contract(inge):
    """Hier worden berichten getoond over bijvoorbeeld aan- en afmeldingen, per contract en categorie."""
    inge.opens("/deelnemers/?sorteer=-geboortedatum")
    inge.page.locator("tbody tr", has_text="Actief").first.locator("th a").click()
    heading = inge.page.get_by_role("heading", name=re.compile("^Direct afmelden: "))
    name = heading.inner_text().removeprefix("Direct afmelden: ")
    inge.page.get_by_label("Einddatum (t/m)", exact=True).fill(dutch(date.today()))
    inge.page.get_by_label("Reden").select_option(label="Einde collectiviteit")
    inge.page.get_by_role("button", name="Afmelden").click()
    inge.sees("is ontvangen")
    inge.opens("/berichten/")
    inge.sees_heading("Berichten")
    inge.page.get_by_label("Contract", exact=True).select_option(label="41001 – Minima")
    inge.page.get_by_label("Categorie").select_option(label="Bevestiging")
    inge.page.get_by_role("button", name="Selecteren").click()
    said = re.compile(rf"^Afmelding {re.escape(name)} voor contract 41001 (ontvangen|verwerkt)$")
    inge.page.get_by_role("link", name=said).first.wait_for()
    inge.finds_no_barriers("gemeente berichten")
