"""What an installation is told: production does not start with anything of the demo's, nor half told."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import psycopg
import pytest
from click.testing import CliRunner
from django.db import ProgrammingError

from collectief.config.command import _Commands
from collectief.config.environment import DEMO, NotConfigured, is_production, told

# Where the values lead does not matter here: nothing is asked of them.
WHOLE = dict.fromkeys(DEMO, "https://elsewhere.example") | {
    "COLLECTIEF_SECRET": "a" * 64,
    "COLLECTIEF_HOSTS": "portal.example",
    "COLLECTIEF_STATE": "/srv/collectief",
    "DATABASE_URL": "postgresql://collectief_app:a@db.example/collectief?sslmode=verify-full",
}


def test_the_demo_needs_to_be_told_nothing():
    assert told({}, production=False) == DEMO
    assert told({"BRP_URL": "http://127.0.0.1:9002"}, production=False)["BRP_URL"] == "http://127.0.0.1:9002"


def test_production_that_is_told_everything_uses_that():
    assert told(WHOLE, production=True) == dict.fromkeys(DEMO, "https://elsewhere.example")


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("empty", [True, False])
def test_production_says_what_it_was_not_told(name, empty):
    given = WHOLE | {name: ""} if empty else {one: value for one, value in WHOLE.items() if one != name}
    with pytest.raises(NotConfigured, match=f"Not set: {name}\\.$"):
        told(given, production=True)


@pytest.mark.parametrize("name", DEMO)
def test_production_does_not_take_what_the_demo_has(name):
    with pytest.raises(NotConfigured, match=f"Still the demo's: {name}\\.$"):
        told(WHOLE | {name: DEMO[name]}, production=True)


def test_everything_that_is_missing_is_said_at_once():
    with pytest.raises(NotConfigured) as refused:
        told({"COLLECTIEF_SECRET": "a" * 64, "SMS_TOKEN": "demo"}, production=True)
    assert all(name in str(refused.value) for name in WHOLE if name != "COLLECTIEF_SECRET")


def test_portals_with_connections_of_their_own_need_no_broker_for_all_and_get_none():
    given = {name: value for name, value in WHOLE.items() if not name.startswith("EHERKENNING")}
    found = told(given | {"EHERKENNING_CONNECTIONS": "/etc/collectief/connections.toml"}, production=True)
    assert (found["EHERKENNING_URL"], found["EHERKENNING_CLIENT_SECRET"]) == ("", "")
    with pytest.raises(NotConfigured, match="Still the demo's: EHERKENNING_CLIENT_SECRET"):
        told(WHOLE | {"EHERKENNING_CONNECTIONS": "x", "EHERKENNING_CLIENT_SECRET": "demo-secret"}, production=True)


@pytest.mark.parametrize("secret", ["a", "a" * 42])
def test_production_does_not_start_with_a_secret_that_can_be_guessed(secret):
    with pytest.raises(NotConfigured, match="COLLECTIEF_SECRET is too short"):
        told(WHOLE | {"COLLECTIEF_SECRET": secret}, production=True)
    assert told({"COLLECTIEF_SECRET": secret}, production=False) == DEMO


def test_production_has_its_files_where_no_process_can_take_another_folder_for_it():
    with pytest.raises(NotConfigured, match="COLLECTIEF_STATE is the folder's whole path"):
        told(WHOLE | {"COLLECTIEF_STATE": ".data"}, production=True)


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL"])
@pytest.mark.parametrize("options", ["", "?sslmode=prefer", "?sslmode=require", "?sslmode=disable&connect_timeout=5"])
def test_production_does_not_speak_openly_to_a_database_elsewhere_nor_to_whoever_answers_there(name, options):
    address = f"postgresql://login:hushed@10.0.0.5:5432/collectief{options}"
    with pytest.raises(NotConfigured, match=f" {name} leads to another machine") as refused:
        told(WHOLE | {name: address}, production=True)
    assert "hushed" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("postgresql://app:a@db.example/collectief?sslmode=verify-full&sslrootcert=/etc/ca.pem", {}),
        ("postgresql://app:a@db.example/collectief?sslmode=verify-ca", {}),
        ("postgresql://app:a@db.example/collectief", {"PGSSLMODE": "verify-full"}),
        ("postgresql://app:a@127.0.0.1:5433/collectief", {}),
        ("postgresql://app:a@[::1]/collectief", {}),
        ("postgresql://app:a@localhost/collectief", {}),
        ("postgresql://app:a@%2Frun%2Fpostgresql/collectief", {}),
        ("postgresql:///collectief", {}),
    ],
)
def test_a_database_on_this_machine_or_known_by_its_certificate_will_do(address, environment):
    told(WHOLE | {"DATABASE_URL": address} | environment, production=True)


def test_a_word_for_the_environment_that_nobody_knows_is_not_taken_for_the_demo():
    assert [is_production(given) for given in ({}, {"COLLECTIEF_ENV": ""}, {"COLLECTIEF_ENV": "production"})] == [
        False, False, True,
    ]  # fmt: skip
    with pytest.raises(NotConfigured, match="'Production'"):
        is_production({"COLLECTIEF_ENV": "Production"})


def _started(given: dict[str, str], tmp_path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command; by default one that reads the settings and asks nothing of the database."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "collectief.config.command", *(command or ("django", "diffsettings"))],
        env=kept | given | {"COLLECTIEF_ENV": "production", "COLLECTIEF_STATE": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_production_starts_when_it_was_told_everything_and_not_before(tmp_path):
    done = _started({name: WHOLE[name] for name in ("COLLECTIEF_SECRET", "DATABASE_URL")}, tmp_path)
    assert done.returncode == 2
    assert "COLLECTIEF_HOSTS, BRP_URL, BRP_API_KEY" in done.stderr
    assert "Traceback" not in done.stderr
    done = _started(WHOLE, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1" not in done.stdout
    assert "PRODUCTION = True" in done.stdout


@pytest.mark.parametrize("command", ["demo", "demo-world"])
def test_the_demo_does_not_begin_in_production(tmp_path, command):
    """It would let in people whose passwords everybody knows, by a database that others are in."""
    done = _started(WHOLE, tmp_path, command)
    assert (done.returncode, done.stdout) == (2, "")
    assert "not for COLLECTIEF_ENV=production: nothing was done" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", [("audit", "verify"), ("keys", "show"), ("django", "migrate", "--database", "owner")]
)
def test_a_database_that_is_away_is_a_sentence_and_is_not_told_as_something_that_was_found(tmp_path, command):
    """1 would say of a trail that it was touched, and of a file that some of its rows are carried out."""
    away = WHOLE | {"DATABASE_URL": "postgresql://app:hushed@127.0.0.1:1/none"}
    done = _started(away, tmp_path, *command)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the database cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hushed" not in done.stderr


@pytest.mark.parametrize("wrapped", [True, False])
def test_what_a_login_may_not_do_is_said_with_the_address_that_is_needed(wrapped):
    @click.group(cls=_Commands)
    def main() -> None: ...

    @main.command()
    def restored() -> None:
        refused = psycopg.errors.InsufficientPrivilege("permission denied for schema public")
        if wrapped:
            raise ProgrammingError("permission denied for schema public") from refused
        raise refused

    done = CliRunner().invoke(main, ["restored"])
    assert done.exit_code == 2
    assert "needs DATABASE_OWNER_URL too" in done.output
