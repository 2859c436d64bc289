"""How one portal is connected to its broker: who we are, who they are, and both sides' keys."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from collectief.foundation.assurance import AssuranceLevel
from collectief.foundation.strength import SMALLEST_RSA, check_key

from ...addresses import check_encrypted
from .documents import Untrusted, children, only_child, read, text_of
from .signatures import Key

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
SOAP = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"


@dataclass(frozen=True, slots=True)
class Broker:
    """What the broker's metadata say: its addresses, and the certificates it signs with."""

    entity_id: str
    sign_in: str
    resolve: Mapping[int, str]
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class BackChannel:
    """The line on which artifacts are resolved: our own certificate and key on it, and whom we believe the broker by.

    All three are names of PEM files, and may be left out: then we show nothing, and believe whom this machine does.
    """

    certificate: str = ""
    key: str = ""
    authorities: str = ""

    def context(self, smallest_rsa: int = SMALLEST_RSA) -> ssl.SSLContext:
        """What a client of TLS needs.

        Raises OSError for a file that cannot be used, ValueError for half a pair or a key of ours that is too weak.
        """
        if bool(self.certificate) != bool(self.key):
            raise ValueError("back_channel: certificate and key belong together")
        made = ssl.create_default_context(cafile=self.authorities or None)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate:
            known = x509.load_pem_x509_certificate(Path(self.certificate).read_bytes())
            check_key(known.public_key(), f"back_channel: {self.certificate}", smallest_rsa)
            made.load_cert_chain(self.certificate, self.key)
        return made


@dataclass(frozen=True, slots=True)
class SamlConnection:
    """A portal as a service provider (DV). The first of `keys` signs; all of them are published and decrypt.

    `minimum` is a level for this connection; it can raise what the portal asks and never lowers it. `smallest_rsa` is
    how many bits both sides' keys have at least: what is smaller was refused when the connection was read.
    """

    entity_id: str
    oin: str
    service_index: int
    service_uuid: str
    instance_uuid: str
    broker: Broker
    keys: tuple[Key, ...]
    minimum: AssuranceLevel | None = None
    back_channel: BackChannel = BackChannel()
    smallest_rsa: int = SMALLEST_RSA

    @property
    def service_id(self) -> str:
        """How the service catalogue calls our service."""
        return f"urn:etoegang:DV:{self.oin}:services:{self.service_index}"


def read_key(key: Path, certificate: Path, smallest_rsa: int = SMALLEST_RSA) -> Key:
    """A key from its two PEM files. Raises ValueError: no RSA key, too weak, or not of this certificate."""
    private = load_pem_private_key(key.read_bytes(), None)
    known = x509.load_pem_x509_certificate(certificate.read_bytes())
    if not isinstance(private, RSAPrivateKey):
        raise ValueError(f"{key}: an RSA key is needed")
    check_key(private.public_key(), str(key), smallest_rsa)
    if private.public_key() != known.public_key():
        raise ValueError(f"{certificate}: not the certificate of {key}")
    return Key(private, known)


def read_broker(metadata: bytes, smallest_rsa: int = SMALLEST_RSA) -> Broker:
    """The broker of a metadata document that the operator took from the broker itself.

    Raises ValueError, also when any of its certificates is too weak: one key is enough to sign in anybody's name.
    """
    try:
        root = read(metadata)
        role = only_child(root, "md:IDPSSODescriptor")
        sign_in = [
            node.get("Location", "")
            for node in children(role, "md:SingleSignOnService") if node.get("Binding") == REDIRECT
        ]  # fmt: skip
        resolve = {
            int(node.get("index", "0")): node.get("Location", "")
            for node in children(role, "md:ArtifactResolutionService") if node.get("Binding") == SOAP
        }  # fmt: skip
        certificates = [
            x509.load_der_x509_certificate(_octets(text_of(only_child(data, "ds:X509Certificate"))))
            for descriptor in children(role, "md:KeyDescriptor") if descriptor.get("use", "signing") == "signing"
            for data in children(only_child(descriptor, "ds:KeyInfo"), "ds:X509Data")
        ]  # fmt: skip
    except Untrusted as problem:
        raise ValueError(f"the broker's metadata: {problem}") from None
    entity_id = root.get("entityID", "")
    if not (entity_id and sign_in and resolve and certificates):
        raise ValueError("the broker's metadata lack an entityID, an address to sign in, to resolve, or a certificate")
    for address in (sign_in[0], *resolve.values()):
        check_encrypted(address)
    for certificate in certificates:
        check_key(certificate.public_key(), f"the broker's certificate {certificate.serial_number:x}", smallest_rsa)
    return Broker(entity_id, sign_in[0], resolve, tuple(certificates))


def _octets(text: str) -> bytes:
    return base64.b64decode("".join(text.split()))
