"""Geplande lijsten on screen: planned, seen, stopped and taken (X11)."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.exports import making, queries
from collectief.exports.models import ExportFile
from collectief.exports.rules import MOST
from collectief.scope.database import housekeeping, opened
from tests.exports_world import due, exported, planned
from tests.web.visiting import client_of, crowd, events, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X11")]

WEEKLY = {"lijst": "current", "contract": "", "wanneer": "week/1"}


@pytest.fixture
def ours():
    return agency()


def test_a_list_is_planned_from_the_page_that_shows_it(ours):
    client = client_of(ours.scope)
    crowd(ours, 2)
    contract = str(ours.contracts[0].id)
    page = text_of(client.get("/deelnemers/", {"contract": contract}))
    link = re.search(r'href="(/geplande-lijsten/nieuw/[^"]*)"', page).group(1).replace("&amp;", "&")
    form = text_of(client.get(link))
    assert re.search(r'value="current"[^>]* checked', form)
    assert re.search(rf'<option value="{contract}" selected', form)
    said = text_of(client.post("/geplande-lijsten/nieuw/", WEEKLY | {"contract": contract}, follow=True))
    assert "De lijst is gepland. De eerste wordt gemaakt op" in said
    assert "Elke maandag" in said and f"{ours.contracts[0].number} – {ours.contracts[0].name}" in said


def test_the_flow_list_offers_its_own(ours):
    crowd(ours, 1)
    page = text_of(client_of(ours.scope).get("/in-en-uitstroom/", {"toon": "alle"}))
    assert f"/geplande-lijsten/nieuw/?lijst=flows&amp;contract={ours.contracts[0].id}" in page


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "Maak een keuze."),
        ({"lijst": "everyone", "wanneer": "week/1"}, "Maak een keuze."),
        ({"lijst": "current", "wanneer": "week/9"}, "Maak een keuze."),
        ({"lijst": "current", "wanneer": "month/31"}, "Maak een keuze."),
        ({"lijst": "current", "wanneer": "week/1", "contract": "0"}, "Maak een keuze."),
        ({"lijst": "flows", "wanneer": "month/1"}, "Kies een contract."),
        ({"lijst": "flows", "wanneer": "week/1", "contract": "own"}, "Kies een dag van de maand."),
    ],
    ids=str,
)
def test_what_cannot_be_planned_says_what_to_do(ours, body, says):
    body = {name: str(ours.contracts[0].id) if said == "own" else said for name, said in body.items()}
    response = client_of(ours.scope).post("/geplande-lijsten/nieuw/", body)
    assert response.status_code == 422 and says in text_of(response)
    with opened(ours.scope):
        assert queries.plans(ours.scope) == []


def test_too_many_says_so(ours):
    for _ in range(MOST):
        planned(ours.scope)
    response = client_of(ours.scope).post("/geplande-lijsten/nieuw/", WEEKLY)
    assert response.status_code == 422 and "Stop er eerst een" in text_of(response)


def test_what_was_made_is_taken_and_a_plan_is_stopped(ours):
    crowd(ours, 2)
    found = exported(ours.scope)
    client = client_of(ours.scope)
    page = text_of(client.get("/geplande-lijsten/"))
    assert f"/geplande-lijsten/bestanden/{found['export_id']}/" in page
    response = client.get(f"/geplande-lijsten/bestanden/{found['export_id']}/")
    assert f'filename="deelnemers-{timezone.localdate()}.xlsx"' in response["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert book.active.max_row == 3
    said = text_of(client.post(f"/geplande-lijsten/{found['export_plan_id']}/stoppen/", follow=True))
    assert "De lijst wordt niet meer gemaakt." in said and "Door u gestopt" in said


def test_the_message_leads_there(ours):
    exported(ours.scope)
    client = client_of(ours.scope)
    page = text_of(client.get("/berichten/"))
    assert "Uw geplande lijst staat klaar: Huidige deelnemers" in page
    link = re.search(r'href="(/berichten/\d+/)"', page).group(1)
    message = text_of(client.get(link))
    assert "Regels: 0" in message and 'href="/geplande-lijsten/"' in message


def test_a_colleague_finds_nothing_of_it(ours):
    found = exported(ours.scope)
    client = client_of(member_of(ours.organisation, roles=["administrative"], name="Dewi"))
    assert "U heeft nog niets gepland." in text_of(client.get("/geplande-lijsten/"))
    assert client.get(f"/geplande-lijsten/bestanden/{found['export_id']}/").status_code == 404
    assert client.post(f"/geplande-lijsten/{found['export_plan_id']}/stoppen/").status_code == 404
    assert "Uw geplande lijst" not in text_of(client.get("/berichten/"))


def test_without_the_role_the_pages_are_closed(ours):
    client = client_of(member_of(ours.organisation, roles=["financial"], name="Femke"))
    for path in ("/geplande-lijsten/", "/geplande-lijsten/nieuw/"):
        assert client.get(path).status_code == 403


def test_while_files_cannot_be_reached_it_says_so(ours):
    found = exported(ours.scope)
    with housekeeping():
        stored_as = ExportFile.objects.values_list("stored_as", flat=True).get()
    default_storage.delete(stored_as)
    response = client_of(ours.scope).get(f"/geplande-lijsten/bestanden/{found['export_id']}/", follow=True)
    assert "De lijst is nu niet op te halen." in text_of(response)


def test_a_file_that_is_damaged_is_said_to_be_so_logged_and_in_the_trail(ours, caplog):
    found = exported(ours.scope)
    with housekeeping():
        stored_as = ExportFile.objects.values_list("stored_as", flat=True).get()
    path = Path(default_storage.path(stored_as))
    path.write_bytes(path.read_bytes()[:-1])
    address = f"/geplande-lijsten/bestanden/{found['export_id']}/"
    response = client_of(ours.scope).get(address, follow=True)
    said = "Deze lijst is beschadigd geraakt en niet meer te openen. Download haar opnieuw via het menu."
    alert = f'<div class="ds-alert" data-color="danger" role="status"><p class="ds-paragraph">{said}</p></div>'
    assert alert in text_of(response)
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("ERROR", f"the file of list {found['export_id']}, {stored_as}, is damaged")
    ]
    [event] = [one for one in events(ours) if one.action == "exports.download"]
    assert (event.outcome, event.object_ids["export"]) == ("failure", [found["export_id"]])


def test_a_page_asks_as_much_of_the_database_with_many_as_with_one(ours):
    client = client_of(ours.scope)
    now = timezone.now()

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/geplande-lijsten/")
        return len(asked)

    making.make(due(planned(ours.scope), now=now), now=now)
    few = questions()
    for _ in range(4):
        making.make(due(planned(ours.scope), now=now), now=now)
    assert questions() == few


def test_days_are_called_as_each_language_does(ours):
    client = client_of(ours.scope)
    assert "Elke maandag" in text_of(client.get("/geplande-lijsten/nieuw/"))
    client.post("/taal/", {"language": "en"})
    assert "Every Monday" in text_of(client.get("/geplande-lijsten/nieuw/"))
