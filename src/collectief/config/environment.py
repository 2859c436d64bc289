"""What an installation is told by its environment, and what it does not start without (docs/operating.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from collectief.gateways.addresses import on_this_machine

# What the demo has for it: a simulator on this machine, or a secret that everybody knows.
DEMO = {
    "BRP_URL": "http://127.0.0.1:8091",
    "BRP_API_KEY": "demo",
    "MAIL_URL": "smtp://127.0.0.1:8094",
    "SMS_URL": "http://127.0.0.1:8095",
    "SMS_TOKEN": "demo",
    "PRINT_URL": "http://127.0.0.1:8097",
    "PRINT_SERVICE": "demo",
    "PRINT_SECRET": "demo-secret-of-the-print-service",
    "EESSI_URL": "http://127.0.0.1:8098",
    "EESSI_KEY": "demo",
    "EHERKENNING_URL": "http://127.0.0.1:8090",
    "EHERKENNING_CLIENT_SECRET": "demo-secret",
}
# What has no value for everybody: the demo makes its own.
_OWN = ("COLLECTIEF_SECRET", "COLLECTIEF_HOSTS", "COLLECTIEF_STATE", "DATABASE_URL")
# The broker of portals that have no connection of their own; where EHERKENNING_CONNECTIONS is, it may be left out.
_BROKER = ("EHERKENNING_URL", "EHERKENNING_CLIENT_SECRET")
_KINDS = ("demo", "test", "production")
# 256 bits of chance are 43 characters of base64; fewer were thought up by somebody, or cut off.
_SHORTEST_SECRET = 43
# By these libpq believes a server by its certificate only.
_BELIEVED = ("verify-ca", "verify-full")


class NotConfigured(RuntimeError):
    """The environment does not say what is needed; the text says which variables."""


def is_production(given: Mapping[str, str]) -> bool:
    """Whether this serves people, by COLLECTIEF_ENV. Raises NotConfigured for a word it does not know."""
    kind = given.get("COLLECTIEF_ENV") or "demo"
    if kind not in _KINDS:
        raise NotConfigured(f"COLLECTIEF_ENV is one of {', '.join(_KINDS)}, not {kind!r}")
    return kind == "production"


def told(given: Mapping[str, str], *, production: bool) -> dict[str, str]:
    """Each of DEMO as the environment has it; the demo's own where it has none, but never in production.

    Raises NotConfigured in production, with everything that is missing, is still the demo's or is not safe.
    """
    if not production:
        return DEMO | {name: given[name] for name in DEMO if name in given}
    may_be_empty = _BROKER if given.get("EHERKENNING_CONNECTIONS") else ()
    missing = [name for name in (*_OWN, *DEMO) if not given.get(name) and name not in may_be_empty]
    of_the_demo = [name for name, demo in DEMO.items() if given.get(name) == demo]
    unsafe = list(_unsafe(given))
    if missing or of_the_demo or unsafe:
        raise NotConfigured(
            "COLLECTIEF_ENV=production does not start without what docs/operating.md asks."
            + (f" Not set: {', '.join(missing)}." if missing else "")
            + (f" Still the demo's: {', '.join(of_the_demo)}." if of_the_demo else "")
            + "".join(f" {one}." for one in unsafe)
        )
    return {name: given.get(name, "") for name in DEMO}


def _unsafe(given: Mapping[str, str]) -> Iterator[str]:
    """What is set, and should not be set so, with what to do. Never the value: it holds secrets."""
    if 0 < len(given.get("COLLECTIEF_SECRET", "")) < _SHORTEST_SECRET:
        yield "COLLECTIEF_SECRET is too short: `openssl rand -base64 48` makes one"
    state = given.get("COLLECTIEF_STATE")
    if state and not Path(state).is_absolute():
        yield "COLLECTIEF_STATE is the folder's whole path, the same for every process"
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if not _believes(given.get(name, ""), given.get("PGSSLMODE", "")):
            yield f"{name} leads to another machine: add ?sslmode=verify-full (docs/database.md)"


def _believes(url: str, otherwise: str) -> bool:
    """Whether the line to the database at this address stays here, or is encrypted to a server that is known."""
    parts = urlsplit(url)
    host = unquote(parts.hostname or "")
    if not host or host.startswith("/") or on_this_machine(host):
        return True
    return parse_qs(parts.query).get("sslmode", [otherwise])[-1] in _BELIEVED
