"""DATABASE_URL: everything in it counts, and what nobody knows is refused."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from django.db import NotSupportedError

from collectief.config.database import connections, from_url
from collectief.config.environment import NotConfigured
from collectief.scope.apps import _look_at_the_server

OURS = {"prepare_threshold": None, "application_name": "collectief", "server_side_binding": True}


def test_an_address_is_taken_apart():
    found = from_url("postgresql://us%40er:p%3Ass@db.example:5433/na%2Fme")
    assert [found[key] for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD")] == [
        "db.example", "5433", "na/me", "us@er", "p:ss",
    ]  # fmt: skip
    assert found["OPTIONS"] == {
        "prepare_threshold": None,
        "application_name": "collectief",
        "server_side_binding": True,
    }


def test_options_reach_the_driver():
    found = from_url("postgres://u:p@db/name?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&connect_timeout=5")
    assert found["OPTIONS"] == {
        **OURS, "sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "connect_timeout": "5",
    }  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@db/name?sslmod=verify-full",
        "postgresql://u:p@db/name?password=another",
        "postgresql://u:p@db/name?sslmode",
        "mysql://u:p@db/name",
        "u:p@db/name",
    ],
)
def test_what_is_not_understood_is_refused(url):
    with pytest.raises(ValueError):
        from_url(url)


def test_both_logins_get_their_options(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:a@db/name?sslmode=require")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:o@db/name?sslmode=verify-ca")
    found = connections(tmp_path)
    assert [found[alias]["OPTIONS"]["sslmode"] for alias in ("default", "owner")] == ["require", "verify-ca"]


def test_the_owners_address_alone_is_refused_and_the_others_alone_is_for_both(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:o@db/name")
    with pytest.raises(NotConfigured, match="DATABASE_URL"):
        connections(tmp_path)
    monkeypatch.delenv("DATABASE_OWNER_URL")
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:a@db/name")
    assert {found["USER"] for found in connections(tmp_path).values()} == {"app"}


@pytest.mark.parametrize(("version", "refused"), [(170_010, True), (180_000, False), (190_001, False)])
def test_nothing_is_begun_on_a_server_that_cannot_keep_periods_apart(version, refused):
    line = SimpleNamespace(connection=SimpleNamespace(info=SimpleNamespace(server_version=version)), close=lambda: None)
    with pytest.raises(NotSupportedError, match="18 is needed, and this is 17") if refused else nullcontext():
        _look_at_the_server(None, line)
