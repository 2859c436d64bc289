"""All documents of a selection in one ZIP: what is in it, what is not, and how much at once (X11)."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pypdf import PdfReader

from collectief.audit.models import AuditEvent
from collectief.documents.models import Document
from collectief.documents.store import StoreUnavailable
from collectief.scope.database import opened
from collectief.web.participants import bundle
from tests.terms_world import insuring_agency, offer, product
from tests.web.test_letters import leaves
from tests.web.visiting import client_of, crowd, left, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X11")]


@pytest.fixture
def ours():
    return insuring_agency()


def opened_zip(response) -> dict[str, bytes]:
    assert response["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def text(pdf: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def test_everyone_on_the_list_is_in_it_under_their_own_number(ours):
    people = crowd(ours, 23)
    left(ours, people[:1], timezone.localdate())
    client = client_of(ours.scope)
    assert 'href="/deelnemers/documenten/"' in text_of(client.get("/deelnemers/"))
    response = client.get("/deelnemers/documenten/")
    assert response["Content-Disposition"] == 'attachment; filename="documenten.zip"'
    found = opened_zip(response)
    folders = {name.split("/")[0] for name in found}
    assert len(folders) == 23
    assert sum("/polisblad-" in name for name in found) == 23
    assert sum("/beeindigingsbrief-" in name for name in found) == 1
    assert all(folder in text(found[name]) for name in found for folder in [name.split("/")[0]])
    with opened(ours.scope):
        event = AuditEvent.objects.get(action="documents.bundle")
        assert (sorted(event.participant_ids), event.detail) == (sorted(people), {"people": 23})
        assert Document.objects.count() == 24
        made = AuditEvent.objects.filter(action="documents.make")
        assert {id_ for one in made for id_ in one.participant_ids} == set(people)


def test_it_has_what_was_looked_for_and_nobody_elses(ours):
    one, other = (
        enrolled(ours, Human(bsn), this_moment(), contract=contract)
        for contract, bsn in enumerate(valid_bsns(2, start=948_000_000))
    )
    offer(ours, product(ours, "ANDERS"), contract=1)
    crowd(agency(name="Otto"), 1, start=949_000_000)
    contract = ours.contracts[0].id
    found = opened_zip(client_of(ours.scope).get(f"/deelnemers/documenten/?contract={contract}"))
    assert len(found) == 1
    here = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    client = client_of(here)
    opened_zip(client.get("/deelnemers/documenten/"))
    with opened(ours.scope):
        events = AuditEvent.objects.filter(action="documents.bundle").order_by("id")
        assert [event.participant_ids for event in events] == [[one], [other]]
    assert client.get(f"/deelnemers/{one}/documenten/").status_code == 404
    for role in ("financial", "account_manager"):
        money = client_of(member_of(ours.organisation, roles=[role]))
        assert money.get("/deelnemers/documenten/").status_code == 403
        assert money.get(f"/deelnemers/{one}/documenten/").status_code == 403


def test_of_one_participant_it_is_everything_their_page_has_and_the_same_letters(ours):
    someone = enrolled(ours, Human(valid_bsns(1, start=948_500_000)[0]), this_moment())
    leaves(ours, timezone.localdate() - timedelta(days=2))
    client = client_of(ours.scope)
    assert f'href="/deelnemers/{someone}/documenten/"' in text_of(client.get(f"/deelnemers/{someone}/"))
    statement = client.get(f"/deelnemers/{someone}/verzekeringsverklaring/").content
    found = opened_zip(client.get(f"/deelnemers/{someone}/documenten/"))
    kinds = sorted(name.split("/")[1].split("-")[0] for name in found)
    assert kinds == ["beeindigingsbrief", "polisblad", "verzekeringsverklaring"]
    assert statement in found.values(), "made today already"


def test_it_speaks_the_language_of_the_portal(ours):
    crowd(ours, 1)
    client = client_of(ours.scope)
    client.post("/taal/", {"language": "en"})
    [(name, pdf)] = opened_zip(client.get("/deelnemers/documenten/")).items()
    assert "policy-schedule" in name or "schedule" in name
    assert "Policy schedule health insurance" in text(pdf)


def test_what_cannot_be_set_is_named_and_the_rest_is_there(ours):
    first, _second = crowd(ours, 2)
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute("UPDATE participant SET surname = '漢字' WHERE id = %s", [first])
    found = opened_zip(client_of(ours.scope).get("/deelnemers/documenten/"))
    assert len(found) == 2
    assert "Deze documenten konden nu niet gemaakt worden:" in found["niet-gemaakt.txt"].decode()
    assert "polisblad-" in found["niet-gemaakt.txt"].decode()


def test_while_files_cannot_be_reached_all_are_named_and_the_zip_is_whole(ours, monkeypatch):
    crowd(ours, 2)

    def away():
        raise StoreUnavailable("EndpointConnectionError")

    monkeypatch.setattr("collectief.documents.actions.current_store", away)
    found = opened_zip(client_of(ours.scope).get("/deelnemers/documenten/"))
    assert list(found) == ["niet-gemaakt.txt"]
    assert found["niet-gemaakt.txt"].decode().count("polisblad-") == 2


def test_of_more_than_fit_it_is_said_what_to_do(ours, monkeypatch):
    crowd(ours, 3)
    monkeypatch.setattr(bundle, "MOST", 2)
    client = client_of(ours.scope)
    response = client.get("/deelnemers/documenten/?per_pagina=25", follow=True)
    assert response.redirect_chain[0][0] == "/deelnemers/?per_pagina=25"
    assert "Een ZIP bevat de documenten van hoogstens 2 deelnemers." in text_of(response)
    monkeypatch.setattr(bundle, "MOST", 3)
    assert len(opened_zip(client.get("/deelnemers/documenten/"))) == 3
    wrong = client.get("/deelnemers/documenten/?geboortedatum=31-02-2000")
    assert wrong.status_code == 302


def test_of_many_the_facts_take_as_many_queries_as_of_one(ours, django_assert_max_num_queries):
    people = crowd(ours, 12)
    for some in (people[:1], people):
        with opened(ours.scope), django_assert_max_num_queries(9):
            assert len(bundle.wishes(ours.scope, some, today=timezone.localdate())) == len(some)
