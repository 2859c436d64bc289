"""Eigen risico verbruik: the page, the workbook and the letter; and the files at the office (U25)."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
from pypdf import PdfReader

from collectief.audit.models import AuditEvent
from collectief.foundation.names import PersonName
from collectief.runs import actions as runs
from collectief.scope.database import opened
from tests.deductible_world import FINAL, LAST_YEAR, THIS_YEAR, brought, brought_for, core_file, numbers
from tests.office_world import clerk
from tests.terms_world import offer, product
from tests.web.visiting import client_of, doubled_ids, events, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U25")]

PAGE = "/eigen-risico/"
FILES = "/eigen-risico-bestanden/"


def insured(customer, count: int, *, start: int = 955_000_000) -> list[int]:
    """People insured through an agency in the last days of last year, by name."""
    offer(customer, product(customer, f"B{start}"))
    return [
        enrolled(
            customer, Human(bsn, PersonName("V.", "", f"Verbruik{place:03}")), this_moment(),
            since=date(LAST_YEAR, 12, 30),
        )
        for place, bsn in enumerate(valid_bsns(count, start=start))
    ]  # fmt: skip


def names(text: str) -> list[str]:
    return re.findall(r"Verbruik\d{3}", re.sub(r"<span class=\"ds-sr-only\">.*?</span>", "", text))


def test_the_overview_of_a_year_is_seen_filtered_and_sorted(ours, tmp_path):
    anna = client_of(ours.scope)
    assert "Van dit jaar is er nog geen overzicht." in text_of(anna.get(PAGE))
    people = insured(ours, 3)
    brought_for(ours, people, tmp_path)
    page = text_of(anna.get(PAGE))
    assert f"Eigen risico verbruik {LAST_YEAR}" in page and "3 deelnemers" in page
    assert names(page) == ["Verbruik000", "Verbruik001", "Verbruik002"]
    row = page[page.index("Verbruik001") :]
    places = [row.index(said) for said in ("385,00", "100,00", "285,00", f"01-01-{THIS_YEAR}")]
    assert places == sorted(places)
    assert "kan nog oplopen" not in page and doubled_ids(page) == set()
    of = f"{PAGE}{LAST_YEAR}/"
    assert names(text_of(anna.get(of, {"sorteer": "-verbruikt"})))[0] == "Verbruik002"
    assert names(text_of(anna.get(of, {"sorteer": "onzin"})))[0] == "Verbruik000"
    assert names(text_of(anna.get(of, {"over": "untouched"}))) == ["Verbruik000"]
    assert names(text_of(anna.get(of, {"zoek": "verbruik001"}))) == ["Verbruik001"]
    assert names(text_of(anna.get(of, {"zoek": numbers(ours)[people[2]]}))) == ["Verbruik002"]
    assert "We vinden niemand" in text_of(anna.get(of, {"zoek": "zzz"}))
    # What cannot be looked for is everyone.
    assert len(names(text_of(anna.get(of, {"over": "onzin"})))) == 3
    seen = [event for event in events(ours) if event.action == "deductible.list"]
    assert sorted(seen[1].participant_ids) == sorted(people) and seen[1].detail["year"] == LAST_YEAR
    for year in (THIS_YEAR + 1, THIS_YEAR - 4, 0, 99999):
        assert anna.get(f"{PAGE}{year}/").status_code == 404


def test_what_is_not_of_the_whole_year_says_so(ours, tmp_path):
    brought_for(ours, insured(ours, 1), tmp_path, as_of=f"{LAST_YEAR}-12-30")
    assert f"De vroegste peildatum is 30-12-{LAST_YEAR}" in text_of(client_of(ours.scope).get(PAGE))


def test_the_list_goes_by_pages_with_as_many_questions_however_long(ours, tmp_path, django_assert_max_num_queries):
    brought_for(ours, insured(ours, 60), tmp_path)
    anna = client_of(ours.scope)
    anna.get(PAGE)
    with django_assert_max_num_queries(22):
        assert len(names(text_of(anna.get(PAGE)))) == 50
    assert len(names(text_of(anna.get(PAGE, {"pagina": "2"})))) == 10
    assert len(names(text_of(anna.get(PAGE, {"pagina": "9"})))) == 10


def test_the_workbook_has_exactly_what_is_found(ours, tmp_path):
    people = insured(ours, 3)
    brought_for(ours, people, tmp_path)
    response = client_of(ours.scope).get(f"{PAGE}{LAST_YEAR}/download/", {"over": "some", "sorteer": "-verbruikt"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    heads, *rows = sheet.values
    assert heads[-5:] == ("Jaar", "Eigen risico", "Verbruikt", "Resterend", "Peildatum")
    assert [row[2] for row in rows] == ["Verbruik002", "Verbruik001", "Verbruik000"]
    assert rows[0][-5:-1] == (LAST_YEAR, 385, 200, 185) and str(rows[0][-1].date()) == FINAL
    assert "BSN" not in heads and heads.count("Relatienummer") == 1
    with opened(ours.scope):
        event = AuditEvent.objects.get(action="deductible.download")
    assert sorted(event.participant_ids) == sorted(people) and event.detail == {"year": LAST_YEAR, "lines": 3}


def test_the_yearly_overview_of_one_participant_is_a_letter_that_can_be_checked(ours, tmp_path):
    people = insured(ours, 2)
    brought_for(ours, people, tmp_path)
    anna = client_of(ours.scope)
    response = anna.get(f"{PAGE}{LAST_YEAR}/{people[1]}/brief/")
    assert response["Content-Type"] == "application/pdf"
    text = _text(response)
    for said in (
        f"Jaaroverzicht eigen risico {LAST_YEAR}",
        "Verbruik001",
        "100,00",
        "285,00",
        numbers(ours)[people[1]],
    ):
        assert said in text, said
    assert "tellen nog niet mee" in text
    number = re.search(r"nummer ([0-9A-Z-]{20,})", text)[1]
    checked = text_of(anna.get("/controleren/", {"nummer": number}))
    assert "Jaaroverzicht eigen risico" in checked and "Verbruik001" not in checked
    assert anna.get(f"{PAGE}{THIS_YEAR}/{people[1]}/brief/").status_code == 404
    assert anna.get(f"{PAGE}{LAST_YEAR}/0/brief/").status_code == 404


def _text(response) -> str:
    """What a letter says."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def test_who_may_open_it_and_who_may_not(ours, tmp_path):
    people = insured(ours, 1)
    brought_for(ours, people, tmp_path)
    paths = (PAGE, f"{PAGE}{LAST_YEAR}/", f"{PAGE}{LAST_YEAR}/download/", f"{PAGE}{LAST_YEAR}/{people[0]}/brief/")
    femke = client_of(member_of(ours.organisation, roles=["financial"]))
    for path in paths:
        assert femke.get(path).status_code == 200, path
    page = text_of(femke.get(PAGE))
    # Who settles with people finds them here by number, and no way to the rest of what is known of them.
    assert numbers(ours)[people[0]] in page and f"/deelnemers/{people[0]}/" not in page
    assert "Geboortedatum" in _text(client_of(ours.scope).get(paths[3]))
    assert "Geboortedatum" not in _text(femke.get(paths[3]))
    sheet = femke.get(paths[2])
    heads = next(openpyxl.load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active.values)
    assert "Relatienummer" in heads and "Geboortedatum" not in heads
    assert "Eigen risico verbruik" in text_of(femke.get("/dashboard/"))
    bas = client_of(member_of(ours.organisation, roles=["account_manager"]))
    town = agency(name="Duinstad", segment="municipality", roles=["administrative", "financial"])
    for client in (bas, client_of(town.scope)):
        for path in paths:
            assert client.get(path).status_code == 403, path
        assert "Eigen risico" not in text_of(client.get("/dashboard/"))
    otto = client_of(agency(name="Otto").scope)
    assert otto.get(paths[3]).status_code == 404 and names(text_of(otto.get(paths[1]))) == []


@pytest.mark.feature("K04")
@pytest.mark.feature("U29")
def test_the_run_puts_a_message_in_berichten_that_leads_to_the_overview(ours, tmp_path):
    brought_for(ours, insured(ours, 1), tmp_path)
    sanne = client_of(clerk())
    before = f"/maandelijkse-runs/vooraf/?soort=deductible_overview&periode={LAST_YEAR}"
    assert "Organisaties die een bericht krijgen</dt><dd>1<" in text_of(sanne.get(before))
    runs.go_on(int(sanne.post(before)["Location"].split("/")[-2]))
    femke = client_of(member_of(ours.organisation, roles=["financial"]))
    listed = text_of(femke.get("/berichten/?categorie=financial"))
    assert f"Het overzicht eigen risico verbruik van {LAST_YEAR} staat klaar" in listed
    message = re.search(r'href="(/berichten/\d+/)"', listed)[1]
    page = text_of(femke.get(message))
    assert f"Peildatum: 01-01-{THIS_YEAR}" in page and f'href="{PAGE}{LAST_YEAR}/"' in page
    assert "Er is niets te doen" in text_of(sanne.get(before))
    # Whoever has no messages of this category is told nothing, nor promised it.
    promised = "In Berichten staat het wanneer het overzicht"
    assert promised in text_of(femke.get(PAGE)) and promised not in text_of(client_of(ours.scope).get(PAGE))
    assert "eigen risico" not in text_of(client_of(ours.scope).get("/berichten/")).split("<main")[1]


def test_the_office_sees_the_files_and_what_was_wrong(ours, tmp_path):
    theirs = agency(name="Elders", segment="back_office", brand="kantoor-izz", contracts=0, roles=["case_handler"])
    sanne = client_of(clerk())
    assert "Er is nog geen bestand ingelezen." in text_of(sanne.get(FILES))
    [one] = insured(ours, 1)
    path = core_file(tmp_path, [f"{numbers(ours)[one]};{LAST_YEAR};385;0;{FINAL}", f"999;x;385;400;{FINAL}"])
    first, again = brought(ours, path), brought(ours, path)
    page = text_of(sanne.get(FILES))
    assert page.count("Overgenomen, met fouten") == 2 and doubled_ids(page) == set()
    shown = text_of(sanne.get(f"{FILES}{first.import_id}/"))
    assert "Het jaar is geen jaartal" in shown and "Er is meer verbruikt" in shown and ">3<" in shown
    assert "al eerder ingelezen" not in shown
    # Whom a line is about is in the file, and nowhere here.
    assert numbers(ours)[one] not in shown and "999" not in shown
    assert "al eerder ingelezen" in text_of(sanne.get(f"{FILES}{again.import_id}/"))
    for roles in (["help_desk"], ["auditor"], ["office_manager"]):
        closed = client_of(clerk(roles=roles))
        assert closed.get(FILES).status_code == closed.get(f"{FILES}{first.import_id}/").status_code == 403
    assert client_of(ours.scope).get(FILES).status_code == 403
    assert sanne.get(f"{FILES}0/").status_code == 404
    assert client_of(theirs.scope).get(f"{FILES}{first.import_id}/").status_code == 404
