"""Everything Collectief is made of, as processes on one machine: for the demo, the journeys and the benchmarks.

Each part is a process of its own, as in life; when one ends, the stack is broken and says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from collectief.demo.cast import eherkenning_people
from collectief.demo.eherkenning import PORTAL, make_connection
from collectief.demo.work_accounts import connect_office, office_staff

from .embedded import EmbeddedServer

# One worker per lane of an upload, and one that is always free for what somebody waits for.
QUEUES = ("interactive", "bulk", "bulk")


class PartStopped(RuntimeError):
    """A part ended by itself; its message stands in the output."""


@dataclass
class Stack:
    """One installation: web on `port`, the simulators on the ports above it, state under `state`."""

    port: int
    state: Path
    database: str = "collectief"
    scale: float = 1.0
    say: Callable[[str], None] = print
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    server: EmbeddedServer | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What every part must know; the rest is as it was."""
        return os.environ | {
            "COLLECTIEF_STATE": str(self.state.resolve()),
            "COLLECTIEF_DATABASE": self.database,
            "EHERKENNING_URL": self.eherkenning_url,
            "EHERKENNING_CONNECTIONS": str((self._eherkenning / "connections.toml").resolve()),
            "BRP_URL": self.brp_url,
            "MAIL_URL": f"smtp://127.0.0.1:{self.port + 4}",
            "SMS_URL": self.telephone_url,
            "PRINT_URL": self.printer_url,
            "EESSI_URL": self.eessi_url,
            "SINGLE_SIGN_ON_CONNECTIONS": str((self._work_accounts / "connections.toml").resolve()),
            "COLLECTIEF_ADDRESS": f"http://{{host}}:{self.port}",
            "DJANGO_SETTINGS_MODULE": "collectief.config.settings",
        }

    @property
    def _eherkenning(self) -> Path:
        """Where both sides' keys and metadata stand; a folder per port, since addresses are in them."""
        return self.state / f"eherkenning-{self.port}"

    @property
    def _work_accounts(self) -> Path:
        """Where the office's connection to its provider stands; its address is in it."""
        return self.state / f"werkaccounts-{self.port}"

    @property
    def eherkenning_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def brp_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 2}"

    @property
    def postbus_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 3}"

    @property
    def telephone_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 5}"

    @property
    def work_account_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 6}"

    @property
    def printer_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 7}"

    @property
    def eessi_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 8}"

    def portal(self, brand: str) -> str:
        """The address of a brand's portal."""
        return f"http://{brand}.localhost:{self.port}"

    def start(self) -> None:
        """Bring everything up and wait until it answers. Raises PartStopped, CalledProcessError."""
        self.prepare()
        self.start_simulators()
        self.start_workers()
        self._part("sealer", "collectief.config.command", "audit", "seal")
        self._part(
            "web", "gunicorn", "collectief.config.wsgi:application", "--bind", f"127.0.0.1:{self.port}",
            "--workers", "2", "--threads", "4", "--worker-class", "gthread", "--timeout", "120",
            "--no-control-socket", "--log-level", "warning",
        )  # fmt: skip
        self._wait_until_ready()

    def start_server(self) -> EmbeddedServer | None:
        """The embedded database server; None when DATABASE_URL names another."""
        if "DATABASE_URL" not in os.environ and self.server is None:
            self.server = EmbeddedServer(self.state)
            self.server.start()
        return self.server

    def prepare(self) -> None:
        """Database, tables, static files, the demo world and its connections to who lets people sign in."""
        self._connect_eherkenning()
        connect_office(self._work_accounts, self.work_account_url)
        if server := self.start_server():
            server.make_database(self.database)
        self._call("django", "migrate", "--database", "owner", "--verbosity", "0", "--skip-checks")
        self._call("django", "collectstatic", "--noinput", "--verbosity", "0")
        self._call("demo-world", "--scale", str(self.scale))

    def start_workers(self) -> None:
        for number, queue in enumerate(QUEUES):
            self._part(
                f"worker-{number}", "collectief.config.command", "worker", "--queue", queue,
                "--name", f"{queue}-{number}",
            )  # fmt: skip

    def wait_for_workers(self) -> None:
        """Until each has said that it is there. Raises PartStopped."""
        from django.db import connection

        for _ in range(240):
            if broken := self.broken():
                raise PartStopped(", ".join(broken))
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM procrastinate_workers")
                if cursor.fetchone()[0] >= len(QUEUES):
                    return
            time.sleep(0.25)
        raise PartStopped("no workers within a minute")

    def stop(self, *, database: bool = True) -> None:
        """Take everything down, last started first."""
        for part in reversed(self.parts.values()):
            if part.poll() is None:
                part.terminate()
        for part in self.parts.values():
            try:
                part.wait(10)
            except subprocess.TimeoutExpired:
                part.kill()
        self.parts.clear()
        if self.server and database:
            self.server.stop()

    def broken(self) -> list[str]:
        """The parts that ended by themselves."""
        return [name for name, part in self.parts.items() if part.poll() is not None]

    def _connect_eherkenning(self) -> None:
        make_connection(self._eherkenning, portal_address=self.portal(PORTAL), broker_address=self.eherkenning_url)

    def start_simulators(self) -> None:
        self._connect_eherkenning()
        connect_office(self._work_accounts, self.work_account_url)
        people = self.state / "eherkenning.json"
        people.write_text(json.dumps(eherkenning_people(), ensure_ascii=False))
        self._part(
            "eherkenning", "collectief.gateways.eherkenning.simulator", "--port", str(self.port + 1),
            "--people", str(people), "--saml", str(self._eherkenning),
        )  # fmt: skip
        self._part("brp", "collectief.gateways.brp.simulator", "--port", str(self.port + 2))
        self._part(
            "mail", "collectief.gateways.mail.simulator", "--port", str(self.port + 3),
            "--smtp-port", str(self.port + 4),
        )  # fmt: skip
        self._part("sms", "collectief.gateways.sms.simulator", "--port", str(self.port + 5))
        self._part("print", "collectief.gateways.print.simulator", "--port", str(self.port + 7))
        self._part("eessi", "collectief.gateways.eessi.simulator", "--port", str(self.port + 8))
        staff = self.state / "werkaccounts.json"
        staff.write_text(json.dumps(office_staff(), ensure_ascii=False))
        self._part(
            "work-accounts", "collectief.gateways.single_sign_on.simulator", "--port", str(self.port + 6),
            "--people", str(staff),
        )  # fmt: skip

    def _wait_until_ready(self) -> None:
        for _ in range(240):
            if broken := self.broken():
                raise PartStopped(", ".join(broken))
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.5)
        raise PartStopped("not ready within two minutes")

    def _part(self, name: str, module: str, *arguments: str) -> None:
        self.parts[name] = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=self.environment, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def _call(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "collectief.config.command", *arguments], env=self.environment, check=True
        )
