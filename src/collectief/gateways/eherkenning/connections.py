"""How each portal reaches eHerkenning: a TOML file of the operator's, one table per portal (docs/eherkenning.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collectief.foundation.assurance import AssuranceLevel
from collectief.foundation.strength import SMALLEST_RSA, smallest_rsa

from .oidc import Claims
from .saml.connection import BackChannel, SamlConnection, read_broker, read_key


class BadConnection(ValueError):
    """The file cannot be used; the text says which portal and why."""


@dataclass(frozen=True, slots=True)
class OidcConnection:
    """A broker that speaks OpenID Connect."""

    issuer: str
    client_id: str
    client_secret: str
    minimum: AssuranceLevel | None = None
    claims: Claims = field(default_factory=Claims)
    smallest_rsa: int = SMALLEST_RSA


type Connection = OidcConnection | SamlConnection


def read_connections(file: Path) -> dict[str, Connection]:
    """The connections by portal; files they name are looked for beside this one. Raises BadConnection."""
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise BadConnection(f"{file}: {problem}") from None
    return {portal: _connection(portal, table, file.parent) for portal, table in tables.items()}


def _connection(portal: str, table: Any, folder: Path) -> Connection:
    kinds: dict[str, Callable[[dict[str, Any], Path], Connection]] = {"saml": _saml, "oidc": _oidc}
    try:
        return kinds[table["protocol"]](table, folder)
    except KeyError as problem:
        raise BadConnection(f"{portal}: {problem} is missing or unknown") from None
    except (OSError, TypeError, ValueError) as problem:
        raise BadConnection(f"{portal}: {problem}") from None


def _saml(table: dict[str, Any], folder: Path) -> SamlConnection:
    smallest = _smallest(table)
    keys = tuple(read_key(folder / pair["key"], folder / pair["certificate"], smallest) for pair in table["keys"])
    if not keys:
        raise ValueError("at least one key is needed")
    files = {name: str(folder / file) for name, file in table.get("back_channel", {}).items()}
    back_channel = BackChannel(**files)
    # What cannot work is told as the file is read, not when somebody signs in.
    back_channel.context(smallest)
    return SamlConnection(
        entity_id=table["entity_id"],
        oin=table["oin"],
        service_index=int(table["service_index"]),
        service_uuid=table["service_uuid"],
        instance_uuid=table["instance_uuid"],
        broker=read_broker((folder / table["broker_metadata"]).read_bytes(), smallest),
        keys=keys,
        minimum=_minimum(table),
        back_channel=back_channel,
        smallest_rsa=smallest,
    )


def _oidc(table: dict[str, Any], folder: Path) -> OidcConnection:
    secret = (folder / table["client_secret_file"]).read_text("utf-8").strip()
    claims = Claims(**table.get("claims", {}))
    return OidcConnection(table["issuer"], table["client_id"], secret, _minimum(table), claims, _smallest(table))


def _smallest(table: dict[str, Any]) -> int:
    return smallest_rsa(table.get("smallest_rsa", SMALLEST_RSA))


def _minimum(table: dict[str, Any]) -> AssuranceLevel | None:
    return AssuranceLevel.from_label(table["minimum"]) if "minimum" in table else None
