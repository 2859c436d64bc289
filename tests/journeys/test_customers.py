"""Een nieuwe klant: toegevoegd door de een, het contract akkoord van de ander, en te zien bij de klant (K02)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collectief.demo.cast import BRUG, KANTOOR
from collectief.foundation.dates import dutch
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.feature("K02")

SANNE, JORIS = KANTOOR.colleagues[1].email, KANTOOR.colleagues[5].email
LEIDEN = BRUG.contracts[0][0]


def fills(one: Visitor, **typed: str) -> None:
    """Fields by their label, underscores for spaces."""
    for label, value in typed.items():
        one.page.get_by_label(label.replace("_", " "), exact=True).fill(value)


def agrees(one: Visitor, title: str) -> None:
    """Opens the case with this title and grants it."""
    one.opens("/zaken/")
    one.page.get_by_role("link", name=title).click()
    one.finds_no_barriers("contract-case")
    one.page.get_by_role("button", name="Goedkeuren").click()
    one.sees("Goedgekeurd")


def test_a_new_customer_gets_a_contract_that_a_colleague_agrees_to(staff):
    sanne, joris = staff(SANNE), staff(JORIS)
    sanne.follows_menu("Organisaties")
    sanne.finds_no_barriers("customers")
    sanne.page.get_by_role("link", name="Nieuwe organisatie").click()
    sanne.page.get_by_role("button", name="Toevoegen").click()
    sanne.sees("Vul de naam in.")
    sanne.finds_no_barriers("customer-errors")
    fills(sanne, Naam="Flexkracht Leiden")
    sanne.page.locator("[name=kvk]").fill("9000 8001")
    sanne.page.locator("[name=segment]").select_option(label="Uitzendbureau")
    sanne.page.get_by_role("button", name="Toevoegen").click()
    sanne.sees("De organisatie is toegevoegd.")
    sanne.finds_no_barriers("customer-new")
    sanne.page.get_by_role("link", name="Nieuw contract voorstellen").click()
    sanne.page.get_by_role("button", name="Voorstellen").click()
    sanne.sees("Vul het contractnummer in.")
    sanne.finds_no_barriers("contract-errors")
    sanne.page.locator("[name=number]").fill("880088")
    sanne.page.locator("[name=name]").fill("Vestiging Leiden")
    sanne.page.locator("[name=first_day]").fill(dutch(date.today()))
    sanne.page.get_by_role("button", name="Voorstellen").click()
    sanne.sees("zodra een collega akkoord is")
    sanne.finds_no_barriers("customer-contract-waits")
    agrees(joris, "880088, Flexkracht Leiden")
    sanne.follows_menu("Contracten")
    sanne.page.get_by_label("Contractnummer, naam of organisatie").fill("flexkracht leiden")
    sanne.page.get_by_role("button", name="Zoek").click()
    sanne.sees("1 contract")
    sanne.finds_no_barriers("contracts-found")
    sanne.page.get_by_role("link", name="880088").click()
    sanne.sees("Loopt")
    sanne.finds_no_barriers("contract-new")


def test_a_contract_does_not_end_over_the_heads_of_its_people(staff, anna):
    sanne, last = staff(SANNE), date.today() + timedelta(days=40)
    sanne.opens(f"/collectiviteiten/?zoek={LEIDEN}")
    sanne.page.get_by_role("link", name=LEIDEN).click()
    sanne.finds_no_barriers("contract")
    sanne.page.get_by_role("link", name="Contactpersonen wijzigen").click()
    sanne.page.get_by_label("Naam").first.fill("Anna de Boer")
    sanne.page.get_by_label("E-mailadres").first.fill("anna")
    sanne.page.get_by_role("button", name="Opslaan").click()
    sanne.sees("Vul een e-mailadres in als naam@bedrijf.nl.")
    sanne.finds_no_barriers("contract-contacts-errors")
    sanne.page.get_by_label("E-mailadres").first.fill("anna@debrug.example")
    sanne.page.get_by_role("button", name="Opslaan").click()
    sanne.sees("De contactgegevens zijn opgeslagen.")
    sanne.page.get_by_role("link", name="Andere einddatum voorstellen").click()
    sanne.page.get_by_label("Laatste dag").fill(dutch(last))
    sanne.page.get_by_role("button", name="Voorstellen").click()
    sanne.sees(f"Na {dutch(last)} nemen nog deelnemers aan dit contract deel")
    sanne.finds_no_barriers("contract-end-people")
    anna.follows_menu("Contract gegevens")
    anna.page.get_by_role("region", name=LEIDEN).get_by_text("anna@debrug.example").wait_for()
    sanne.follows_menu("Organisaties")
    sanne.page.get_by_role("link", name=BRUG.name, exact=True).first.click()
    sanne.finds_no_barriers("customer")
    sanne.page.get_by_role("link", name="Einde als klant").click()
    sanne.page.get_by_label("Laatste dag").fill(dutch(last))
    sanne.page.get_by_role("button", name="Opslaan").click()
    sanne.sees("Na die dag loopt nog een contract")
    sanne.finds_no_barriers("customer-end-contracts")


def test_labels_and_portals_say_where_they_are_kept(staff):
    sanne = staff(SANNE)
    sanne.follows_menu("Labels en portalen")
    sanne.sees("brands/mijnzz/brand.toml")
    sanne.finds_no_barriers("labels")
    sanne.page.get_by_role("link", name="Code invullen: ").first.click()
    sanne.page.get_by_role("button", name="Opslaan").click()
    sanne.sees("Vul de UZOVI-code in.")
    sanne.finds_no_barriers("label-code-error")
    sanne.page.get_by_label("UZOVI-code").fill("7085")
    sanne.page.get_by_label("Geldt vanaf").fill("01-01-2040")
    sanne.page.get_by_role("button", name="Opslaan").click()
    sanne.sees("7085 vanaf 01-01-2040")
    sanne.opens("/organisaties/?zoek=nergens")
    sanne.sees("Er is geen organisatie die hieraan voldoet.")
    sanne.finds_no_barriers("customers-none")
    sanne.opens("/collectiviteiten/?zoek=nergens")
    sanne.finds_no_barriers("contracts-none")
