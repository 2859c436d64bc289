"""The insurer's office: an application judged until somebody is in or knows why not, and the auditor's inquiry."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from collectief.demo.cast import BRUG, OTTO
from tests.journeys.conftest import NARROWEST

SANNE, LOTTE, ERIK = "sanne@kantoor.example", "lotte@kantoor.example", "erik@kantoor.example"


def _applies(visitor, name: str, email: str, *, kvk: str = BRUG.kvk) -> None:
    """Account aanvragen, at the door of mijnzz."""
    visitor.opens("/aanvragen/")
    visitor.page.get_by_label("Soort organisatie").select_option(label="Uitzendbureau")
    visitor.page.get_by_label("Naam van de organisatie").fill(BRUG.name)
    visitor.page.get_by_label("KvK-nummer").fill(kvk)
    visitor.page.get_by_label("Uw naam").fill(name)
    visitor.page.get_by_label("Uw e-mailadres").fill(email)
    visitor.page.get_by_label("Uw telefoonnummer").fill("071 123 45 67")
    visitor.page.get_by_label("administratief").check()
    visitor.page.get_by_role("button", name="Aanvraag versturen").click()
    visitor.sees_heading("Aanvraag ontvangen")
    # The receipt is mailed once the case is there.
    visitor.mail_to(email)


def _opens_case(clerk, name: str) -> None:
    clerk.follows_menu("Zaken")
    clerk.sees_heading("Zaken")
    clerk.page.get_by_role("link", name=re.compile(name)).click()


@pytest.mark.timeout(300)
@pytest.mark.feature("K01")
@pytest.mark.feature("G01")
@pytest.mark.feature("O01")
@pytest.mark.feature("O02")
def test_an_application_is_granted_and_the_invitation_used(visitor, staff, someone):
    """De eerste van een organisatie vraagt via een webformulier aan; de uitnodiging komt per mail."""
    _applies(visitor, "Milou Dekker", "milou@debrug.example")
    sanne = staff(SANNE)
    # In the demo world one application has been waiting for too long.
    sanne.sees("Begin daarmee.")
    sanne.finds_no_barriers()
    sanne.follows_menu("Zaken")
    sanne.sees("te laat")
    first = sanne.page.locator("tbody tr").first
    expect(first).to_contain_text("Milan de Wit")
    expect(first).to_contain_text("werkdag")
    sanne.finds_no_barriers()
    sanne.page.get_by_role("link", name=re.compile("Milou Dekker")).click()
    sanne.sees("Nog niemand is hiermee bezig.")
    sanne.finds_no_barriers()
    sanne.page.get_by_role("button", name="Op mij nemen").click()
    sanne.sees("U bent nu met deze zaak bezig.")
    sanne.page.get_by_label("Nieuwe notitie").fill("KvK nagekeken: klopt.")
    sanne.page.get_by_role("button", name="Notitie toevoegen").click()
    sanne.sees("KvK nagekeken: klopt.")
    sanne.finds_no_barriers()

    lotte = staff(LOTTE)
    _opens_case(lotte, "Milou Dekker")
    lotte.sees("Sanne Kok is hiermee bezig sinds")
    lotte.finds_no_barriers()
    assert not lotte.page.get_by_role("button", name="Goedkeuren").count()

    sanne.page.get_by_role("button", name="Goedkeuren", exact=True).click()
    sanne.sees("is goedgekeurd.")
    lotte.page.get_by_role("button", name="Overnemen").click()
    lotte.sees("Sanne Kok heeft deze zaak net beslist: goedgekeurd.")
    lotte.finds_no_barriers()

    letter = visitor.mail_to("milou@debrug.example", number=2)
    visitor.page.goto(re.search(r"http://\S+", letter["text"])[0])
    visitor.sees("heeft Zorg en Zekerheid u toegang gegeven")
    visitor.page.get_by_role("link", name="Account activeren met eHerkenning").click()
    visitor.chooses_at_eherkenning("Milou Dekker", BRUG.name)
    visitor.sees_heading("Dashboard")
    visitor.sees("administratief")

    bas = someone("Bas Mulder")
    bas.follows_menu("Logboek")
    row = bas.page.get_by_role("row").filter(has_text="Zorg en Zekerheid").filter(has_text="Collega uitgenodigd")
    expect(row.first).to_contain_text("behandelaar")
    assert "Sanne" not in bas.page.locator("main").inner_text()


@pytest.mark.timeout(300)
@pytest.mark.feature("K01")
@pytest.mark.feature("G01")
def test_what_cannot_be_granted_is_refused_and_the_reason_mailed(visitor, staff):
    _applies(visitor, "Tim Onbekend", "tim@nergens.example", kvk="99999999")
    sanne = staff(SANNE)
    _opens_case(sanne, "Tim Onbekend")
    sanne.sees("Wij hebben geen klant van deze soort met KvK-nummer 99999999")
    sanne.page.get_by_role("button", name="Goedkeuren", exact=True).click()
    sanne.sees("Bel de aanvrager om het nummer te controleren.")
    sanne.finds_no_barriers()
    sanne.page.get_by_text("Weigeren…").click()
    sanne.page.get_by_role("button", name="Weigeren", exact=True).click()
    sanne.sees("Schrijf de reden op: de aanvrager leest die.")
    sanne.finds_no_barriers()
    sanne.page.get_by_label("Reden").fill("Uw organisatie heeft bij ons geen contract.")
    sanne.page.get_by_role("button", name="Weigeren", exact=True).click()
    sanne.sees("is geweigerd.")
    letter = visitor.mail_to("tim@nergens.example", number=2)
    assert "De reden: Uw organisatie heeft bij ons geen contract." in letter["text"]
    sanne.page.get_by_role("link", name="Wat al is beslist").click()
    sanne.sees_heading("Besliste zaken")
    sanne.finds_no_barriers()
    sanne.page.get_by_role("link", name=re.compile("Tim Onbekend")).click()
    sanne.sees("Uw organisatie heeft bij ons geen contract.")
    sanne.finds_no_barriers()


@pytest.mark.timeout(300)
@pytest.mark.feature("K06")
def test_the_auditor_finds_who_saw_a_participant(anna, staff, otto):
    anna.follows_menu("Huidige deelnemers")
    anna.page.locator("tbody th a").first.click()
    number = anna.page.locator("tbody tr td").first.inner_text()
    anna.page.get_by_role("link", name="Bekijk alle details").click()
    anna.sees(number)

    erik = staff(ERIK)
    erik.follows_menu("Onderzoek")
    erik.sees_heading("Onderzoek")
    erik.sees("Is het logboek nog heel?")
    erik.finds_no_barriers()
    erik.page.get_by_label("BSN").fill("123456789")
    erik.page.get_by_role("button", name="Zoek", exact=True).click()
    erik.sees("Dit is geen geldig BSN.")
    erik.finds_no_barriers()
    erik.page.get_by_label("BSN").fill("")
    erik.page.get_by_label("Relatienummer").fill(number)
    erik.page.get_by_role("button", name="Zoek", exact=True).click()
    erik.sees(f"relatienummer {number} bij {BRUG.name}")
    assert number not in erik.page.url
    row = erik.page.get_by_role("row").filter(has_text="Gegevens van een deelnemer bekeken").first
    expect(row).to_contain_text("Anna de Boer")
    row.get_by_text("Alles over").click()
    expect(row).to_contain_text("uitvoeren van de collectieve verzekering")
    expect(row).to_contain_text("mijnzz/form")
    erik.finds_no_barriers()
    assert OTTO.name not in erik.page.locator("table").inner_text()
    with erik.page.expect_download() as download:
        erik.page.get_by_role("link", name="Download als Excel").click()
    assert download.value.suggested_filename == "onderzoek.xlsx"
    erik.page.get_by_role("link", name="Nieuwe zoekopdracht").click()
    erik.page.get_by_label("Account").fill(ERIK)
    erik.page.get_by_role("button", name="Zoek", exact=True).click()
    own = erik.page.get_by_role("row").filter(has_text="Gevonden gebeurtenissen gedownload").first
    expect(own).to_contain_text("toezicht op de toegang")
    erik.speaks("en")
    erik.sees_heading("Inquiry")
    erik.page.set_viewport_size({"width": NARROWEST, "height": 900})
    erik.finds_no_barriers()
