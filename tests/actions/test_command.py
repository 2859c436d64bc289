"""`collectief upload`: the same corridor from the command line, its words and its exit codes (U21)."""

from __future__ import annotations

import json
import os

import openpyxl
import pytest
from click.testing import CliRunner
from django.db import OperationalError

from collectief.access.models import Account
from collectief.bulk import actions, inline, jobs
from collectief.bulk.models import Batch
from collectief.config.command import main
from collectief.enrolment.models import Participation
from collectief.gateways.brp.inhabitants import dummy_bsns
from collectief.scope.database import office, opened
from tests.bulk_world import demo_file, file_of, row_of
from tests.world import member_of

pytestmark = [pytest.mark.usefixtures("committed_db", "register"), pytest.mark.feature("U21")]


def email_of(scope) -> str:
    with office():
        return Account.objects.get(id=scope.account_id).email


def upload(ours, path, *options: str, scope=None):
    return CliRunner().invoke(main, ["upload", str(path), "--by", email_of(scope or ours.scope), *options])


def participations(ours) -> int:
    with opened(ours.scope):
        return Participation.objects.count()


def test_every_row_fine(ours, tmp_path):
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=8))
    assert (done.exit_code, done.output.strip()) == (0, "Verwerkt: 8")
    assert participations(ours) == 8


def test_some_rows_rejected_each_with_its_number_reason_and_remedy(ours, tmp_path):
    number = ours.contracts[0].number
    good, bad, stranger = dummy_bsns(3, seed=40)
    rows = row_of(good, number), row_of(bad, number) | {"bsn": "123456789"}, row_of(stranger, "99999")
    done = upload(ours, file_of(tmp_path, *rows))
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "Verwerkt: 1",
        "Afgekeurd: 2",
        "Regel 4, BSN: Dit is geen geldig BSN. Controleer de negen cijfers; een nul vooraan telt mee.",
        "Regel 5: Contract 99999 is niet van uw organisatie. Kies een van uw eigen contracten.",
    ]
    assert participations(ours) == 1


def test_a_dry_run_changes_nothing_and_leaves_nothing_to_accept(ours, tmp_path):
    path = demo_file(tmp_path, ours.contracts[0].number, rows=8)
    done = upload(ours, path, "--dry-run", "--json")
    assert done.exit_code == 0
    assert json.loads(done.output)["counts"] == {"new": 8}
    assert participations(ours) == 0
    with opened(ours.scope):
        assert Batch.objects.get().state == "cancelled"


def test_for_programs_everything_is_one_json_object(ours, tmp_path):
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=30, bad=50), "--json")
    answer = json.loads(done.output)
    assert answer["counts"]["processed"] == participations(ours)
    first = answer["rejected"][0]
    assert first["row"] >= 3
    assert {"column", "code"} <= first["problems"][0].keys()


def test_what_was_passed_over_in_the_file_is_said(ours, tmp_path):
    path = demo_file(tmp_path, ours.contracts[0].number, rows=2)
    book = openpyxl.load_workbook(path)
    [sheet] = [one for one in book if one["A2"].value == "Actie"]
    sheet.cell(2, sheet.max_column + 1).value = "Afdeling"
    book.save(path)
    said = upload(ours, path, "--dry-run").output
    assert said.startswith("De kolom Afdeling kennen we niet en is overgeslagen.\nNieuw: 2")
    answer = json.loads(upload(ours, path, "--dry-run", "--json").output)
    assert answer["warnings"] == [{"code": "extra_columns", "columns": ["Afdeling"]}]
    plain = demo_file(tmp_path, ours.contracts[0].number, rows=2)
    assert json.loads(upload(ours, plain, "--json").output)["warnings"] == []


def test_a_file_that_cannot_be_read(ours, tmp_path):
    path = tmp_path / "scan.xlsx"
    path.write_bytes(b"%PDF-1.7 no spreadsheet")
    done = upload(ours, path)
    assert done.exit_code == 2
    assert "Dit is een PDF en geen spreadsheet." in done.stderr


def test_a_database_that_cannot_be_reached(ours, tmp_path, monkeypatch):
    def away(*anything: object, **more: object) -> None:
        raise OperationalError("connection refused")

    path, by = demo_file(tmp_path, ours.contracts[0].number, rows=2), email_of(ours.scope)
    monkeypatch.setattr(inline.actions, "read", away)
    done = CliRunner().invoke(main, ["upload", str(path), "--by", by])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("De database antwoordt niet.") and len(done.stderr.splitlines()) == 1
    monkeypatch.setattr(inline, "scope_by_email", away)
    done = CliRunner().invoke(main, ["upload", str(path), "--by", by, "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (2, {"error": "database_away", "batch": None})


def test_a_file_whose_name_is_no_text(ours, tmp_path):
    path = demo_file(tmp_path, ours.contracts[0].number, rows=2)
    odd = path.rename(os.fsdecode(os.fsencode(tmp_path / "lijst") + b"\xff\xfe.xlsx"))
    assert upload(ours, odd).exit_code == 0
    with opened(ours.scope):
        assert Batch.objects.get().file_name == "lijst??.xlsx"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--contract", "nobody's"], "Contract nobody's is niet van deze organisatie."),
        (["--portal", "nowhere"], "Er is geen portaal nowhere."),
    ],
)
def test_what_is_not_there(ours, tmp_path, options, said):
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=2), *options)
    assert (done.exit_code, done.stderr.strip()) == (2, said)
    assert participations(ours) == 0


def test_who_may_not_upload_cannot_here_either(ours, tmp_path):
    femke = member_of(ours.organisation, roles=["financial"])
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=2), scope=femke)
    assert done.exit_code == 2
    assert "mag geen bestanden versturen" in done.stderr
    assert participations(ours) == 0


def test_a_silent_brp_is_said_and_the_workers_go_on_with_it(ours, tmp_path, register):
    register.silent = True
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=2))
    assert done.exit_code == 2
    assert "De BRP antwoordt niet. Het bestand gaat vanzelf verder" in done.stderr
    with opened(ours.scope):
        assert Batch.objects.get().state == "planning"


def test_a_silent_brp_is_said_to_programs_with_the_batch_that_goes_on(ours, tmp_path, register):
    register.silent = True
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=2), "--json")
    with opened(ours.scope):
        assert json.loads(done.output) == {"error": "register_silent", "batch": Batch.objects.get().id}


def test_a_silent_brp_in_a_dry_run_leaves_nothing_to_go_on_with(ours, tmp_path, register):
    register.silent = True
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=2), "--dry-run")
    assert done.exit_code == 2
    assert "De BRP antwoordt niet. Er is niets bewaard" in done.stderr
    with opened(ours.scope):
        assert Batch.objects.get().state == "cancelled"


def test_a_colleague_who_cancels_it_in_the_portal_meanwhile_is_told_of(ours, tmp_path, monkeypatch):
    plan = inline.plan

    def planned_and_cancelled(scope, batch_id):
        plan(scope, batch_id)
        with opened(scope):
            actions.cancel(scope, batch_id, jobs.moment())

    monkeypatch.setattr(inline, "plan", planned_and_cancelled)
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=2))
    assert done.exit_code == 2
    assert "Dit bestand is in het portaal intussen verwerkt of geannuleerd" in done.stderr
    assert participations(ours) == 0


def test_rows_that_came_to_nothing_are_no_success(ours, tmp_path, monkeypatch):
    def stopped(scope, batch_id):
        with opened(scope):
            actions.accept(scope, batch_id, version=1, moment=jobs.moment())
        actions.stop(scope, batch_id, jobs.moment(), code="our_fault")

    monkeypatch.setattr(inline, "carry_out", stopped)
    done = upload(ours, demo_file(tmp_path, ours.contracts[0].number, rows=2))
    assert (done.exit_code, done.output.strip()) == (1, "Niet verwerkt: 2")
