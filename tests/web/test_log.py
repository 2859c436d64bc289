"""Logboek, and who has seen a participant's data: the customer reads its own trail (X09)."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectief.access.models import Membership
from collectief.audit import actions as audit
from collectief.audit import queries
from collectief.audit.facts import InsurerActor
from collectief.bulk.rules import ENDED
from collectief.enrolment.facts import Kind
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from collectief.web.log import words
from tests.web.visiting import client_of, crowd, events, text_of
from tests.world import agency, member_of

pytestmark = pytest.mark.feature("X09")


@pytest.fixture
def bas(ours):
    """Who manages accounts, and so reads the log."""
    return member_of(ours.organisation, roles=["account_manager"], name="Bas")


@pytest.fixture
def log(bas):
    return client_of(bas)


def shown(response) -> list[tuple[str, ...]]:
    """The rows of the page: who, what, about, outcome."""
    rows = re.findall(r"<tr><td class=\"c-when\">(.*?)</tr>", text_of(response), re.S)
    return [
        tuple(re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S))
        for row in rows
    ]


def test_who_did_what_latest_first_in_words(ours, anna, log):
    [participant] = crowd(ours, 1)
    anna.get(f"/deelnemers/{participant}/")
    anna.get("/deelnemers/")
    response = log.get("/logboek/")
    assert response.status_code == 200
    assert shown(response)[:3] == [
        ("Annaadministratief", "Lijst met huidige deelnemers bekeken", "1 deelnemer", "Gelukt"),
        ("Annaadministratief", "Gegevens van een deelnemer bekeken", "1 deelnemer", "Gelukt"),
        ("Annaadministratief", "Deelnemers aangemeld", shown(response)[2][2], "Gelukt"),
    ]
    assert "Velen" not in text_of(response)


def test_reading_and_downloading_the_log_are_in_it(ours, bas, log):
    log.get("/logboek/")
    log.get("/logboek/download/?soort=accounts")
    assert [(event.action, event.account_id) for event in events(ours)] == [
        ("audit.log", bas.account_id), ("audit.download", bas.account_id),
    ]  # fmt: skip
    assert events(ours)[-1].detail["kind"] == "accounts"
    assert [row[1] for row in shown(log.get("/logboek/"))] == ["Logboek gedownload", "Logboek bekeken"]


_FOR_A_CUSTOMER = {
    "cards.issue": "Verzekeringspassen van deelnemers verstrekt", "post.return": "Brief op papier kwam terug",
    "post.again": "Brief op papier opnieuw verstuurd", "audit.search": "Door de auditor gezocht",
}  # fmt: skip
_FOR_THE_OFFICE = {
    "cards.issue": "Verstrekken van verzekeringspassen begonnen", "post.return": "Brief gemeld als retour",
    "post.again": "Brief opnieuw verstuurd", "audit.search": "In het logboek van alle organisaties gezocht",
}  # fmt: skip


def test_what_the_insurer_did_is_in_the_words_of_who_reads_it(ours, log):
    with office(ours.organisation.insurer_id):
        for action in _FOR_A_CUSTOMER:
            audit.record_by_insurer(
                InsurerActor(ours.organisation.insurer_id, "Verzekeraar"), ours.organisation.id, action
            )
    assert {row[1] for row in shown(log.get("/logboek/"))} == set(_FOR_A_CUSTOMER.values())
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(log.get("/logboek/download/").streaming_content))).active
    assert {row[3].value for row in sheet.iter_rows(min_row=2)} >= set(_FOR_A_CUSTOMER.values())
    # The office reads of its own work what it did.
    for action, said in _FOR_THE_OFFICE.items():
        assert words.action_words(action, "success", office=True) == said


def test_by_colleague_kind_and_period(ours, anna, log, bas):
    crowd(ours, 1)
    anna.get("/deelnemers/")
    log.get("/accountbeheer/")
    anna_id = ours.scope.account_id

    def found(**query: object) -> set[str]:
        return {row[1] for row in shown(log.get("/logboek/", query))}

    assert found(collega=anna_id) == {"Deelnemers aangemeld", "Lijst met huidige deelnemers bekeken"}
    assert found(soort="accounts") == {"Overzicht van accounts bekeken"}
    assert found(collega=anna_id, soort="accounts") == set()
    assert found(tot="01-01-2020") == set()
    assert found(van="01-01-2020", tot="31-12-2099", soort="ingezien") == {"Lijst met huidige deelnemers bekeken"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("van=32-01-2026", "Vul een bestaande datum in"),
        ("van=02-01-2026&tot=01-01-2026", "De laatste dag ligt vóór de eerste."),
        ("soort=niets", "Kies iets uit de lijst."),
        ("collega=999999999", "Kies iets uit de lijst."),
    ],
)
def test_what_cannot_be_looked_for_says_so_and_shows_nothing(ours, log, query, said):
    for path in ("/logboek/", "/logboek/download/"):
        response = log.get(f"{path}?{query}")
        assert response.status_code == 422
        assert said in text_of(response).replace("&#x27;", "'")
    assert events(ours) == []


def test_nothing_found_and_nothing_yet(log):
    assert "Er staat nog niets in het logboek." in text_of(log.get("/logboek/"))
    assert "Hierover staat niets in het logboek." in text_of(log.get("/logboek/?soort=bestanden"))


def test_a_workbook_of_text(ours, log):
    strange = member_of(ours.organisation, roles=["administrative"], name="=1+1")
    with opened(strange):
        audit.record(strange, "participants.list", participants=[1, 2, 3])
    response = log.get("/logboek/download/?soort=ingezien")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    head, row = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert head == ["Wanneer", "Wie", "Rollen", "Wat", "Over", "Resultaat"]
    assert row[1:] == ["=1+1", "administratief", "Lijst met huidige deelnemers bekeken", "3 deelnemers", "Gelukt"]
    assert {cell.data_type for cell in sheet[2]} == {"s"}


def test_pages_a_capped_count_and_as_many_questions_however_much_there_is(ours, log, monkeypatch):
    def act(count: int) -> None:
        with opened(ours.scope):
            for _ in range(count):
                audit.record(ours.scope, "participants.list")

    def asked() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as captured:
            text = text_of(log.get("/logboek/"))
        return len(captured), text

    monkeypatch.setattr("collectief.access.sessions._SAME_USE_SECONDS", 3600)
    monkeypatch.setattr(queries, "COUNT_CAP", 120)
    log.get("/logboek/")
    act(1)
    few, _ = asked()
    act(130)
    many, text = asked()
    assert many == few <= 24
    assert "120+ gebeurtenissen" in text
    assert len(shown(log.get("/logboek/?pagina=3"))) == 34
    assert len(shown(log.get("/logboek/?pagina=400"))) == 50
    # Beyond what is there: the last page of a count that is known.
    response = log.get("/logboek/?pagina=400&soort=logboek")
    assert (response.status_code, len(shown(response)) > 0) == (200, True)


def test_who_has_seen_a_participant(ours, anna):
    one, other = crowd(ours, 2)
    colleague = member_of(ours.organisation, roles=["administrative"], name="Noor")
    client_of(colleague).get(f"/deelnemers/{one}/")
    client_of(colleague).get(f"/deelnemers/{other}/")
    response = anna.get(f"/deelnemers/{one}/gezien/")
    assert [row[:2] for row in shown(response)] == [
        ("Nooradministratief", "Gegevens van een deelnemer bekeken"),
        ("Annaadministratief", "Deelnemers aangemeld"),
    ]
    assert f'href="/deelnemers/{one}/gezien/"' in text_of(anna.get(f"/deelnemers/{one}/"))
    assert events(ours)[-2].action == "audit.participant"
    assert "Bekeken wie gegevens" in text_of(anna.get(f"/deelnemers/{one}/gezien/"))


def test_who_may_not(ours, anna, log):
    [participant] = crowd(ours, 1)
    assert anna.get("/logboek/").status_code == 403
    assert anna.get("/logboek/download/").status_code == 403
    assert log.get(f"/deelnemers/{participant}/gezien/").status_code == 403
    with pytest.raises(NotAllowed), opened(ours.scope):
        queries.organisation_log(ours.scope, queries.LogFilter())


def test_another_organisation_finds_neither_the_participant_nor_the_events(ours, anna, bas):
    [participant] = crowd(ours, 1)
    anna.get(f"/deelnemers/{participant}/")
    otto = agency(name="Otto Flexkrachten", roles=("administrative", "account_manager"))
    client = client_of(otto.scope)
    assert client.get(f"/deelnemers/{participant}/gezien/").status_code == 404
    client.get("/logboek/")
    assert {row[1] for row in shown(client.get("/logboek/"))} == {"Logboek bekeken"}
    assert client.get(f"/logboek/?collega={bas.account_id}").status_code == 422
    with opened(otto.scope):
        assert queries.participant_log(otto.scope, participant).lines == []
        assert Membership.objects.count() == 1


@pytest.mark.parametrize(("role", "by_index"), [("collectief_owner", True), ("c_organisation", False)])
def test_one_participants_events_are_found_by_the_index_on_arrays(db, database_server, role, by_index):
    """As the function asks, whose owner the policy lets read; row security would keep the index out of use."""
    with database_server.superuser(settings.DATABASES["default"]["NAME"]) as superuser:
        superuser.execute("SET enable_seqscan = off")
        superuser.execute("SET enable_indexscan = off")
        superuser.execute(f"SET ROLE {role}")
        plan = superuser.execute("EXPLAIN SELECT id FROM audit_event WHERE participant_ids @> ARRAY[1::bigint]")
        assert ("audit_event_about" in "".join(line for (line,) in plan)) is by_index


def test_every_action_has_words():
    """Whoever records something new says what it is called."""
    known = {action for kind in words.KINDS.values() for action in kind.actions}
    recorded = {f"mutation.{kind}" for kind in Kind} | {f"batch.{state}" for state in ENDED}
    # Whatever else looks like one (a file, a setting, a template) stands in no call of these rooms.
    for room in ("access", "audit", "bulk", "enrolment", "mutations", "web"):
        for path in Path("src/collectief", room).rglob("*.py"):
            # Columns that a renewal makes anew are named the same way.
            if path.name == "renewing.py":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and re.fullmatch(
                    r"(account|audit|batch|mutation)\.[a-z_]+", str(node.value)
                ):
                    recorded.add(node.value)
    # In any room, what is handed to whoever writes the trail.
    for path in Path("src/collectief").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and re.search(r"record|_seen|_propose", ast.unparse(call.func)):
                said = {str(one.value) for one in call.args if isinstance(one, ast.Constant)}
                recorded |= {one for one in said if re.fullmatch(r"[a-z][a-z0-9]*\.[a-z_0-9]+", one)}
    assert len(recorded) > 100
    unknown = recorded - known
    assert unknown == set(), f"say in `KINDS` of web/log/words.py what these are called: {sorted(unknown)}"
