"""The secret is renewed: refused, killed half way, missed by a process; nothing is half done (law 3, ASVS 11.1.1)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections

from collectief.foundation.sealing import BsnKeys
from collectief.participants.keys import bsn_keys
from collectief.participants.models import Participant
from collectief.scope import secret
from collectief.scope.database import opened
from tests.bulk_world import demo_file, planned
from tests.renewal_world import NEXT, people_of
from tests.world import valid_bsns


@pytest.fixture
def people(ours, moment):
    return people_of(ours, moment)


def test_a_dry_run_changes_nothing(keys, ours, people):
    before = keys.rows()
    assert "Nothing was changed" in keys.renew("--dry-run")
    assert keys.rows() == before


@pytest.mark.parametrize(
    ("secret_", "former", "said"),
    [
        ("first", "", "is in use already"),
        ("first", "first", "is in use already"),
        (NEXT, "", "Give the secret of until now"),
        (NEXT, "another secret that is long enough as well", "is not the secret that the database stands under"),
        ("too short", "first", "less than 32 signs"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(keys, ours, people, secret_, former, said):
    before = keys.rows()
    keys.start(*(keys.first if one == "first" else one for one in (secret_, former)))
    done = keys.run("renew")
    assert (done.exit_code, said in done.output) == (1, True), done.output
    assert keys.rows() == before


def test_a_secret_of_before_does_not_come_back(keys):
    keys.renew()
    keys.start(keys.first, NEXT)
    assert "was in use before" in keys.run("renew").output


def test_nothing_is_renewed_while_anything_of_the_portal_is_connected(keys, ours, people):
    before = keys.rows()
    keys.start(NEXT, keys.first)
    with _line():
        done = keys.run("renew")
        assert (done.exit_code, "stop web, workers and sealer" in done.output) == (1, True), done.output
    assert keys.rows() == before


def test_who_is_going_is_waited_for(keys, ours, people):
    line = _line()
    going = threading.Timer(1, line.close)
    going.start()
    assert "Under number 2" in keys.renew()
    going.join()


def _line() -> psycopg.Connection:
    """One more connection of the portal's."""
    login = connections["default"].settings_dict
    return psycopg.connect(
        host=login["HOST"], dbname=login["NAME"], user=login["USER"], password=login["PASSWORD"], autocommit=True
    )


def test_nothing_works_under_another_secret(keys, ours, people):
    keys.start(NEXT)
    with pytest.raises(secret.WrongSecret, match="not the secret this database stands under"), opened(ours.scope):
        pass
    keys.start(keys.first)
    keys.renew()
    keys.start(keys.first)
    with pytest.raises(secret.WrongSecret, match="number 2"), opened(ours.scope):
        pass
    keys.start(NEXT)
    with pytest.raises(secret.WrongSecret, match="still counts"), opened(ours.scope):
        pass
    keys.start(NEXT, keys.first)
    with opened(ours.scope):
        assert Participant.objects.count() == 5


def test_a_process_that_missed_the_renewal_enters_nobody(keys, ours):
    keys.renew()
    stale = BsnKeys.derived(keys.first.encode(), ours.scope.insurer)
    [bsn] = valid_bsns(1)
    with pytest.raises(Exception, match="start this process again"), opened(ours.scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM person_ensure(ARRAY[%s], ARRAY[%s], 1::smallint)",
            [stale.blind_index(bsn), stale.sealed(bsn)],
        )
    assert keys.answer("SELECT count(*) FROM person") == 0


@pytest.mark.parametrize("words", [["worker", "--name", "w"], ["audit", "seal"], ["audit", "heads"]])
def test_every_process_refuses_and_says_what_to_do(keys, words):
    done = subprocess.run(
        [sys.executable, "-m", "collectief.config.command", *words],
        env=_environment(NEXT), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "COLLECTIEF_SECRET is not the secret this database stands under" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_web_server_does_not_begin_and_readyz_says_why(keys, client):
    done = subprocess.run(
        [sys.executable, "-c", "import collectief.config.wsgi"],
        env=_environment(NEXT), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "COLLECTIEF_SECRET is not the secret" in done.stderr
    keys.start(NEXT)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "secret": False, "worker": False})


def _environment(present: str, before: str = "") -> dict[str, str]:
    return os.environ | {
        "COLLECTIEF_SECRET": present,
        "COLLECTIEF_SECRET_BEFORE": before,
        "COLLECTIEF_DATABASE": django_settings.DATABASES["default"]["NAME"],
        "COLLECTIEF_STATE": str(django_settings.STATE),
        "DJANGO_SETTINGS_MODULE": "collectief.config.settings",
    }


# The table somebody holds: everything of the rooms before it was made anew by then.
@pytest.mark.parametrize("held", ["participant", "batch_chunk", "authenticator"])
@pytest.mark.usefixtures("register")
def test_killed_half_way_nothing_has_changed_and_the_second_time_all_of_it(keys, ours, people, held, tmp_path):
    planned(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=8))
    before = keys.rows()
    keys.start(keys.first)
    with keys.server.superuser(keys.database) as holder:
        with holder.transaction():
            holder.execute(f"LOCK TABLE {held} IN ACCESS SHARE MODE")
            running = subprocess.Popen(
                [sys.executable, "-m", "collectief.config.command", "keys", "renew"],
                env=_environment(NEXT, keys.first), stdout=subprocess.DEVNULL,
            )  # fmt: skip
            _wait_until_it_waits(keys)
            os.kill(running.pid, signal.SIGKILL)
            running.wait(60)
    _wait_until_it_is_gone(keys)
    assert keys.rows() == before
    assert keys.answer("SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity") == 0
    with opened(ours.scope):
        assert isinstance(_known(ours, people), Participant)
    keys.renew()
    with opened(ours.scope):
        assert isinstance(_known(ours, people), Participant)
    assert keys.answer("SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity") == 0


def _known(ours, people) -> Participant:
    return Participant.objects.get(bsn_index=bsn_keys(ours.scope).blind_index(people[-1].bsn))


_THERE = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'collectief_owner' AND datname = current_database()"


def _wait_until_it_waits(keys) -> None:
    for _ in range(300):
        if keys.answer(f"{_THERE} AND wait_event_type = 'Lock'"):
            return
        time.sleep(0.1)
    raise AssertionError("it never came to the table that is held")


def _wait_until_it_is_gone(keys) -> None:
    for _ in range(300):
        if not keys.answer(_THERE):
            return
        time.sleep(0.1)
    raise AssertionError("its transaction never ended")


def test_a_bsn_that_cannot_be_opened_stops_all_of_it(keys, ours, people):
    with keys.server.superuser(keys.database) as line:
        # A byte that was read as another.
        line.execute("UPDATE person SET bsn_sealed = set_byte(bsn_sealed, 20, (get_byte(bsn_sealed, 20) + 1) % 256)")
    before = keys.rows()
    keys.start(NEXT, keys.first)
    done = keys.run("renew")
    assert (done.exit_code, "was not sealed under the former secret" in done.output) == (1, True), done.output
    assert keys.rows() == before
