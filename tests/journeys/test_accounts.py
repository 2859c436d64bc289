"""Accountbeheer: Bas lets a colleague in, changes what she may do, and closes the door again."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from collectief.demo.cast import BRUG


@pytest.mark.feature("U30")
@pytest.mark.feature("U02")
@pytest.mark.feature("O02")
def test_a_new_colleague_from_invitation_to_deactivation(someone, visitor):
    """U kunt bestaande gebruikers een ander profiel geven of deactiveren, en nieuwe gebruikers toevoegen."""
    bas = someone("Bas Mulder")
    bas.follows_menu("Accountbeheer")
    bas.sees("Anna de Boer")
    bas.finds_no_barriers()
    bas.page.get_by_role("link", name="Nieuw account aanmaken").click()
    bas.sees("eigen eHerkenningsmiddel")
    bas.page.get_by_label("Naam").fill("Noor Haddad")
    bas.page.get_by_label("E-mailadres").fill("noor@gmail.com")
    bas.page.get_by_role("button", name="Account aanmaken").click()
    bas.sees("gmail.com is geen adres van een organisatie.")
    bas.sees("Kies ten minste één rol.")
    bas.finds_no_barriers()
    bas.page.get_by_label("E-mailadres").fill("noor@debrug.example")
    bas.page.get_by_label("administratief").check()
    bas.page.get_by_label("Alle contracten").check()
    bas.page.get_by_role("button", name="Account aanmaken").click()
    bas.sees("We sturen Noor Haddad een uitnodiging.")
    bas.sees("Uitgenodigd")

    letter = visitor.mail_to("noor@debrug.example")
    assert letter["subject"] == "Uitnodiging voor MijnZZ Zakelijk"
    [link] = re.findall(r"http://\S+", letter["text"])
    noor = visitor
    noor.page.goto(link)
    noor.sees_heading("Uw uitnodiging")
    noor.sees("heeft Bas Mulder u toegang gegeven")
    noor.finds_no_barriers()
    noor.page.get_by_role("link", name="Account activeren met eHerkenning").click()
    noor.chooses_at_eherkenning("Noor Haddad", BRUG.name, level="eH2")
    noor.sees("eH2+ of hoger nodig")
    noor.page.goto(link)
    noor.page.get_by_role("link", name="Account activeren met eHerkenning").click()
    noor.chooses_at_eherkenning("Noor Haddad", BRUG.name)
    noor.sees_heading("Dashboard")
    noor.sees("administratief")
    noor.page.goto(link)
    noor.sees_heading("Uitnodiging niet geldig")
    noor.finds_no_barriers()

    bas.follows_menu("Accountbeheer")
    bas.page.get_by_role("link", name="Noor Haddad").click()
    bas.sees("Laatst ingelogd")
    bas.finds_no_barriers()
    bas.page.get_by_label("administratief").uncheck()
    bas.page.get_by_label("financieel").check()
    bas.page.get_by_role("button", name="Profiel wijzigen").click()
    bas.sees("Het profiel van Noor Haddad is gewijzigd.")
    noor.opens("/dashboard/")
    noor.sees("(financieel)")
    bas.page.get_by_role("link", name="Noor Haddad").click()
    bas.page.get_by_role("link", name="Account deactiveren").click()
    bas.sees("U kunt het account later weer activeren")
    bas.finds_no_barriers()
    bas.page.get_by_role("button", name="Account deactiveren").click()
    bas.sees("Noor Haddad heeft geen toegang meer.")
    noor.opens("/dashboard/")
    noor.sees_heading("Inloggen bij MijnZZ Zakelijk")


@pytest.mark.feature("G01")
@pytest.mark.feature("K01")
def test_applying_for_an_account_until_the_invitation(visitor):
    """Een MijnZZ Zakelijk account kunt u aanvragen via ons online aanmeldformulier."""
    visitor.opens("/")
    visitor.page.get_by_role("link", name="Vraag een account aan").click()
    visitor.sees_heading("Account aanvragen")
    visitor.page.get_by_role("button", name="Aanvraag versturen").click()
    visitor.sees("Vul het KvK-nummer van uw organisatie in.")
    visitor.finds_no_barriers()
    visitor.page.get_by_label("Soort organisatie").select_option(label="Uitzendbureau")
    visitor.page.get_by_label("Naam van de organisatie").fill(BRUG.name)
    visitor.page.get_by_label("KvK-nummer").fill(BRUG.kvk)
    visitor.page.get_by_label("Uw naam").fill("Noor Haddad")
    visitor.page.get_by_label("Uw e-mailadres").fill("haddad@debrug.example")
    visitor.page.get_by_label("Uw telefoonnummer").fill("071 123 45 67")
    visitor.page.get_by_label("administratief").check()
    visitor.page.get_by_role("button", name="Aanvraag versturen").click()
    visitor.sees_heading("Aanvraag ontvangen")
    visitor.finds_no_barriers()
    receipt = visitor.mail_to("haddad@debrug.example")
    assert "uiterlijk op" in receipt["text"]

    insurer = ["--insurer", BRUG.insurer]
    listed = [json.loads(line) for line in _operator(visitor, "list", *insurer, "--json").splitlines()]
    [waiting] = [one for one in listed if one["email"] == "haddad@debrug.example"]
    _operator(visitor, "approve", str(waiting["case_id"]), *insurer, "--by", "Kantoor")
    letter = visitor.mail_to("haddad@debrug.example", number=2)
    [link] = re.findall(r"http://\S+", letter["text"])
    visitor.page.goto(link)
    visitor.sees("heeft Zorg en Zekerheid u toegang gegeven")


def _operator(visitor, *arguments: str) -> str:
    command = [sys.executable, "-m", "collectief.config.command", "applications", *arguments]
    return subprocess.run(command, env=visitor.stack.environment, check=True, capture_output=True, text=True).stdout


@pytest.mark.feature("U02")
@pytest.mark.feature("K01")
def test_where_nobody_manages_accounts_a_role_is_asked_of_the_insurer(otto, staff):
    """Voor het aanmaken van nieuwe rollen vraagt u het ons, als niemand bij u accountbeheerder is."""
    otto.opens("/mijn-account/")
    otto.page.get_by_role("link", name="Een andere rol nodig? Vraag haar aan").click()
    otto.sees_heading("Een rol aanvragen")
    otto.finds_no_barriers("roles")
    otto.page.get_by_role("button", name="Verzoek versturen").click()
    otto.sees("Kies ten minste één rol.")
    otto.finds_no_barriers("roles-none")
    otto.page.get_by_label("financieel").check()
    otto.page.get_by_role("button", name="Verzoek versturen").click()
    otto.sees("U heeft gevraagd om: financieel.")
    otto.finds_no_barriers("roles-asked")

    sanne = staff("sanne@kantoor.example")
    link = sanne.page.get_by_role("link", name="Otto Smit, Otto Flexkrachten B.V.")
    for _ in range(60):
        sanne.opens("/zaken/?soort=role_request")
        if link.count():
            break
        sanne.page.wait_for_timeout(500)
    link.first.click()
    sanne.sees("Gevraagde rollen")
    sanne.finds_no_barriers("role-case")
    sanne.page.get_by_text("Weigeren…").click()
    sanne.page.get_by_label("Reden").fill("Bel ons even op.")
    sanne.page.get_by_role("button", name="Weigeren", exact=True).click()
    sanne.sees("is geweigerd.")
    otto.opens("/mijn-account/")
    otto.sees("Dat kon niet. De reden: Bel ons even op.")
