"""One PostgreSQL for the whole run: migrated once as a template, copied for every test process.

Tests come as the application's login, so that they see what it may see and no more.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Playwright, sync_playwright

from collectief.config.embedded import EmbeddedServer

# Playwright keeps an event loop in the thread of whoever used it, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# A law that holds holds on a slow machine too. The rest is as it was: where CI is set, the same examples each time.
hypothesis_settings.register_profile(
    "any machine", hypothesis_settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")

STATE = Path(".data/test")
TEMPLATE = "test_template"
# Speed over durability: nothing of a test run must survive a power cut.
_FAST = "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 150\n"


@contextmanager
def alone(name: str) -> Iterator[None]:
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _migrations_hash() -> str:
    files = sorted(Path("src/collectief").glob("*/migrations/*.py")) + sorted(
        Path("src/collectief").glob("*/sql/*.sql")
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@pytest.fixture(scope="session")
def database_server(django_db_blocker) -> EmbeddedServer:
    """The running server of this test run."""
    server = EmbeddedServer(STATE)
    with alone("server"):
        server.start(extra_settings=_FAST)
        mark = STATE / "template"
        if not mark.exists() or mark.read_text() != _migrations_hash():
            with django_db_blocker.unblock():
                _make_template(server)
            mark.write_text(_migrations_hash())
    return server


def _make_template(server: EmbeddedServer) -> None:
    from django.core.management import call_command
    from django.db import connections

    server.drop_database(TEMPLATE)
    server.make_database(TEMPLATE)
    owner = connections["owner"]
    name, owner.settings_dict["NAME"] = owner.settings_dict["NAME"], TEMPLATE
    try:
        call_command("migrate", database="owner", verbosity=0)
    finally:
        owner.close()
        owner.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(database_server: EmbeddedServer, django_db_blocker) -> Iterator[None]:
    """A fresh copy of the template for this process."""
    from django.conf import settings
    from django.db import connections

    name = settings.DATABASES["default"]["NAME"]
    with alone("server"), django_db_blocker.unblock():
        database_server.drop_database(name)
        database_server.make_database(name, template=TEMPLATE)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    database_server.drop_database(name)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controlling process stops the server when the run is over."""
    if not hasattr(config, "workerinput") and (STATE / "postgres").exists():
        EmbeddedServer(STATE).stop()


_CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One driver for every browser: a thread can have no second."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own where there is none."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    launched = playwright.chromium.launch(executable_path=program, args=list(_CHROMIUM))
    yield launched
    launched.close()


TODAY = date(2026, 11, 24)


@pytest.fixture
def moment():
    """A fixed working day at noon."""
    from collectief.mutations.corridor import Moment

    return Moment(TODAY, datetime(2026, 11, 24, 11, 0, tzinfo=UTC))


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker, database_server: EmbeddedServer) -> Iterator[None]:
    """The database with real commits, for tests with several connections or processes; emptied afterwards.

    Emptied by the superuser: the application's login may not, and that is how it should be.
    """
    from django.conf import settings
    from django.db import connections

    with django_db_blocker.unblock():
        yield
        connections.close_all()
    with database_server.superuser(settings.DATABASES["default"]["NAME"]) as connection:
        connection.execute(
            "DO $$ DECLARE names text; BEGIN"
            " SELECT string_agg(quote_ident(relname), ', ') INTO names FROM pg_class"
            "  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            "  AND relname NOT IN ('django_migrations', 'django_content_type', 'sealing_key');"
            " EXECUTE 'TRUNCATE ' || names || ' CASCADE'; END $$"
        )


@pytest.fixture
def owner(committed_db) -> Iterator[Any]:
    """The owner of the tables, in this process's database: who migrations are."""
    from django.conf import settings
    from django.db import connections

    connection = connections["owner"]
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"]
    yield connection
    connection.close()
    connection.settings_dict["NAME"] = before


@pytest.fixture
def keys(committed_db, database_server: EmbeddedServer, settings):
    """An installation of which the secret can be renewed."""
    from tests.renewal_world import renewable

    with renewable(database_server, settings) as found:
        yield found


@pytest.fixture
def register(monkeypatch):
    """Answers in place of the BRP, as the simulator would; can be told to fall silent."""
    from collectief.participants import register as register_module
    from tests.bulk_world import Register

    found = Register()
    monkeypatch.setattr(register_module, "current_register", lambda: found)
    return found


@pytest.fixture
def eessi(monkeypatch):
    """An access point in place of the one of EESSI; can be told to fail."""
    from collectief.statements import exchange
    from tests.s1_world import FakeEessi

    found = FakeEessi()
    monkeypatch.setattr(exchange, "current_eessi", lambda: found)
    return found


@pytest.fixture
def printer(monkeypatch) -> Iterator[str]:
    """A print service of our own, over loopback; its address."""
    from collectief.gateways import loopback
    from collectief.gateways.print import client, simulator
    from collectief.post import handing
    from tests.rules.test_gateways_print import SECRET

    with loopback.running(lambda _: simulator.application("ours", SECRET)) as address:
        monkeypatch.setattr(handing, "current_service", lambda: client.NotifyPrint(address, "ours", SECRET))
        yield address


@pytest.fixture
def ours():
    """An agency with two contracts and Anna, administratief."""
    from tests.world import agency

    return agency()


@pytest.fixture
def number(ours) -> str:
    """Its first contract."""
    return ours.contracts[0].number


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """An S3 server over loopback that is not ours."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch) -> Any:
    """A client of that server, to which the environment leads."""
    import boto3

    for name, text in {
        "AWS_ENDPOINT_URL": s3_server, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, text)
    return boto3.client("s3")


@pytest.fixture
def bucket(s3) -> Iterator[str]:
    """The address of a prefix in an empty bucket."""
    s3.create_bucket(Bucket="letters", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield "s3://letters/brieven"
    for one in s3.list_objects_v2(Bucket="letters").get("Contents", []):
        s3.delete_object(Bucket="letters", Key=one["Key"])
    s3.delete_bucket(Bucket="letters")
