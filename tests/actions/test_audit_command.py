"""`collectief audit`: heads to keep, verifying against them, and the auditor's search (K06)."""

from __future__ import annotations

import csv
import json
import logging
import os
import stat

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection

from collectief.access.models import Account
from collectief.audit import actions as audit
from collectief.config import audit as commands
from collectief.config import sealer
from collectief.config.command import main
from collectief.config.logs import HEADS, JsonLine
from collectief.scope.database import auditing, office, opened
from tests.trail_world import settled
from tests.world import agency, member_of

pytestmark = [pytest.mark.usefixtures("committed_db"), pytest.mark.feature("K06")]

SLUG = "zorg-en-zekerheid"


def run(*arguments: str):
    if arguments[0] == "seal":
        settled()
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


@pytest.fixture
def superuser(database_server):
    with database_server.superuser(settings.DATABASES["default"]["NAME"]) as connected:
        yield connected


@pytest.fixture
def scope(ours):
    """Anna's, with five acts in the trail, and one of another insurer's."""
    theirs = agency(brand="voorbeeld")
    for scope, count in ((ours.scope, 5), (theirs.scope, 1)):
        for number in range(count):
            with opened(scope):
                audit.record(scope, "participants.see", participants=[number, 77], objects={"mutation": [number]})
    return ours.scope


@pytest.fixture
def kept(scope, tmp_path):
    """Everything sealed, and the heads as somebody kept them."""
    assert run("seal", "--once").output == "Sealed: 6\n"
    file = tmp_path / "heads.jsonl"
    file.write_text(run("heads").output)
    return file


def test_whole(kept):
    assert [json.loads(line)["insurer"] for line in kept.read_text().splitlines()] == ["voorbeeldverzekeraar", SLUG]
    done = run("verify", "--heads", kept)
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "voorbeeldverzekeraar: 1 events under 1 seals, 0 not sealed yet.",
            f"{SLUG}: 5 events under 1 seals, 0 not sealed yet.",
        ],
    )
    told = json.loads(run("verify", "--insurer", SLUG, "--json").stdout)
    assert (told["events"], told["seals"], told["findings"]) == (5, 1, [])


def test_touched(kept, superuser):
    superuser.execute("UPDATE audit_event SET account = 'Iemand anders' WHERE participant_ids[1] = 3")
    done = run("verify")
    assert done.exit_code == 1
    assert f"{SLUG}: events changed at seal 1 (first event " in done.stdout
    [finding] = json.loads(run("verify", "--insurer", SLUG, "--json").stdout)["findings"]
    assert (finding["problem"], finding["seal"], finding["sealed"]) == ("events_changed", 1, 5)


def test_a_cut_tail_takes_a_kept_head_to_see(kept, superuser):
    superuser.execute("DELETE FROM audit_event")
    superuser.execute("DELETE FROM audit_seal")
    assert run("verify").exit_code == 0
    done = run("verify", "--heads", kept)
    assert done.exit_code == 1
    assert f"{SLUG}: tail cut at seal 1 (to seal 1)" in done.stdout


def test_a_tail_that_is_cut_and_sealed_anew_is_no_longer_what_was_kept(kept, superuser):
    superuser.execute("DELETE FROM audit_event WHERE participant_ids[1] = 4")
    superuser.execute("DELETE FROM audit_seal")
    run("seal", "--once")
    assert run("verify").exit_code == 0
    assert f"{SLUG}: chain rewritten at seal 1" in run("verify", "--heads", kept).stdout


def test_an_insurer_that_is_gone_altogether_is_missed(kept):
    kept.write_text(kept.read_text() + '{"insurer": "verdwenen", "number": 3, "head": "00"}\n')
    done = run("verify", "--heads", kept)
    assert (done.exit_code, "verdwenen: heads were kept" in done.stdout) == (1, True)


@pytest.fixture
def process_log(caplog, tmp_path, monkeypatch):
    """Writes what the process log says, as its collector keeps it; another program's line among it."""
    # Setting up once more would take away the handler that listens here.
    monkeypatch.setattr(commands, "set_up", lambda: None)
    caplog.set_level(logging.INFO, HEADS)

    def written():
        file = tmp_path / "process.jsonl"
        logging.getLogger("django.request").warning("Not Found: /x")
        file.write_text("".join(JsonLine().format(record) + "\n" for record in caplog.records))
        return file

    return written


def test_the_sealer_tells_each_new_head_and_by_what_it_told_a_rewritten_trail_is_seen(scope, superuser, process_log):
    run("seal", "--once")
    assert f"sealed: {SLUG} 1" in process_log().read_text()
    assert run("verify", "--heads", process_log()).exit_code == 0
    superuser.execute("DELETE FROM audit_event WHERE participant_ids[1] = 4")
    superuser.execute("DELETE FROM audit_seal")
    # Sealed anew, the sealer tells the new head as well: what it told first counts.
    run("seal", "--once")
    assert run("verify").exit_code == 0
    assert f"{SLUG}: chain rewritten at seal 1" in run("verify", "--heads", process_log()).stdout


def test_a_sealer_that_begins_tells_how_every_chain_stands(kept, process_log):
    assert sealer._begin()
    told = [json.loads(line)["trail"] for line in process_log().read_text().splitlines() if "trail" in json.loads(line)]
    heads = [json.loads(line) for line in kept.read_text().splitlines()]
    assert sorted(told[-2:], key=str) == sorted(heads, key=str)


def test_a_process_log_without_a_head_verifies_nothing(scope, process_log):
    done = run("verify", "--heads", process_log())
    assert (done.exit_code, "has no head in it" in done.stderr) == (2, True)


@pytest.mark.parametrize("text", ["no json", "[1]", '{"insurer": "x"}'])
def test_what_is_no_file_of_heads(scope, tmp_path, text):
    file = tmp_path / "heads"
    file.write_text(text)
    assert run("verify", "--heads", file).exit_code == 2
    assert run("verify", "--insurer", "nobody").exit_code == 2


def test_search_is_written_for_its_owner_only_and_is_in_the_trail(scope, tmp_path):
    out = tmp_path / "found.jsonl"
    done = run("search", "--insurer", SLUG, "--by", "Toos", "--participant", 3, "--out", out)
    assert (done.exit_code, done.output) == (0, f"{out}: 2 events\n")
    # The search is about her too, and so among what it finds.
    [event, itself] = map(json.loads, out.read_text().splitlines())
    assert (event["action"], event["account"], event["participant_ids"]) == ("participants.see", "Anna", [3, 77])
    assert itself["action"] == "audit.search"
    assert event["object_ids"] == {"mutation": [3]}
    assert stat.S_IMODE(os.stat(out).st_mode) == 0o600
    with auditing(scope.insurer_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, account_id, roles, purpose, participant_ids FROM audit_event WHERE action = 'audit.search'"
        )
        assert cursor.fetchall() == [("Toos", None, ["auditor"], "supervision_of_access", [3])]


def test_a_file_that_is_there_stays_as_it_is(scope, tmp_path):
    out = tmp_path / "found.csv"
    out.write_text("mine")
    assert run("search", "--insurer", SLUG, "--by", "Toos", "--out", out).exit_code == 1
    assert out.read_text() == "mine"


def test_search_by_whom_what_and_when_as_csv_that_no_spreadsheet_runs(scope, tmp_path):
    with office():
        email = Account.objects.get(id=scope.account_id).email
        organisation = member_of_organisation(scope)
    other = member_of(organisation, roles=["administrative"], name="=HYPERLINK()")
    with opened(other):
        audit.record(other, "participants.list")
    asked = {
        "anna": ["--account", email], "other": ["--account", str(other.account_id)],
        "action": ["--action", "participants.list"], "before": ["--until", "2020-01-01"],
        "since": ["--since", "2020-01-01", "--until", "2100-01-01T00:00:00"], "both": ["--participant", "77"],
    }  # fmt: skip
    counts = {}
    for name, options in asked.items():
        out = tmp_path / f"{name}.csv"
        assert run("search", "--insurer", SLUG, "--by", "Toos", "--out", out, *options).exit_code == 0
        with out.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        # The searches are events themselves: six at most were made before.
        counts[name] = len([row for row in rows if row["action"] != "audit.search"])
        if name == "other":
            assert rows[0]["account"] == "'=HYPERLINK()"
    assert counts == {"anna": 5, "other": 1, "action": 1, "before": 0, "since": 6, "both": 5}


def member_of_organisation(scope):
    from collectief.contracts.models import Organisation

    return Organisation.objects.get(id=scope.organisation_id)


def test_a_dump_that_came_back_elsewhere_goes_on_after_what_was_sealed(kept, superuser, scope):
    """Seals of a server that had counted further: until the clock is put forward nothing is sealed."""
    assert run("restored").output == "Nothing to do.\n"
    superuser.execute("UPDATE audit_seal SET to_clock = to_clock + 5000000")
    assert run("seal", "--once").exit_code == 1
    try:
        assert "put forward by" in run("restored").output
        with opened(scope):
            audit.record(scope, "participants.see")
        assert run("seal", "--once").output == "Sealed: 1\n"
        assert run("restored").output == "Nothing to do.\n"
    finally:
        superuser.execute(
            "CREATE OR REPLACE FUNCTION audit_clock_offset() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 0::bigint'"
        )
