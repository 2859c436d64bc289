"""The lists of participants as files: all of it, what is found, and the template to send again (G05, U04, X02)."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.enrolment.models import Participation
from collectief.foundation.dates import dutch
from collectief.foundation.names import PersonName
from collectief.participants import register as register_module
from collectief.scope.database import opened
from tests.bulk_world import Register, done, planned
from tests.web.sheets import rows_of, taken
from tests.web.visiting import client_of, crowd, left, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U04"), pytest.mark.feature("G05")]

TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def ours():
    return agency()


def surnames(scope, address: str, **asked: str) -> list[str]:
    return [row["Achternaam"] for row in rows_of(scope, address, **asked)]


def test_the_whole_list_has_everyone_by_name(ours):
    crowd(ours, 30)
    rows = rows_of(ours.scope, "/deelnemers/download/")
    assert [row["Achternaam"] for row in rows] == [f"Velen{number:03}" for number in range(30)]
    assert list(rows[0]) == [
        "Voorletters", "Voorvoegsel", "Achternaam", "Relatienummer", "Geboortedatum", "Extern referentienummer",
        "Contractnummer", "Ingangsdatum", "Einddatum (t/m)", "Status",
    ]  # fmt: skip
    first = rows[0]
    assert (first["Contractnummer"], first["Status"]) == (ours.contracts[0].number, "Actief")
    assert first["Ingangsdatum"].date() == TODAY - timedelta(days=100)


def test_the_page_offers_the_whole_list_of_a_contract_and_exactly_what_is_found(ours):
    crowd(ours, 3)
    contract = str(ours.contracts[0].id)
    client = client_of(ours.scope)
    plain = text_of(client.get("/deelnemers/"))
    assert re.findall(r'href="(/deelnemers/(?:download|sjabloon)/[^"]*)"', plain) == [
        "/deelnemers/download/", "/deelnemers/sjabloon/",
    ]  # fmt: skip
    found = text_of(client.get("/deelnemers/", {"achternaam": "Velen001", "contract": contract}))
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/deelnemers/download/[^"]*)"', found)]
    assert links == [
        f"/deelnemers/download/?contract={contract}", f"/deelnemers/download/?achternaam=Velen001&contract={contract}",
    ]  # fmt: skip
    whole, filtered = (surnames(ours.scope, link) for link in links)
    assert whole == ["Velen000", "Velen001", "Velen002"] and filtered == ["Velen001"]
    assert surnames(ours.scope, "/deelnemers/download/", contract=str(ours.contracts[1].id)) == []


@pytest.mark.feature("U12")
def test_who_left_is_on_the_other_list(ours):
    people = crowd(ours, 3)
    left(ours, people[:1], YESTERDAY)
    assert surnames(ours.scope, "/deelnemers/download/") == ["Velen001", "Velen002"]
    [gone] = rows_of(ours.scope, "/oud-deelnemers/download/")
    assert (gone["Achternaam"], gone["Einddatum (t/m)"].date(), gone["Status"]) == ("Velen000", YESTERDAY, "Beëindigd")


def test_what_cannot_be_looked_for_is_no_file_but_said_on_the_list(ours):
    crowd(ours, 2)
    response = client_of(ours.scope).get("/deelnemers/download/", {"geboortedatum": "31-02-1980"})
    assert (response.status_code, response.headers["Location"]) == (302, "/deelnemers/?geboortedatum=31-02-1980")


def test_everyone_in_a_file_is_in_the_trail(ours):
    people = crowd(ours, 3)
    left(ours, people[:1], YESTERDAY)
    for address in ("/deelnemers/download/", "/oud-deelnemers/download/", "/deelnemers/sjabloon/"):
        taken(ours.scope, address)
    with opened(ours.scope):
        events = {event.action: event for event in AuditEvent.objects.filter(action__contains="download")}
    assert sorted(events["participants.download"].participant_ids) == sorted(people[1:])
    assert events["participants.download"].detail == {"lines": 2, "bsn": False}
    assert events["participants.download_former"].participant_ids == people[:1]
    assert sorted(events["participants.download_template"].participant_ids) == sorted(people[1:])


def test_who_works_in_one_contract_takes_along_that_one(ours):
    crowd(ours, 2)
    some = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    assert surnames(some, "/deelnemers/download/") == []
    money = client_of(member_of(ours.organisation, roles=["financial"]))
    assert money.get("/deelnemers/download/").status_code == 403
    assert money.get("/deelnemers/sjabloon/").status_code == 403


@pytest.mark.feature("U19")
def test_a_municipality_has_the_bsn_with_its_zeros_and_an_agency_has_no_such_column(ours):
    town = agency(name="Gemeente Leiden", segment="municipality")
    bsns = valid_bsns(3, start=1_234_567)
    for bsn in bsns:
        enrolled(town, Human(bsn), this_moment())
    rows = rows_of(town.scope, "/deelnemers/download/")
    assert sorted(row["BSN"] for row in rows) == [bsn.digits for bsn in bsns]
    assert bsns[0].digits.startswith("00")
    crowd(ours, 1)
    assert "BSN" not in rows_of(ours.scope, "/deelnemers/download/")[0]
    assert client_of(town.scope).get("/deelnemers/sjabloon/").status_code == 403


def test_a_name_that_looks_like_a_formula_stays_a_name(ours):
    enrolled(ours, Human(valid_bsns(1)[0], PersonName("=1+1", "", '=HYPERLINK("x")')), this_moment())
    sheet = openpyxl.load_workbook(io.BytesIO(taken(ours.scope, "/deelnemers/download/"))).active
    assert [(cell.value, cell.data_type) for cell in (sheet["A2"], sheet["C2"])] == [
        ("=1+1", "s"), ('=HYPERLINK("x")', "s"),
    ]  # fmt: skip


@pytest.mark.feature("X02")
@pytest.mark.feature("U19")
def test_what_was_downloaded_is_filled_in_and_sent_again(ours, monkeypatch, tmp_path):
    monkeypatch.setattr(register_module, "current_register", Register)
    leaves, renamed = crowd(ours, 2)
    book = openpyxl.load_workbook(io.BytesIO(taken(ours.scope, "/deelnemers/sjabloon/")))
    sheet = book.active
    heads = {cell.value: cell.column for cell in sheet[2]}
    assert sheet.cell(3, heads["BSN"]).value is None
    assert [sheet.cell(row, heads["Achternaam"]).value for row in (3, 4)] == ["Velen000", "Velen001"]
    for head, value in (("Actie", "Afmelden"), ("Einddatum (t/m)", dutch(TODAY)), ("Reden", "Einde dienstverband")):
        sheet.cell(3, heads[head]).value = value
    sheet.cell(4, heads["Actie"]).value = "Wijzigen referentie"
    sheet.cell(4, heads["Extern referentienummer"]).value = "000123"
    file = tmp_path / "deelnemers-sjabloon.xlsx"
    book.save(file)
    batch = done(ours.scope, file)
    assert batch.state == "done"
    with opened(ours.scope):
        stays = {stay.participant_id: stay for stay in Participation.objects.all()}
    assert stays[leaves].period.upper == TODAY + timedelta(days=1)
    # Zeros in front are part of a number.
    assert stays[renamed].external_reference == "000123"
    # The same file again changes nothing twice.
    again = planned(ours.scope, file)
    assert again.planned_counts == {"new": 0, "changed": 0, "unchanged": 2, "rejected": 0}
