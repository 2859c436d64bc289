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
    for _ in range(20):
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
