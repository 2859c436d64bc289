"""The portals that one enters with a password: each from its front door, in the manuals' words (W01-W04, O03-O06)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from collectief.config.stack import Stack
from collectief.demo.cast import DUIN, KOMPAS, LINDE
from tests.journeys.conftest import WIDTHS
from tests.journeys.typist import Typist

OTHER = "samen onderweg naar zee"


@pytest.fixture
def typist(browser: Browser, stack: Stack) -> Iterator[Callable[[str], Typist]]:
    """Somebody new at a portal, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def make(brand: str) -> Typist:
        contexts.append(browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL"))
        return Typist(contexts[-1].new_page(), stack, brand)

    yield make
    for one in contexts:
        one.close()


@pytest.mark.timeout(400)
@pytest.mark.feature("W01")
@pytest.mark.feature("W02")
@pytest.mark.feature("W03")
@pytest.mark.feature("W04")
@pytest.mark.feature("W05")
def test_an_employers_main_user_gives_a_colleague_access_who_then_looks_after_herself(typist):
    """Wachtwoord, authenticator-app, wachtwoordreset, nieuwe smartphone; de hoofdgebruiker geeft collega's toegang."""
    ingrid = typist("izz")
    ingrid.types(LINDE.colleagues[0].email, "dit is het verkeerde")
    ingrid.sees("horen hier niet bij elkaar")
    ingrid.finds_no_barriers()
    ingrid.types(LINDE.colleagues[0].email)
    ingrid.sees_heading("Authenticator-app koppelen")
    ingrid.finds_no_barriers()
    ingrid.links_an_app()
    ingrid.keeps_the_codes()
    ingrid.sees_heading("Dashboard")
    ingrid.sees("Dit kan hier nog niet")
    ingrid.finds_no_barriers()
    ingrid.follows_menu("Accountbeheer")
    ingrid.follows("Nieuw account aanmaken")
    ingrid.page.get_by_label("Naam").fill("Eva Smit")
    ingrid.page.get_by_label("E-mailadres").fill("eva@delinde.example")
    ingrid.page.get_by_label("gebruiker", exact=True).check()
    ingrid.presses("Account aanmaken")
    ingrid.sees("We sturen Eva Smit een uitnodiging.")

    eva = typist("izz")
    eva.page.goto(eva.link_mailed_to("eva@delinde.example", "Uitnodiging"))
    eva.sees_heading("Account activeren")
    eva.presses("Account activeren")
    eva.finds_no_barriers()
    eva.page.get_by_label("Nieuw wachtwoord", exact=True).fill(OTHER)
    eva.page.get_by_label("Nieuw wachtwoord, nog een keer").fill(OTHER)
    eva.page.get_by_label("Ik ga akkoord.").check()
    eva.presses("Account activeren")
    eva.has_a_device()
    eva.follows("Een passkey")
    eva.sees_heading("Passkey maken")
    eva.finds_no_barriers()
    eva.page.get_by_label("Naam").fill("laptop kantoor")
    eva.presses("Passkey maken")
    eva.keeps_the_codes()
    eva.sees_heading("Dashboard")
    eva.presses("Uitloggen")
    eva.follows("Inloggen met een passkey")
    eva.finds_no_barriers()
    eva.presses("Bevestigen met passkey")
    eva.sees_heading("Dashboard")
    eva.follows("Mijn account")
    eva.follows("Inloggen en beveiliging")
    eva.sees("laptop kantoor")
    eva.finds_no_barriers()
    eva.follows("App koppelen")
    eva.links_an_app()
    eva.sees("De app is gekoppeld.")

    elsewhere = typist("izz")
    elsewhere.opens("/inloggen/")
    elsewhere.follows("Wachtwoord vergeten")
    elsewhere.finds_no_barriers()
    elsewhere.page.get_by_label("E-mailadres").fill("eva@delinde.example")
    elsewhere.presses("Stuur de link")
    elsewhere.sees_heading("Kijk in de mailbox")
    elsewhere.finds_no_barriers()
    elsewhere.page.goto(elsewhere.link_mailed_to("eva@delinde.example", "Nieuw wachtwoord"))
    elsewhere.sees_heading("Nieuw wachtwoord kiezen")
    elsewhere.finds_no_barriers()
    elsewhere.page.get_by_label("Nieuw wachtwoord", exact=True).fill("weer een heel ander")
    elsewhere.page.get_by_label("Nieuw wachtwoord, nog een keer").fill("weer een heel ander")
    elsewhere.presses("Wachtwoord bewaren")
    elsewhere.sees("Het nieuwe wachtwoord is bewaard.")
    elsewhere.types("eva@delinde.example", "weer een heel ander")
    elsewhere.sees_heading("Inloggen: tweede stap")
    elsewhere.finds_no_barriers()
    elsewhere.follows("Met een herstelcode")
    elsewhere.sees_heading("Herstelcode gebruiken")
    elsewhere.finds_no_barriers()
    eva.opens("/dashboard/")
    eva.sees_heading("Inloggen bij IZZ Zakelijk")


@pytest.mark.timeout(300)
@pytest.mark.feature("B02")
@pytest.mark.feature("W04")
def test_a_company_doctor_signs_in_with_codes_by_sms(typist):
    """Kies voor "code ontvangen via sms": bevestig het nummer, en daarna komt daar de code om in te loggen."""
    hassan, number = typist("bedrijfszorg"), "+31611111111"
    hassan.types(DUIN.colleagues[1].email)
    hassan.follows("Een code per sms")
    hassan.sees_heading("Codes per sms")
    hassan.page.get_by_label("Mobiel nummer").fill("020 123 45 67")
    hassan.presses("Verder")
    hassan.sees("Dit is geen mobiel nummer.")
    hassan.finds_no_barriers()
    hassan.page.get_by_label("Mobiel nummer").fill("06 11111111")
    hassan.presses("Verder")
    hassan.page.get_by_label("Code uit de sms").fill(hassan.code_at(number))
    hassan.finds_no_barriers()
    hassan.presses("Verder")
    hassan.keeps_the_codes()
    hassan.sees("bedrijfsarts")
    hassan.presses("Uitloggen")
    hassan.types(DUIN.colleagues[1].email)
    hassan.sees("•••• 111")
    hassan.finds_no_barriers()
    hassan.presses("Stuur de code")
    hassan.sees("Er is een sms met een code gestuurd")
    hassan.finds_no_barriers()
    hassan.page.get_by_label("Code uit de sms").fill(hassan.code_at(number, messages=2))
    hassan.presses("Verder")
    hassan.sees_heading("Dashboard")
    hassan.opens("/mijn-account/inloggen/e-mailadres/")
    hassan.page.get_by_label("Nieuw e-mailadres").fill("h.amrani@vanduin.example")
    hassan.presses("Stuur de link")
    hassan.page.goto(hassan.link_mailed_to("h.amrani@vanduin.example", "Bevestig uw e-mailadres"))
    hassan.finds_no_barriers()
    hassan.presses("Bevestigen")
    hassan.sees("Inloggen gaat voortaan met h.amrani@vanduin.example.")


@pytest.mark.timeout(300)
@pytest.mark.feature("O03")
@pytest.mark.feature("O04")
@pytest.mark.feature("O07")
def test_a_representative_makes_the_account_with_a_code_by_sms_and_a_password(typist):
    """Klik op 'Account aanmaken': er wordt een sms-code verzonden naar het eerder opgegeven mobiele nummer."""
    marijke = typist("ondersteuners")
    marijke.types(KOMPAS.colleagues[0].email)
    marijke.links_an_app()
    marijke.keeps_the_codes()
    marijke.follows_menu("Accountbeheer")
    marijke.follows("Nieuw account aanmaken")
    marijke.page.get_by_label("Naam").fill("Sanne Prins")
    marijke.page.get_by_label("E-mailadres").fill("sanne@hetkompas.example")
    marijke.page.get_by_label("ondersteuner").check()
    marijke.presses("Account aanmaken")
    marijke.sees("Vul een mobiel nummer in.")
    marijke.finds_no_barriers()
    marijke.page.get_by_label("Mobiel nummer").fill("06 22222222")
    marijke.presses("Account aanmaken")
    marijke.sees("We sturen Sanne Prins een uitnodiging.")

    sanne = typist("ondersteuners")
    sanne.page.goto(sanne.link_mailed_to("sanne@hetkompas.example", "Uitnodiging"))
    sanne.sees("dat eindigt op 222")
    sanne.sees("heeft Marijke Hofman je toegang gegeven")
    sanne.finds_no_barriers()
    sanne.presses("Stuur de code")
    sanne.page.get_by_label("Code uit de sms").fill(sanne.code_at("+31622222222"))
    sanne.page.get_by_label("Nieuw wachtwoord", exact=True).fill("Wachtwoord1!")
    sanne.page.get_by_label("Nieuw wachtwoord, nog een keer").fill("Wachtwoord1!")
    sanne.page.get_by_label("Ik ga akkoord.").check()
    sanne.presses("Account activeren")
    sanne.finds_no_barriers()
    sanne.page.get_by_label("Nieuw wachtwoord", exact=True).fill(OTHER)
    sanne.page.get_by_label("Nieuw wachtwoord, nog een keer").fill(OTHER)
    sanne.presses("Account activeren")
    sanne.keeps_the_codes()
    sanne.sees("ondersteuner")
    sanne.opens("/mijn-account/inloggen/")
    sanne.sees("Nog niet gekoppeld")
    sanne.finds_no_barriers()


@pytest.mark.timeout(300)
@pytest.mark.feature("O05")
@pytest.mark.feature("O06")
def test_a_representative_links_eherkenning_later_and_comes_in_with_it(typist):
    """Als het koppelen van eHerkenning niet gelukt is, dan kan je dat ook later doen via de overzichtspagina."""
    pieter = typist("ondersteuners")
    pieter.types(KOMPAS.colleagues[1].email)
    pieter.links_an_app()
    pieter.keeps_the_codes()
    pieter.opens("/mijn-account/inloggen/")
    pieter.follows("eHerkenning koppelen")
    pieter.chooses_at_eherkenning("Pieter Wolters", KOMPAS.name, level="eH2+")
    pieter.sees("eH3 of hoger nodig")
    pieter.opens("/mijn-account/inloggen/")
    pieter.follows("eHerkenning koppelen")
    pieter.chooses_at_eherkenning("Pieter Wolters", KOMPAS.name)
    pieter.sees("eHerkenning is gekoppeld.")
    pieter.presses("Uitloggen")
    pieter.finds_no_barriers()
    pieter.follows("Inloggen met eHerkenning")
    pieter.chooses_at_eherkenning("Pieter Wolters", KOMPAS.name)
    pieter.sees_heading("Dashboard")
