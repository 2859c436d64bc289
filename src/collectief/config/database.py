"""Where the database is and as whom we come: the embedded server by default, any PostgreSQL 18 otherwise.

Two logins: `collectief_owner` owns tables and runs migrations, `collectief_app` serves. The second may read
nothing until it takes on an audience's role (see `scope.database`).
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg

from .environment import NotConfigured

OWNER, APP, SUPERUSER = "collectief_owner", "collectief_app", "postgres"


def installation_secret(state: Path) -> str:
    """The secret from which keys derive: COLLECTIEF_SECRET, without which production does not start; elsewhere, a
    file made at first use."""
    if given := os.environ.get("COLLECTIEF_SECRET"):
        return given
    file = state / "secret"
    if not file.exists():
        _write_once(file, secrets.token_urlsafe(48))
    return file.read_text()


def login_password(state: Path, login: str) -> str:
    """The password of a login on the embedded server.

    Derived from the secret at first use and kept beside the server's data: they stay when the secret is renewed.
    """
    file = state / "logins.json"
    if not file.exists():
        secret = installation_secret(state)
        made = {
            one: hmac.new(secret.encode(), f"database:{one}".encode(), hashlib.sha256).hexdigest()
            for one in (SUPERUSER, OWNER, APP)
        }
        _write_once(file, json.dumps(made))
    return str(json.loads(file.read_text())[login])


def _write_once(file: Path, text: str) -> None:
    """Write a file for nobody else to read, whole or not at all; of two at the same moment the first counts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(16)}")
    whole.touch(0o600, exist_ok=False)
    whole.write_text(text)
    with contextlib.suppress(FileExistsError):
        os.link(whole, file)
    whole.unlink()


def socket_folder(state: Path) -> Path:
    """Where the embedded server listens: a short path, since a socket's may hold 107 characters."""
    return Path("/tmp") / f"collectief-{hashlib.sha256(str(state).encode()).hexdigest()[:12]}"


def _connection(**where: Any) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Values travel beside the statement, not inside it: megabytes of a chunk need no quoting.
        # No statement is prepared: a plan made for one organisation's share of a table is wrong for another's.
        "OPTIONS": {"prepare_threshold": None, "application_name": "collectief", "server_side_binding": True},
        **where,
    }


# What an address says before its question mark.
_IN_THE_ADDRESS = frozenset({"host", "hostaddr", "port", "dbname", "user", "password"})


def from_url(url: str) -> dict[str, Any]:
    """The connection that an address names: postgresql://user:password@host:port/name?sslmode=verify-full&...

    Every option of libpq may follow the question mark. Raises ValueError for one it does not have, or for another
    kind of database: an option that is misspelt must not be silently without effect.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("the database's address begins with postgresql://")
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)) if parts.query else {}
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()} - _IN_THE_ADDRESS
    if unknown := sorted(set(options) - known):
        raise ValueError(f"the database's address has options nobody knows: {', '.join(unknown)}")
    found = _connection(
        HOST=unquote(parts.hostname or ""),
        PORT=str(parts.port or ""),
        NAME=unquote(parts.path.lstrip("/")),
        USER=unquote(parts.username or ""),
        PASSWORD=unquote(parts.password or ""),
    )
    found["OPTIONS"] |= options
    return found


def connections(state: Path) -> dict[str, dict[str, Any]]:
    """Django's DATABASES: `default` serves, `owner` migrates.

    DATABASE_URL and DATABASE_OWNER_URL name a server of yours; without them it is the embedded one under `state`.
    Raises NotConfigured for the owner's alone: what was meant for your server would be done to the embedded one.
    """
    if url := os.environ.get("DATABASE_URL"):
        found = {"default": from_url(url), "owner": from_url(os.environ.get("DATABASE_OWNER_URL", url))}
    elif os.environ.get("DATABASE_OWNER_URL"):
        raise NotConfigured("DATABASE_OWNER_URL is set and DATABASE_URL is not: set both")
    else:
        name = os.environ.get("COLLECTIEF_DATABASE", "collectief")
        found = {
            alias: _connection(
                HOST=str(socket_folder(state)), NAME=name, USER=login, PASSWORD=login_password(state, login)
            )
            for alias, login in (("default", APP), ("owner", OWNER))
        }
    # Both are one database; tests that watch `default` see what `owner` did.
    found["owner"]["TEST"] = {"MIRROR": "default"}
    return found
