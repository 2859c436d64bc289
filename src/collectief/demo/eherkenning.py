"""The demo's own eHerkenning: keys made on this machine, a portal connected by SAML, and the broker's side of it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from collectief.brands.catalogue import brand
from collectief.foundation.strength import SMALLEST_RSA, TooWeak
from collectief.gateways.eherkenning.connections import read_connections
from collectief.gateways.eherkenning.saml.connection import SamlConnection, read_key
from collectief.gateways.eherkenning.saml.issuing import broker_metadata
from collectief.gateways.eherkenning.saml.metadata import service_provider

# The portal of the demo that signs in by SAML; the others do so by OpenID Connect.
PORTAL = "mijnzz"
_BROKER = "urn:etoegang:HM:00000009000000090000:entities:0001"
_OIN = "00000009000000010000"
_VALID = timedelta(days=3650)


def make_connection(folder: Path, *, portal_address: str, broker_address: str) -> Path:
    """Everything both sides need, in `folder`; the file for EHERKENNING_CONNECTIONS. Keys that exist are kept."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("portal", "broker"):
        make_key(folder, name)
    (folder / "broker.entity-id").write_text(_BROKER)
    certificate = read_key(folder / "broker.key", folder / "broker.crt").certificate
    (folder / "broker.xml").write_bytes(broker_metadata(_BROKER, broker_address, certificate))
    file = folder / "connections.toml"
    file.write_text(
        f"""[{PORTAL}]
protocol = "saml"
entity_id = "urn:etoegang:DV:{_OIN}:entities:0001"
oin = "{_OIN}"
service_index = 1
service_uuid = "3f2d1c5a-0b7e-4f0e-9a55-5d0e6c1b2a01"
instance_uuid = "3f2d1c5a-0b7e-4f0e-9a55-5d0e6c1b2a02"
broker_metadata = "broker.xml"
keys = [{{ key = "portal.key", certificate = "portal.crt" }}]
"""
    )
    connection = read_connections(file)[PORTAL]
    assert isinstance(connection, SamlConnection)
    return_url = f"{portal_address}/inloggen/terug/"
    (folder / "portal.xml").write_bytes(service_provider(connection, return_url=return_url, portal=brand(PORTAL).name))
    return file


def make_key(folder: Path, name: str, bits: int = SMALLEST_RSA) -> None:
    """`name`.key and `name`.crt: an RSA key and its own certificate. What is there stays, unless it is too weak."""
    if _is_there(folder, name, bits):
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Collectief demo, {name}")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + _VALID)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret)
    (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _is_there(folder: Path, name: str, bits: int) -> bool:
    try:
        read_key(folder / f"{name}.key", folder / f"{name}.crt", bits)
    except (FileNotFoundError, TooWeak):
        return False
    return True
