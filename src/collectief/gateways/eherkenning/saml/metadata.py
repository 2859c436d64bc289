"""What a portal publishes of itself: its metadata (SAML metadata 2.0) and its entry in the service catalogue, signed.

All certificates are in both, so that during a rollover the broker may use either.
"""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from collectief.foundation.assurance import AssuranceLevel

from .attributes import BRANCH, COMPANY_NAME, KVK, RSIN
from .connection import ARTIFACT, SamlConnection
from .documents import PREFIXES, made, new_id, written_time
from .signatures import signed

_PROTOCOL = PREFIXES["samlp"]
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# How long a broker may keep what it read: a new key must be seen before the old one goes.
KEPT_FOR = "PT24H"
_CATALOGUE_VERSION = "urn:etoegang:1.13:53"


def service_provider(connection: SamlConnection, *, return_url: str, portal: str) -> bytes:
    """The portal's EntityDescriptor; `portal` is its name for people."""
    role = made(
        "md:SPSSODescriptor",
        *(
            _key_descriptor(key.certificate, use)
            for use in ("signing", "encryption")
            for key in connection.keys
        ),
        # One address: the artifact may come to it by GET or by POST.
        made(
            "md:AssertionConsumerService",
            given={"Binding": ARTIFACT, "Location": return_url, "index": "0", "isDefault": "true"},
        ),
        made(
            "md:AttributeConsumingService",
            _named("md:ServiceName", portal),
            *(
                made("md:RequestedAttribute", given={"Name": name, "isRequired": "false"})
                for name in (connection.service_id, COMPANY_NAME)
            ),
            given={"index": str(connection.service_index), "isDefault": "true"},
        ),
        given={
            "protocolSupportEnumeration": _PROTOCOL, "AuthnRequestsSigned": "true", "WantAssertionsSigned": "true",
        },
    )  # fmt: skip
    entity = made(
        "md:EntityDescriptor", role,
        given={"ID": new_id(), "entityID": connection.entity_id, "cacheDuration": KEPT_FOR},
    )  # fmt: skip
    return _document(entity, connection)


def service_catalogue(
    connection: SamlConnection,
    *,
    home: str,
    portal: str,
    organisation: str,
    description: str,
    privacy_url: str,
    level: AssuranceLevel,
    now: float,
) -> bytes:
    """The entry that brokers publish so that companies can mandate people for this service.

    `home` is the portal's address, `organisation` who offers it, `level` the lowest that is taken.
    """
    broker_oin = _oin_of(connection.broker.entity_id)
    definition = made(
        "esc:ServiceDefinition",
        made("esc:ServiceUUID", text=connection.service_uuid),
        *_both("esc:ServiceName", portal),
        *_both("esc:ServiceDescription", description),
        made("saml:AuthnContextClassRef", text=level.urn),
        made("esc:HerkenningsmakelaarId", text=broker_oin),
        # Either will do: a company without a KvK number is known by its RSIN.
        made("esc:EntityConcernedTypesAllowed", text=KVK, given={"setNumber": "1"}),
        made("esc:EntityConcernedTypesAllowed", text=RSIN, given={"setNumber": "2"}),
        made("esc:ServiceRestrictionsAllowed", text=BRANCH),
        made(
            "esc:RequestedAttribute", *_both("esc:PurposeStatement", portal),
            given={"Name": COMPANY_NAME, "isRequired": "false"},
        ),
        given={_esc("IsPublic"): "true"},
    )  # fmt: skip
    instance = made(
        "esc:ServiceInstance",
        made("esc:ServiceID", text=connection.service_id),
        made("esc:ServiceUUID", text=connection.instance_uuid),
        made("esc:InstanceOfService", text=connection.service_uuid),
        *_both("esc:ServiceURL", home),
        *_both("esc:PrivacyPolicyURL", privacy_url),
        made("esc:HerkenningsmakelaarId", text=broker_oin),
        made("esc:SSOSupport", text="false"),
        *(made("esc:ServiceCertificate", _key_descriptor(key.certificate, "encryption")) for key in connection.keys),
        given={_esc("IsPublic"): "true"},
    )
    provider = made(
        "esc:ServiceProvider",
        made("esc:ServiceProviderID", text=connection.oin),
        _named("esc:OrganizationDisplayName", organisation),
        definition,
        instance,
        given={_esc("IsPublic"): "true"},
    )
    catalogue = made(
        "esc:ServiceCatalogue", provider,
        given={"ID": new_id(), _esc("IssueInstant"): written_time(now), _esc("Version"): _CATALOGUE_VERSION},
    )  # fmt: skip
    return _document(catalogue, connection)


def _document(root: etree._Element, connection: SamlConnection) -> bytes:
    return etree.tostring(signed(root, connection.keys[0]), xml_declaration=True, encoding="UTF-8")


def _key_descriptor(certificate: x509.Certificate, use: str) -> etree._Element:
    octets = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    info = made(
        "ds:KeyInfo",
        made("ds:KeyName", text=certificate.fingerprint(hashes.SHA256()).hex()),
        made("ds:X509Data", made("ds:X509Certificate", text=octets)),
    )
    return made("md:KeyDescriptor", info, given={"use": use})


def _named(short: str, text: str, language: str = "nl") -> etree._Element:
    return made(short, text=text, given={_LANG: language})


def _both(short: str, text: str) -> list[etree._Element]:
    """The same words under both languages: the catalogue wants each."""
    return [_named(short, text, language) for language in ("nl", "en")]


def _esc(local: str) -> str:
    return f"{{{PREFIXES['esc']}}}{local}"


def _oin_of(entity_id: str) -> str:
    """The OIN in an entity id such as `urn:etoegang:HM:00000003…:entities:1`."""
    parts = entity_id.split(":")
    return parts[3] if len(parts) > 3 else entity_id
