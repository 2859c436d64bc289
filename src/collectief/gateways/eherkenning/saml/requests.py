"""What we ask: somebody to sign in (AuthnRequest), and the answer behind an artifact (ArtifactResolve)."""

from __future__ import annotations

import base64
import zlib

from lxml import etree

from collectief.foundation.assurance import AssuranceLevel

from .connection import SamlConnection
from .documents import made, written_time
from .signatures import signed, signed_query


def sign_in_address(
    connection: SamlConnection, *, id_: str, relay_state: str, minimum: AssuranceLevel, now: float
) -> str:
    """Where to send the browser: the broker's address with a signed question (HTTP-Redirect binding)."""
    question = authn_request(connection, id_=id_, minimum=minimum, now=now)
    squeezer = zlib.compressobj(wbits=-15)
    squeezed = squeezer.compress(etree.tostring(question)) + squeezer.flush()
    query = signed_query(
        {"SAMLRequest": base64.b64encode(squeezed).decode(), "RelayState": relay_state}, connection.keys[0]
    )
    address = connection.broker.sign_in
    return f"{address}{'&' if '?' in address else '?'}{query}"


def authn_request(connection: SamlConnection, *, id_: str, minimum: AssuranceLevel, now: float) -> etree._Element:
    """The question itself: who, at this level or higher, for our service; signed in anew, whatever came before."""
    level = made("saml:AuthnContextClassRef", text=minimum.urn)
    return made(
        "samlp:AuthnRequest",
        made("saml:Issuer", text=connection.entity_id),
        made("samlp:RequestedAuthnContext", level, given={"Comparison": "minimum"}),
        given={
            "ID": id_, "Version": "2.0", "IssueInstant": written_time(now),
            "Destination": connection.broker.sign_in, "ForceAuthn": "true", "AssertionConsumerServiceIndex": "0",
            "AttributeConsumingServiceIndex": str(connection.service_index),
        },
    )  # fmt: skip


def artifact_resolve(connection: SamlConnection, artifact: str, *, id_: str, address: str, now: float) -> bytes:
    """The envelope that asks for what an artifact stands for, signed by us."""
    question = made(
        "samlp:ArtifactResolve",
        made("saml:Issuer", text=connection.entity_id),
        made("samlp:Artifact", text=artifact),
        given={"ID": id_, "Version": "2.0", "IssueInstant": written_time(now), "Destination": address},
    )
    envelope = made("soap:Envelope", made("soap:Body", signed(question, connection.keys[0])))
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
