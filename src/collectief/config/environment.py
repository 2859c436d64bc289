"""What an installation is told by its environment, and what it does not start without (docs/operating.md)."""

from __future__ import annotations

from collections.abc import Mapping

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
_OWN = ("COLLECTIEF_SECRET", "COLLECTIEF_HOSTS", "DATABASE_URL")
# The broker of portals that have no connection of their own; where EHERKENNING_CONNECTIONS is, it may be left out.
_BROKER = ("EHERKENNING_URL", "EHERKENNING_CLIENT_SECRET")
_KINDS = ("demo", "test", "production")


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

    Raises NotConfigured in production, with everything that is missing or is still the demo's.
    """
    if not production:
        return DEMO | {name: given[name] for name in DEMO if name in given}
    may_be_empty = _BROKER if given.get("EHERKENNING_CONNECTIONS") else ()
    missing = [name for name in (*_OWN, *DEMO) if not given.get(name) and name not in may_be_empty]
    of_the_demo = [name for name, demo in DEMO.items() if given.get(name) == demo]
    if missing or of_the_demo:
        raise NotConfigured(
            "COLLECTIEF_ENV=production does not start without what docs/operating.md asks."
            + (f" Not set: {', '.join(missing)}." if missing else "")
            + (f" Still the demo's: {', '.join(of_the_demo)}." if of_the_demo else "")
        )
    return {name: given.get(name, "") for name in DEMO}
