"""The insurer tells its customers something: seen beforehand, read by Dewi, and taken back (K03)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from collectief.foundation.dates import dutch

SANNE = "sanne@kantoor.example"


def _writes(sanne, kind: str, title: str) -> None:
    sanne.follows_menu("Nieuws en berichten")
    sanne.page.get_by_role("link", name="Nieuws of bericht plaatsen").click()
    sanne.page.get_by_label(kind).check()
    for label, said in (
        ("Titel in het Nederlands", title), ("Titel in het Engels", f"{title} (EN)"),
        ("Tekst in het Nederlands", "Bel voortaan **071 5 825 000**.\n\n- op werkdagen\n- tot 17 uur"),
        ("Tekst in het Engels", "Call **071 5 825 000** from now on. <script>alert(1)</script>"),
    ):  # fmt: skip
        sanne.page.get_by_label(label).fill(said)
    sanne.page.get_by_role("button", name="Voorbeeld tonen").click()
    sanne.sees("Zo lezen klanten het")
    sanne.page.locator("strong", has_text="071 5 825 000").first.wait_for()
    sanne.finds_no_barriers(f"news-preview-{kind[:7]}")
    sanne.page.get_by_role("button", name="Plaatsen", exact=True).click()
    sanne.sees("Geplaatst.")


@pytest.mark.timeout(300)
@pytest.mark.feature("K03")
@pytest.mark.feature("U03")
def test_news_and_a_message_reach_the_customers(staff, someone):
    sanne = staff(SANNE)
    _writes(sanne, "Nieuws op het dashboard", "Nieuw telefoonnummer")
    sanne.finds_no_barriers("news-one")
    _writes(sanne, "Bericht aan organisaties", "Vragen over januari")
    sanne.follows_menu("Nieuws en berichten")
    for title in ("Nieuw telefoonnummer", "Vragen over januari"):
        expect(sanne.page.get_by_role("row", name=re.compile(title))).to_have_count(1)
    sanne.finds_no_barriers("news-list")
    dewi = someone("Dewi Kaya")
    dewi.sees("Nieuw telefoonnummer")
    dewi.finds_no_barriers("news-dashboard")
    dewi.speaks("en")
    dewi.sees("Call 071 5 825 000 from now on. <script>alert(1)</script>")
    dewi.speaks("nl")
    dewi.page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name=re.compile("^Berichten")).click()
    dewi.page.get_by_label("Categorie").select_option(label="Van de verzekeraar")
    dewi.page.get_by_role("button", name="Selecteren").click()
    dewi.page.get_by_role("link", name="Vragen over januari").click()
    dewi.sees("op werkdagen")
    dewi.finds_no_barriers("news-message")
    sanne.page.get_by_role("link", name="Nieuw telefoonnummer").click()
    sanne.page.get_by_role("link", name="Intrekken").click()
    sanne.finds_no_barriers("news-withdraw")
    sanne.page.get_by_role("button", name="Intrekken").click()
    sanne.sees("Ingetrokken: niemand leest dit meer.")
    dewi.follows_menu("Dashboard")
    dewi.sees("Laatste berichten")
    expect(dewi.page.get_by_text("Nieuw telefoonnummer")).to_have_count(0)


@pytest.mark.feature("X08")
def test_mail_says_that_a_message_is_there(someone):
    """Lisa wants to know at once; what Anna does is mailed to her, without a name."""
    lisa, anna = someone("Lisa Vos"), someone("Anna de Boer")
    lisa.opens("/mijn-account/")
    lisa.page.get_by_label("Meteen").check()
    lisa.finds_no_barriers("mail-choice")
    lisa.page.get_by_role("button", name="Keuze bewaren").click()
    lisa.sees("Uw keuze is bewaard.")
    anna.follows_menu("Huidige deelnemers")
    anna.page.get_by_label("Contract").select_option(index=1)
    anna.turns_page(anna.page.get_by_role("button", name="Zoek deelnemer"))
    # Not somebody whom another journey, or the demo world, has let go already.
    anna.page.locator("tbody tr", has_text="Actief").locator("th a").first.click()
    anna.page.get_by_label("Einddatum (t/m)", exact=True).fill(dutch(date.today() + timedelta(days=40)))
    anna.page.get_by_label("Reden").select_option(label="Einde dienstverband")
    anna.page.get_by_role("button", name="Afmelden").click()
    anna.sees("is ontvangen")
    letter = _mail(lisa, "lisa@debrug.example")
    assert "/berichten/" in letter["text"]
    assert "Afmelding" not in letter["text"]


def _mail(somebody, address: str) -> dict[str, str]:
    """The mail about messages, which goes within a minute."""
    for _ in range(900):
        answer = somebody.page.request.get(f"{somebody.stack.postbus_url}/_simulator/received", params={"to": address})
        found = [letter for letter in answer.json()["letters"] if "klaar" in letter["subject"]]
        if found:
            return found[0]
        somebody.page.wait_for_timeout(100)
    raise AssertionError(f"no mail about messages to {address}")
