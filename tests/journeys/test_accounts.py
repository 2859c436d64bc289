"""Accountbeheer: Bas lets a colleague in, changes what she may do, and closes the door again."""

from __future__ import annotations

import re

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
    bas.page.get_by_role("button", name="Account deactiveren").click()
    bas.sees("Noor Haddad heeft geen toegang meer.")
    noor.opens("/dashboard/")
    noor.sees_heading("Inloggen bij MijnZZ Zakelijk")
