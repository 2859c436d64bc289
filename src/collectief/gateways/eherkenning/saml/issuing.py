"""The broker's side of SAML, for the simulator: what a real one would sign, encrypt and publish.

Shares with our client how a message is written and signed, and none of its checks.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import secrets
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from collectief.foundation.assurance import AssuranceLevel

from ..tokens import Person
from . import attributes as names
from .connection import REDIRECT, SOAP
from .documents import PREFIXES, made, name, new_id, written_time
from .encryption import OAEP_SHA1
from .signatures import Key, signed

_STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
# Seconds an assertion is good for.
GOOD_FOR = 120


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """What a portal's metadata say of it."""

    entity_id: str
    return_url: str
    signing: tuple[x509.Certificate, ...]
    encryption: tuple[x509.Certificate, ...]
    service_id: str

    @classmethod
    def read(cls, metadata: bytes) -> ServiceProvider:
        """From metadata of our own making, beside us on this machine."""
        root = etree.fromstring(metadata, etree.XMLParser(resolve_entities=False, no_network=True))
        service = root.find(f".//{name('md:AttributeConsumingService')}/{name('md:RequestedAttribute')}")
        consumer = root.find(f".//{name('md:AssertionConsumerService')}")
        if service is None or consumer is None:
            raise ValueError("no metadata of a service provider")
        return cls(
            entity_id=root.get("entityID"), return_url=consumer.get("Location"),
            signing=_certificates(root, "signing"), encryption=_certificates(root, "encryption"),
            service_id=service.get("Name"),
        )  # fmt: skip


def _certificates(root: etree._Element, use: str) -> tuple[x509.Certificate, ...]:
    found = root.iterfind(
        f".//{name('md:KeyDescriptor')}[@use='{use}']/{name('ds:KeyInfo')}/{name('ds:X509Data')}"
        f"/{name('ds:X509Certificate')}"
    )
    return tuple(x509.load_der_x509_certificate(base64.b64decode(node.text or "")) for node in found)


def broker_metadata(entity_id: str, address: str, certificate: x509.Certificate) -> bytes:
    """The broker's own metadata."""
    octets = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    info = made("ds:KeyInfo", made("ds:X509Data", made("ds:X509Certificate", text=octets)))
    role = made(
        "md:IDPSSODescriptor",
        made("md:KeyDescriptor", info, given={"use": "signing"}),
        made(
            "md:ArtifactResolutionService",
            given={"Binding": SOAP, "Location": f"{address}/saml/resolve", "index": "0", "isDefault": "true"},
        ),
        made("md:SingleSignOnService", given={"Binding": REDIRECT, "Location": f"{address}/saml/sign-in"}),
        given={"protocolSupportEnumeration": PREFIXES["samlp"], "WantAuthnRequestsSigned": "true"},
    )
    return etree.tostring(made("md:EntityDescriptor", role, given={"entityID": entity_id}))


def artifact(entity_id: str, index: int = 0) -> str:
    """A fresh artifact of this broker."""
    source = hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
    return base64.b64encode(b"\x00\x04" + index.to_bytes(2) + source + secrets.token_bytes(20)).decode()


@dataclass(frozen=True, slots=True)
class Issuer:
    """A broker that answers one service provider; `now` is given with every message, in seconds since 1970."""

    entity_id: str
    key: Key
    provider: ServiceProvider

    def assertion(
        self, person: Person, level: AssuranceLevel, *, request: str, now: float, rsin: str = ""
    ) -> etree._Element:
        """Who signed in, signed; with `rsin` the company is known by that number and not by its KvK number."""
        end = written_time(now + GOOD_FOR)
        data = {"InResponseTo": request, "Recipient": self.provider.return_url, "NotOnOrAfter": end}
        confirmation = made(
            "saml:SubjectConfirmation", made("saml:SubjectConfirmationData", given=data),
            given={"Method": "urn:oasis:names:tc:SAML:2.0:cm:bearer"},
        )  # fmt: skip
        audience = made("saml:AudienceRestriction", made("saml:Audience", text=self.provider.entity_id))
        context = made("saml:AuthnContext", made("saml:AuthnContextClassRef", text=level.urn))
        return signed(
            made(
                "saml:Assertion",
                made("saml:Issuer", text=self.entity_id),
                made("saml:Subject", made("saml:NameID", text=new_id(), given={"Format": _TRANSIENT}), confirmation),
                made("saml:Conditions", audience, given={"NotBefore": written_time(now), "NotOnOrAfter": end}),
                made("saml:AuthnStatement", context, given={"AuthnInstant": written_time(now)}),
                made("saml:AttributeStatement", *self._attributes(person, rsin)),
                given={"ID": new_id(), "Version": "2.0", "IssueInstant": written_time(now)},
            ),
            self.key,
        )

    def _attributes(self, person: Person, rsin: str) -> list[etree._Element]:
        company = self.hidden(names.RSIN, rsin) if rsin else self.hidden(names.KVK, person.kvk)
        found = [
            _attribute(names.SERVICE_ID, made("saml:AttributeValue", text=self.provider.service_id)),
            _attribute(names.LEGAL_SUBJECT, made("saml:AttributeValue", company)),
            _attribute(
                names.ACTING_SUBJECT, made("saml:AttributeValue", self.hidden(names.PSEUDO, person.acting_subject))
            ),
            _attribute(names.COMPANY_NAME, made("saml:AttributeValue", text=person.company_name)),
        ]
        if person.branch:
            found.append(_attribute(names.BRANCH, made("saml:AttributeValue", text=person.branch)))
        return found

    def hidden(self, kind: str, value: str) -> etree._Element:
        """An EncryptedID for this provider."""
        return encrypted(
            "saml:EncryptedID", made("saml:NameID", text=value, given={"NameQualifier": kind}), self.provider
        )

    def response(
        self, *assertions: etree._Element, request: str, now: float, first: str = "Success", second: str = ""
    ) -> etree._Element:
        """The answer, signed."""
        code = made("samlp:StatusCode", given={"Value": _STATUS + first})
        if second:
            code.append(made("samlp:StatusCode", given={"Value": _STATUS + second}))
        return signed(
            made(
                "samlp:Response",
                made("saml:Issuer", text=self.entity_id),
                made("samlp:Status", code),
                *(copy.deepcopy(one) for one in assertions),
                given={
                    "ID": new_id(), "Version": "2.0", "IssueInstant": written_time(now), "InResponseTo": request,
                    "Destination": self.provider.return_url,
                },
            ),
            self.key,
        )  # fmt: skip

    def envelope(self, response: etree._Element | None, *, resolve: str, now: float, sign: bool = True) -> bytes:
        """The answer to an ArtifactResolve; without a response the artifact is not known here."""
        message = made(
            "samlp:ArtifactResponse",
            made("saml:Issuer", text=self.entity_id),
            made("samlp:Status", made("samlp:StatusCode", given={"Value": f"{_STATUS}Success"})),
            *([] if response is None else [response]),
            given={"ID": new_id(), "Version": "2.0", "IssueInstant": written_time(now), "InResponseTo": resolve},
        )
        body = made("soap:Body", signed(message, self.key) if sign else message)
        return etree.tostring(made("soap:Envelope", body), xml_declaration=True, encoding="UTF-8")


def _attribute(attribute: str, value: etree._Element) -> etree._Element:
    return made("saml:Attribute", value, given={"Name": attribute, "NameFormat": _BASIC})


def encrypted(shell: str, content: etree._Element, provider: ServiceProvider) -> etree._Element:
    """`content` in an element called `shell`, readable with the newest key of the provider only."""
    certificate = provider.encryption[-1]
    public = certificate.public_key()
    assert isinstance(public, RSAPublicKey)
    secret, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    locked = public.encrypt(secret, padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))  # noqa: S303
    key = made(
        "xenc:EncryptedKey",
        made("xenc:EncryptionMethod", given={"Algorithm": OAEP_SHA1}),
        _cipher(locked),
        given={"Recipient": provider.entity_id},
    )
    octets = nonce + AESGCM(secret).encrypt(nonce, etree.tostring(content), None)
    data = made(
        "xenc:EncryptedData",
        made("xenc:EncryptionMethod", given={"Algorithm": f"{PREFIXES['xenc11']}aes256-gcm"}),
        made("ds:KeyInfo", key),
        _cipher(octets),
        given={"Type": "http://www.w3.org/2001/04/xmlenc#Element"},
    )
    return made(shell, data)


def _cipher(octets: bytes) -> etree._Element:
    return made("xenc:CipherData", made("xenc:CipherValue", text=base64.b64encode(octets).decode()))
