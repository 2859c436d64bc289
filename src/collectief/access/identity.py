"""Which identity provider a portal uses; its connection is the operator's (docs/eherkenning.md)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from collectief.brands.catalogue import Brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.connections import Connection, OidcConnection, read_connections
from collectief.gateways.eherkenning.oidc import OidcBroker
from collectief.gateways.eherkenning.port import IdentityProvider
from collectief.gateways.eherkenning.saml.client import SamlBroker
from collectief.gateways.eherkenning.saml.connection import SamlConnection

from .single_use import use_once


def connection_of(brand: Brand) -> Connection:
    """How this portal reaches eHerkenning: by its own connection, or by the one that the environment names for all.

    Raises BadConnection.
    """
    return _connections(settings.EHERKENNING_CONNECTIONS).get(brand.slug) or OidcConnection(
        settings.EHERKENNING_URL, settings.EHERKENNING_CLIENT_ID, settings.EHERKENNING_CLIENT_SECRET
    )


def raised_minimum(brand: Brand, level: AssuranceLevel) -> AssuranceLevel:
    """`level`, or what the connection asks when that is higher."""
    return max(level, connection_of(brand).minimum or level)


def identity_provider(brand: Brand) -> IdentityProvider:
    """The provider for this portal. Raises BadConnection."""
    return _broker(brand.slug, connection_of(brand))


def saml_connection(brand: Brand) -> SamlConnection | None:
    """The portal's connection by SAML; None when it signs in by other means."""
    connection = connection_of(brand)
    return connection if isinstance(connection, SamlConnection) else None


@cache
def _connections(file: str) -> dict[str, Connection]:
    return read_connections(Path(file)) if file else {}


_brokers: dict[str, tuple[Connection, IdentityProvider]] = {}


def _broker(portal: str, connection: Connection) -> IdentityProvider:
    """The client of a connection, kept as long as the connection stays what it is: it holds lines to the broker."""
    kept = _brokers.get(portal)
    if kept is None or kept[0] != connection:
        made: IdentityProvider = (
            SamlBroker(connection, use_once)
            if isinstance(connection, SamlConnection)
            else OidcBroker(
                connection.issuer,
                connection.client_id,
                connection.client_secret,
                claims=connection.claims,
                smallest_rsa=connection.smallest_rsa,
            )
        )
        kept = _brokers[portal] = (connection, made)
    return kept[1]
