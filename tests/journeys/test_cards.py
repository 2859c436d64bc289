"""Insurance cards: the office issues a year, they go to the agency on paper, and one comes back."""

from __future__ import annotations

import time

import pytest

from collectief.foundation.dates import dutch
from tests.journeys.test_participants import TODAY


def _printed(anna) -> list[dict]:
    """What the print service received of cards."""
    for _ in range(240):
        answer = anna.page.request.get(f"{anna.stack.printer_url}/_simulator/received").json()
        if answer["letters"]:
            assert answer["copies"] == 0
            return answer["letters"]
        time.sleep(0.5)
    raise AssertionError("nothing reached the print service within two minutes")


@pytest.mark.timeout(600)
@pytest.mark.feature("U11")
@pytest.mark.feature("K08")
def test_cards_go_to_the_agency_once_a_year_with_their_expiry_date(anna, staff):
    """Deze worden eens per jaar verstrekt aan het uitzendbureau. De vervaldatum staat op de pas vermeld."""
    anna.follows_menu("Contract gegevens")
    anna.page.get_by_role("link", name="Contactgegevens van het bedrijf wijzigen").click()
    for label, text in {"Straat": "Hoofdweg", "Huisnummer": "12", "Postcode": "2333 AA", "Plaats": "Leiden"}.items():
        anna.page.get_by_label(label, exact=True).fill(text)
    anna.finds_no_barriers("company-address")
    anna.page.get_by_role("button", name="Opslaan").click()
    anna.sees("Hoofdweg 12, 2333 AA Leiden")
    sanne = staff("sanne@kantoor.example")
    sanne.follows_menu("Post")
    sanne.finds_no_barriers("post-before")
    sanne.page.get_by_role("link", name="Verzekeringspassen verstrekken").click()
    sanne.finds_no_barriers("cards-before")
    sanne.page.get_by_role("button", name=f"Passen van {TODAY.year} verstrekken").click()
    sanne.sees(f"De passen van {TODAY.year} worden gemaakt en verstuurd.")
    number = _printed(anna)[-1]["reference"]
    sanne.page.reload()
    sanne.finds_no_barriers("cards")
    sanne.follows_menu("Post")
    sanne.finds_no_barriers("post")
    sanne.page.get_by_label("Nummer van het document").fill(number)
    sanne.page.get_by_role("button", name="Zoek").click()
    sanne.sees("1 brief")
    sanne.page.locator("tbody th a").click()
    sanne.finds_no_barriers("consignment")
    sanne.page.get_by_role("button", name="Retour melden").click()
    sanne.sees("Maak een keuze.")
    sanne.finds_no_barriers("consignment-error")
    sanne.page.get_by_label("Verhuisd").check()
    sanne.page.get_by_role("button", name="Retour melden").click()
    sanne.sees("Gemeld als retour.")
    sanne.finds_no_barriers("consignment-returned")
    sanne.page.get_by_role("button", name="Opnieuw versturen").click()
    sanne.sees("Maak een keuze.")
    sanne.finds_no_barriers("consignment-again-error")
    sanne.page.get_by_label("Het adres is verbeterd").check()
    sanne.page.get_by_role("button", name="Opnieuw versturen").click()
    sanne.sees("De brief gaat opnieuw naar de drukker.")
    sanne.finds_no_barriers("consignment-again")
    anna.follows_menu("Huidige deelnemers")
    anna.page.get_by_role("search").get_by_label("Contract").select_option(index=1)
    anna.turns_page(anna.page.get_by_role("button", name="Zoek deelnemer"))
    anna.page.locator("tbody tr:not(.c-pending) th a").first.click()
    anna.page.get_by_role("link", name="Bekijk alle details en acties voor deze deelnemer").click()
    for _ in range(60):
        if anna.page.get_by_role("region", name="Tabel verzekeringspassen").count():
            break
        time.sleep(2)
        anna.page.reload()
    anna.sees(dutch(TODAY.replace(month=12, day=31)))
    anna.finds_no_barriers("participant-card")
