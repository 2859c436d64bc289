"""Inloggen: eHerkenning and an account, at a high enough level, in the portal of one's insurer."""

from __future__ import annotations

import json
import urllib.request

import pytest

from collectief.demo.cast import BRUG, OTTO


@pytest.mark.feature("U01")
def test_anna_signs_in_and_sees_the_dashboard(anna):
    anna.sees("Uitzendbureau De Brug B.V.")
    anna.sees("administratief")
    anna.finds_no_barriers()


@pytest.mark.feature("U01")
def test_a_level_below_eh2_plus_is_refused_with_the_reason(visitor):
    visitor.signs_in("Anna de Boer", BRUG.name, level="eH2")
    visitor.sees("eH2+")
    assert visitor.page.url.startswith(visitor.stack.portal("mijnzz"))
    visitor.finds_no_barriers()


@pytest.mark.feature("U01")
def test_eherkenning_without_an_account_is_told_how_to_get_one(visitor):
    visitor.signs_in("Iemand zonder account", "Zonder Account B.V.")
    visitor.sees("account")
    visitor.finds_no_barriers()


@pytest.mark.feature("U01")
def test_who_cancels_at_eherkenning_is_told_so_and_can_begin_again(visitor):
    visitor.opens("/")
    visitor.page.get_by_role("link", name="Inloggen met eHerkenning").first.click()
    visitor.page.get_by_role("button", name="Annuleren").click()
    visitor.sees("U heeft het inloggen afgebroken.")
    visitor.finds_no_barriers()
    visitor.page.get_by_role("link", name="Opnieuw inloggen").click()
    visitor.sees_heading("Inloggen bij MijnZZ Zakelijk")


@pytest.fixture
def broker_that(stack):
    """Tells the eHerkenning simulator how to behave, and to be good again afterwards."""

    def told(fault: str | None) -> None:
        body = json.dumps({"fail": fault}).encode()
        address = f"{stack.eherkenning_url}/_simulator/behaviour"
        urllib.request.urlopen(urllib.request.Request(address, body, method="POST"))

    yield told
    told(None)


@pytest.mark.feature("U01")
def test_a_broker_that_sends_the_artifact_in_a_form_lets_anna_in_as_well(visitor, broker_that):
    """From another site a form comes without the session: the portal fetches it by coming again."""
    broker_that("artifact_by_post")
    visitor.signs_in("Anna de Boer", BRUG.name)
    visitor.page.get_by_role("button", name="Ga verder").click()
    visitor.sees_heading("Dashboard")


@pytest.mark.feature("U01")
def test_a_broker_that_knows_the_company_by_its_rsin_lets_anna_in_as_well(visitor, broker_that):
    broker_that("rsin_only")
    visitor.signs_in("Anna de Boer", BRUG.name)
    visitor.sees_heading("Dashboard")


@pytest.mark.feature("U01")
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("unknown_principal", "eHerkenning kent uw inlogmiddel niet"),
        ("request_unsupported", "eHerkenning kan dit verzoek van ons niet uitvoeren."),
        ("garbage", "Het antwoord van eHerkenning klopt niet"),
    ],
)
def test_what_goes_wrong_at_eherkenning_is_said_in_plain_words(visitor, broker_that, fault, words):
    broker_that(fault)
    visitor.signs_in("Anna de Boer", BRUG.name)
    visitor.sees(words)
    visitor.finds_no_barriers()


@pytest.mark.feature("U01")
def test_ruben_chooses_for_which_of_two_organisations_he_works(visitor):
    visitor.signs_in("Ruben Smits", BRUG.name)
    visitor.sees_heading("Voor welke organisatie wilt u werken?")
    visitor.finds_no_barriers()
    visitor.page.get_by_role("button", name="De Brug Gouda").click()
    visitor.sees_heading("Dashboard")
    visitor.sees("De Brug Gouda")
    visitor.finds_no_barriers()


@pytest.mark.feature("U02")
def test_femke_sees_no_participants_and_bas_neither(someone):
    for name in ("Femke Visser", "Bas Mulder"):
        colleague = someone(name)
        colleague.sees_heading("Dashboard")
        assert colleague.page.get_by_role("link", name="Huidige deelnemers").count() == 0
        colleague.opens("/deelnemers/")
        assert colleague.page.locator("h1").count() == 1
        assert "deelnemers" not in colleague.page.locator("h1").inner_text().lower()
        colleague.finds_no_barriers()


@pytest.mark.feature("U02")
def test_dewi_has_two_roles_and_the_menu_of_both(someone):
    """Welke acties u kunt uitvoeren is afhankelijk van de rol: administratief en/of financieel en/of accountbeheer."""
    dewi = someone("Dewi Kaya")
    dewi.sees_heading("Dashboard")
    dewi.sees("(administratief, financieel)")
    dewi.follows_menu("Huidige deelnemers")
    dewi.sees("Aantal deelnemers")
    dewi.finds_no_barriers()


@pytest.mark.feature("K07")
def test_a_brand_is_data_another_host_has_its_own_name_and_level(someone, visitor):
    visitor.brand = "voorbeeld"
    visitor.signs_in("Otto Smit", OTTO.name, level="eH2+")
    visitor.sees("eH3")
    visitor.finds_no_barriers()
    otto = someone("Otto Smit", OTTO.name, brand="voorbeeld", level="eH3")
    otto.sees_heading("Dashboard")
    assert "Mijn Voorbeeld Zakelijk" in otto.page.title()
    otto.sees("Hier meld je deelnemers aan en af")
    otto.page.get_by_role("img", name="Mijn Voorbeeld Zakelijk").wait_for()
    otto.finds_no_barriers()


@pytest.mark.feature("X14")
def test_the_portal_speaks_english_when_asked(anna):
    anna.page.get_by_role("button", name="English").click()
    anna.page.get_by_role("link", name="Current participants").first.wait_for()
    assert anna.page.locator("html").get_attribute("lang") == "en"
    anna.finds_no_barriers()
    # And goes on doing so: a termination from beginning to end
    anna.page.get_by_role("link", name="Current participants").first.click()
    anna.page.locator("tbody tr:not(.c-pending) th a").first.click()
    anna.page.get_by_label("End date (inclusive)").fill("31-02-2026")
    anna.page.get_by_label("Reason").select_option(label="End of employment")
    anna.page.get_by_role("button", name="Terminate").click()
    anna.sees("There is a problem")
    anna.page.get_by_placeholder("dd-mm-yyyy").first.wait_for()
    anna.finds_no_barriers()


@pytest.mark.feature("U01")
def test_signing_out_closes_the_door_behind(anna):
    anna.page.get_by_role("button", name="Uitloggen").click()
    anna.sees("U bent uitgelogd.")
    anna.opens("/deelnemers/")
    anna.sees("Inloggen met eHerkenning")
