"""Aanvragen S1 formulier, in the manual's words: through EESSI, by hand, and another through Buitenland (U09)."""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import date, timedelta

import pytest

from collectief.foundation.dates import dutch

SANNE = "sanne@kantoor.example"


def _opens_somebody(anna, number: int) -> str:
    """Een huidige deelnemer, die al een maand verzekerd is; het adres van de pagina."""
    anna.opens("/deelnemers/?sorteer=ingang")
    anna.page.locator("tbody tr:not(.c-pending)").nth(number).locator("th a").first.click()
    anna.page.get_by_role("link", name="Bekijk alle details en acties voor deze deelnemer").click()
    anna.sees("Persoonsgegevens")
    return anna.page.url


def _fills_in(anna, country: str, *, institution: str = "") -> None:
    anna.page.get_by_role("link", name="Verdragsrecht aanvragen").click()
    anna.sees_heading("Verdragsrecht aanvragen")
    anna.page.get_by_label("Land waar de deelnemer of het gezin woont").select_option(label=country)
    anna.page.get_by_role("button", name=re.compile("Verder|Ander land")).click()
    anna.sees(f"Aanvraag voor {country}")
    anna.page.get_by_label("Woont niet in Nederland, maar werkt wel in Nederland").check()
    anna.page.get_by_label("Vanaf welke dag?").fill(dutch(date.today() - timedelta(days=14)))
    anna.page.get_by_label("Straat").fill("ulica Długa")
    anna.page.get_by_label("Huisnummer").fill("12/4")
    anna.page.get_by_label("Woonplaats").fill("Kraków")
    if institution:
        anna.page.get_by_label("Zorgverzekeraar in het woonland").select_option(label=institution)


def _sends(anna) -> None:
    anna.page.get_by_role("button", name="Verdragsrecht aanvragen").click()


def _answers(stack, **how) -> None:
    wish = json.dumps(how).encode()
    urllib.request.urlopen(urllib.request.Request(f"{stack.eessi_url}/_simulator/answer", wish, method="POST")).close()


def _received(stack) -> list[dict]:
    with urllib.request.urlopen(f"{stack.eessi_url}/_simulator/received") as answer:
        return json.load(answer)["cases"]


def _waits_for(visitor, address: str, text: str) -> None:
    """Tot het op de pagina staat: antwoorden worden elke minuut opgehaald."""
    for _ in range(100):
        visitor.page.goto(address)
        if visitor.page.get_by_text(text).count():
            return
        visitor.page.wait_for_timeout(1000)
    raise AssertionError(f"{text} never came at {address}")


@pytest.mark.timeout(400)
@pytest.mark.feature("U09")
@pytest.mark.feature("U29")
def test_in_a_country_of_eessi_the_form_is_sent_digitally_and_the_answer_comes_back(anna, stack):
    """Is het woonland aangesloten bij EESSI, dan gaat het formulier digitaal naar de zorgverzekeraar daar."""
    _answers(stack, registered=False, reason="not_resident", text="Osoba nie mieszka pod tym adresem.")
    person = _opens_somebody(anna, 3)
    _fills_in(anna, "Polen", institution="NFZ Małopolski Oddział Wojewódzki")
    _sends(anna)
    anna.sees("Het adres is nog niet geverifieerd.")
    anna.finds_no_barriers("s1-not-verified")
    anna.page.get_by_label("Ik heb dit adres bij de deelnemer geverifieerd.").check()
    _sends(anna)
    anna.sees("Het formulier wordt digitaal verstuurd; u hoeft niets te doen.")
    anna.sees("Aangevraagd")
    anna.finds_no_barriers("s1-asked")
    # Staat de knop op Aangevraagd, dan kan het niet opnieuw: mail Buitenland.
    assert not anna.page.get_by_role("link", name="Verdragsrecht aanvragen").count()
    assert anna.page.get_by_role("link", name="buitenland@zorgenzekerheid.nl").first.is_visible()
    _waits_for(anna, person, "Osoba nie mieszka pod tym adresem.")
    anna.sees("Volgens de zorgverzekeraar in Polen woont deze persoon daar niet.")
    anna.finds_no_barriers("s1-refused")
    [sent] = [
        one for one in _received(stack) if one["sed"]["entitlement"]["start"] == str(date.today() - timedelta(days=14))
    ]
    assert (sent["receiver"]["id"], sent["sed"]["residence"]["houseNumber"]) == ("PL:NFZ06", "12/4")
    anna.opens("/berichten/")
    anna.sees("voor Polen is afgewezen")
    _answers(stack, registered=True)


@pytest.mark.timeout(400)
@pytest.mark.feature("U09")
@pytest.mark.feature("K01")
def test_elsewhere_the_office_makes_it_and_buitenland_lets_another_be_asked_for(anna, staff):
    """Niet bij EESSI: binnen drie werkdagen te downloaden. Een nieuw S1 gaat via Buitenland."""
    person = _opens_somebody(anna, 5)
    _fills_in(anna, "Turkije")
    anna.page.get_by_label("Ik heb dit adres bij de deelnemer geverifieerd.").check()
    _sends(anna)
    anna.sees("Binnen drie werkdagen staat het formulier op deze pagina.")
    anna.finds_no_barriers("s1-by-hand")
    facts = anna.page.locator("dl.c-details > div")
    number = facts.filter(has_text="Relatienummer").locator("dd").first.inner_text()

    sanne = staff(SANNE)
    sanne.opens("/zaken/?soort=s1")
    sanne.page.get_by_role("link", name=re.compile("E106 Turkije")).last.click()
    sanne.sees(number)
    sanne.finds_no_barriers("s1-case")
    sanne.page.get_by_role("button", name="Goedkeuren", exact=True).click()
    sanne.sees("is goedgekeurd.")

    anna.page.goto(person)
    anna.sees("Klaar om te downloaden")
    anna.finds_no_barriers("s1-issued")
    with anna.page.expect_download() as download:
        anna.page.get_by_role("link", name="Formulier verdragsrecht downloaden").click()
    assert download.value.suggested_filename == f"E106-{number}.pdf"

    sanne.follows_menu("Verdragsrecht")
    sanne.page.get_by_label("Relatienummer").fill(number)
    sanne.page.get_by_role("button", name="Zoeken").click()
    sanne.finds_no_barriers("s1-office")
    sanne.page.get_by_role("link", name="Toestaan").click()
    sanne.finds_no_barriers("s1-another")
    sanne.page.get_by_role("button", name="Nieuwe aanvraag toestaan").click()
    sanne.sees("De klant kan voor deze deelnemer een nieuw formulier aanvragen.")
    anna.page.goto(person)
    assert anna.page.get_by_role("link", name="Verdragsrecht aanvragen").is_visible()
