"""One login, many employers: an office acts for De Brug and Otto, always in somebody's name (X07)."""

from __future__ import annotations

import pytest

from collectief.demo.cast import BRUG, OTTO, ZUID


@pytest.mark.feature("X07")
def test_an_office_works_in_anothers_name_until_the_mandate_is_revoked(someone):
    tess, bas = someone("Tess Kuiper", ZUID.name), someone("Bas Mulder")
    tess.sees_heading("Namens wie wilt u werken?")
    tess.sees(OTTO.name)
    tess.finds_no_barriers()
    tess.page.get_by_role("button", name=BRUG.name).click()
    tess.sees(f"U werkt nu namens {BRUG.name}")
    tess.sees(f"Namens {BRUG.name} (machtiging")
    tess.finds_no_barriers()
    tess.follows_menu("Huidige deelnemers")
    options = tess.page.get_by_label("Contract", exact=True).locator("option").all_text_contents()
    assert [text[:5] for text in options[1:]] == ["23595", "23596"]
    tess.finds_no_barriers()
    tess.page.get_by_role("link", name="Namens wie").click()
    tess.page.get_by_role("button", name=OTTO.name).click()
    tess.sees(f"Namens {OTTO.name} (machtiging")
    tess.page.get_by_role("link", name="Namens wie").click()
    tess.page.get_by_role("button", name=BRUG.name).click()
    tess.sees(f"U werkt nu namens {BRUG.name}")

    bas.follows_menu("Logboek")
    bas.sees("Tess Kuiper (Administratiekantoor Zuid B.V.), namens uw organisatie")
    bas.follows_menu("Accountbeheer")
    bas.page.get_by_role("link", name="Machtigingen").click()
    bas.sees(ZUID.name)
    bas.finds_no_barriers()
    bas.page.get_by_role("link", name="Nieuwe machtiging").click()
    bas.page.get_by_role("button", name="Machtiging geven").click()
    bas.sees("Vul het KvK-nummer in.")
    bas.finds_no_barriers()
    bas.page.get_by_label("KvK-nummer").fill(ZUID.kvk)
    bas.page.get_by_label("Naam van het kantoor").fill("Zuid, voor Den Haag")
    bas.page.get_by_label("administratief").check()
    bas.page.get_by_label("Alleen deze contracten:").check()
    bas.page.get_by_label("Vestiging Den Haag").check()
    bas.page.get_by_role("button", name="Machtiging geven").click()
    bas.sees("De machtiging voor Zuid, voor Den Haag is gegeven.")

    mark = someone("Mark Evers", ZUID.name)
    mark.follows_menu("Accountbeheer")
    mark.page.get_by_role("link", name="Machtigingen").click()
    mark.sees("nog niemand")
    mark.finds_no_barriers()
    mark.page.get_by_role("link", name=BRUG.name).last.click()
    mark.sees_heading(f"Wie werkt namens {BRUG.name}?")
    mark.finds_no_barriers()
    mark.page.get_by_role("group", name="Tess Kuiper").get_by_label("administratief").check()
    mark.page.get_by_role("button", name="Opslaan").click()
    mark.sees(f"Wie namens {BRUG.name} werkt, is gewijzigd.")

    for office in ("Zuid, voor Den Haag", ZUID.name):
        bas.page.get_by_role("row", name=office).get_by_role("link", name="Intrekken").click()
        bas.sees("Dit kunt u niet terugdraaien.")
        bas.finds_no_barriers()
        bas.page.get_by_role("button", name="Machtiging intrekken").click()
        bas.sees("De machtiging is ingetrokken")
    tess.opens("/deelnemers/")
    tess.sees_heading("Inloggen bij MijnZZ Zakelijk")
