"""Premies en producten: voorgesteld door de een, akkoord van de ander, en te zien bij de klant (K02, U28)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from collectief.demo.cast import BRUG, KANTOOR
from tests.journeys.typist import Typist, unlink

SANNE = KANTOOR.colleagues[1]
YEAR = date.today().year + 1


@pytest.fixture
def sanne(typist, stack) -> Iterator[Typist]:
    """A case handler of the office, with a passkey."""
    unlink(stack, (KANTOOR, SANNE.email))
    found = typist("kantoor")
    found.has_a_device()
    found.types(SANNE.email)
    found.sees_heading("Passkey maken")
    found.links_something()
    found.sees_heading("Dashboard")
    yield found
    unlink(stack, (KANTOOR, SANNE.email))


@pytest.fixture
def joris(typist) -> Typist:
    """Her colleague, with a werkaccount."""
    found = typist("kantoor")
    found.opens("/zaken/")
    found.follows("Inloggen met werkaccount")
    found.is_at_the_provider("Joris van Dam")
    found.sees_heading("Zaken")
    return found


@pytest.mark.feature("K02")
def test_next_years_premium_is_proposed_by_one_and_agreed_to_by_another(sanne, joris):
    sanne.follows_menu("Producten")
    sanne.finds_no_barriers("products")
    sanne.follows("Basisverzekering")
    sanne.sees("159,95")
    sanne.finds_no_barriers("product")
    sanne.follows("Nieuwe premie voorstellen")
    sanne.page.get_by_label("Regel 2: premie per maand").fill("165.50")
    sanne.presses("Voorstellen")
    sanne.sees("Vul de ingangsdatum in.")
    sanne.sees("Vul een bedrag in als 1234,56.")
    sanne.finds_no_barriers("tariff-errors")
    sanne.page.get_by_label("Gaat in op").fill(f"01-01-{YEAR}")
    sanne.page.get_by_label("Regel 2: premie per maand").fill("165,50")
    sanne.presses("Voorstellen")
    sanne.sees("zodra een collega akkoord is")
    sanne.sees("Wacht op een collega")
    sanne.finds_no_barriers("tariff-proposed")
    sanne.follows_menu("Zaken")
    sanne.follows(f"Basisverzekering, 01-01-{YEAR}")
    sanne.sees("165,50 (nu € 159,95)".replace("€ ", "€\u00a0"))
    joris.opens("/zaken/")
    joris.follows(f"Basisverzekering, 01-01-{YEAR}")
    joris.finds_no_barriers("tariff-case")
    joris.presses("Goedkeuren")
    sanne.follows_menu("Producten")
    sanne.follows("Basisverzekering")
    sanne.page.get_by_role("row", name=f"01-01-{YEAR}").get_by_text("Akkoord").wait_for()


@pytest.mark.feature("U28")
def test_the_customer_sees_start_products_and_discount_of_its_contracts(typist):
    """Onder deze optie treft u de contract instellingen zoals de ingangsdatum, de korting en de huidige producten."""
    femke = typist("mijnzz")
    femke.signs_in("Femke Visser", BRUG.name)
    femke.follows_menu("Contract gegevens")
    femke.sees_heading("Contract gegevens")
    leiden = femke.page.get_by_role("region", name="23595")
    leiden.get_by_text("01-01-2022").first.wait_for()
    row = leiden.get_by_role("row", name="Aanvullend Flex")
    row.get_by_text("7,5%").wait_for()
    row.get_by_text("18 t/m 29 jaar: € 10,00".replace("€ ", "€\u00a0")).wait_for()
    femke.finds_no_barriers("contract-data")
    leiden.get_by_role("link", name="Contactpersonen wijzigen").click()
    money = femke.page.get_by_role("group", name="Financieel contactpersoon")
    money.get_by_label("Naam").fill("Femke Visser")
    money.get_by_label("Telefoonnummer").fill("12")
    femke.presses("Opslaan")
    femke.sees("Dit is geen telefoonnummer.")
    femke.finds_no_barriers("contacts-errors")
    money.get_by_label("Telefoonnummer").fill("071 582 52 99")
    femke.presses("Opslaan")
    femke.sees("De contactgegevens zijn opgeslagen.")
    leiden.get_by_text("071 582 5299").wait_for()
    femke.finds_no_barriers("contract-data-contacts")
