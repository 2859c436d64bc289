"""How each portal reaches the insurer's own identity provider: a TOML file of the operator's (docs/signing-in.md)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collectief.foundation.strength import SMALLEST_RSA, smallest_rsa

from ..addresses import check_encrypted

_KNOWN = {"issuer", "client_id", "client_secret_file", "amr", "acr", "smallest_rsa"}


class BadConnection(ValueError):
    """The file cannot be used; the text says which portal and why."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An identity provider, and by which of its words it tells of a second factor (RFC 8176 names those of `amr`)."""

    issuer: str
    client_id: str
    client_secret: str
    amr: frozenset[str] = frozenset({"mfa"})
    acr: frozenset[str] = frozenset()
    # Bits of the provider's RSA keys at least; what is smaller is not believed.
    smallest_rsa: int = SMALLEST_RSA


def read_connections(file: Path) -> dict[str, Connection]:
    """The connections by portal; secrets are looked for beside this file. Raises BadConnection."""
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise BadConnection(f"{file}: {problem}") from None
    return {portal: _connection(portal, table, file.parent) for portal, table in tables.items()}


def _connection(portal: str, table: dict[str, Any], folder: Path) -> Connection:
    try:
        if unknown := sorted(table.keys() - _KNOWN):
            raise ValueError(f"{', '.join(unknown)}: unknown")
        check_encrypted(table["issuer"])
        secret = (folder / table["client_secret_file"]).read_text("utf-8").strip()
        words = {name: _words(table[name], name) for name in ("amr", "acr") if name in table}
        if words and not any(words.values()):
            raise ValueError("amr and acr: nothing would count as a second factor")
        # Who names only acr means that, and not our own default beside it.
        said = {"amr": frozenset[str](), **words} if words else {}
        smallest = smallest_rsa(table.get("smallest_rsa", SMALLEST_RSA))
        return Connection(table["issuer"], table["client_id"], secret, smallest_rsa=smallest, **said)
    except KeyError as problem:
        raise BadConnection(f"{portal}: {problem} is missing") from None
    except (OSError, TypeError, ValueError, AttributeError) as problem:
        raise BadConnection(f"{portal}: {problem}") from None


def _words(values: Any, name: str) -> frozenset[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ValueError(f"{name}: must be a list of words")
    return frozenset(values)
