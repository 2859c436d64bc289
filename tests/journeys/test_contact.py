"""Contact: a question asked from the page it is about, and answered by the insurer's office."""

from __future__ import annotations

import re

import pytest

from collectief.demo.cast import DUINSTAD

QUESTION = "Hoort deze deelnemer bij ons?"
ANSWER = "Ja: het contract loopt door.\nDe ingangsdatum klopt."


@pytest.mark.timeout(300)
@pytest.mark.feature("G14")
@pytest.mark.feature("U31")
@pytest.mark.feature("K01")
def test_a_question_is_asked_where_it_came_up_and_its_answer_stands_there(someone, staff):
    """Stel een vraag over de getoonde informatie. Op de contactpagina kunt u uw vraag insturen."""
    inge, sanne = someone("Inge van Rijn", DUINSTAD.name), staff("sanne@kantoor.example")
    inge.follows_menu("Huidige deelnemers")
    inge.page.get_by_role("link", name="Stel een vraag over de getoonde informatie").click()
    inge.sees_heading("Contact")
    inge.sees("Uw vraag gaat over de pagina")
    inge.finds_no_barriers("contact")
    inge.page.get_by_role("button", name="Vraag versturen").click()
    inge.sees("Schrijf uw vraag op.")
    inge.finds_no_barriers("contact fout")
    inge.page.get_by_label("Waarover gaat uw vraag?").select_option(label="Polisadministratie en verzekeringnemers")
    inge.page.get_by_label("Uw vraag", exact=True).fill(QUESTION)
    inge.page.get_by_role("button", name="Vraag versturen").click()
    inge.sees("We hebben uw vraag ontvangen.")

    link = sanne.page.get_by_role("link", name=re.compile(rf"Polisadministratie.*{DUINSTAD.name}"))
    for _ in range(90):
        sanne.follows_menu("Zaken")
        if link.count():
            break
        sanne.page.wait_for_timeout(500)
    link.click()
    sanne.sees(QUESTION)
    sanne.sees("/deelnemers/")
    sanne.finds_no_barriers("vraag als zaak")
    sanne.page.get_by_label("Antwoord", exact=True).fill(ANSWER)
    sanne.page.get_by_role("button", name="Antwoord versturen").click()
    sanne.sees("is beantwoord.")

    # With how many are new behind it, once there are any.
    menu = inge.page.get_by_role("navigation", name="Hoofdmenu")
    menu.get_by_role("link", name=re.compile("^Berichten")).click()
    inge.finds_no_barriers("bericht van een antwoord")
    inge.page.get_by_role("link", name=re.compile("Uw vraag van .* is beantwoord")).first.click()
    inge.page.get_by_role("link", name="Naar het antwoord").click()
    inge.sees_heading("Contact")
    assert "#vraag-" in inge.page.url
    inge.sees("Beantwoord")
    inge.sees("De ingangsdatum klopt.")
    inge.finds_no_barriers("contact beantwoord")


@pytest.mark.feature("U31")
@pytest.mark.feature("K02")
def test_a_customer_finds_who_looks_after_it_until_a_colleague_does(someone, staff):
    """Contactgegevens van uw accountmanager."""
    inge, sanne = someone("Inge van Rijn", DUINSTAD.name), staff("sanne@kantoor.example")
    inge.follows_menu("Contact")
    inge.sees("Hanneke Vos")

    sanne.follows_menu("Organisaties")
    sanne.page.get_by_role("link", name="Accountmanagers").click()
    sanne.finds_no_barriers("accountmanagers")
    sanne.page.get_by_role("link", name="Nieuwe accountmanager").click()
    sanne.page.get_by_role("button", name="Opslaan").click()
    sanne.sees("Vul het e-mailadres in.")
    sanne.finds_no_barriers("nieuwe accountmanager fout")
    sanne.page.get_by_label("Naam", exact=True).fill("Bas Tuinman")
    sanne.page.get_by_label("Telefoonnummer", exact=True).fill("085 000 00 05")
    sanne.page.get_by_label("E-mailadres", exact=True).fill("bas.tuinman@kantoor.example")
    sanne.page.get_by_role("button", name="Opslaan").click()
    sanne.sees("De accountmanager is toegevoegd.")

    sanne.follows_menu("Organisaties")
    sanne.page.get_by_label("Naam of nummer").fill(DUINSTAD.kvk)
    sanne.page.get_by_role("button", name="Zoek", exact=True).click()
    sanne.page.get_by_role("link", name=DUINSTAD.name).click()
    sanne.page.get_by_role("link", name="Accountmanager kiezen").click()
    sanne.finds_no_barriers("accountmanager kiezen")
    sanne.page.get_by_label("Accountmanager", exact=True).select_option(label="Bas Tuinman")
    sanne.page.get_by_role("button", name="Opslaan").click()
    sanne.sees("De accountmanager is opgeslagen.")
    inge.follows_menu("Contact")
    inge.sees("Bas Tuinman")
    inge.sees("bas.tuinman@kantoor.example")
    inge.finds_no_barriers("contact met accountmanager")

    sanne.opens("/organisaties/accountmanagers/")
    sanne.page.get_by_role("link", name="Verwijderen: Bas Tuinman").click()
    sanne.sees("Bas Tuinman heeft nu 1 organisatie.")
    sanne.finds_no_barriers("accountmanager verwijderen")
    sanne.page.get_by_label("Wie neemt de organisaties over?").select_option(label="Hanneke Vos")
    sanne.page.get_by_role("button", name="Verwijderen").click()
    sanne.sees("1 organisatie is overgegaan.")
    inge.follows_menu("Contact")
    inge.sees("Hanneke Vos")
