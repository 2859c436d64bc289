"""XML signatures of SAML messages: RSA-SHA256, exclusive C14N, over exactly the element that is read."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree
from signxml import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConfiguration,
    SignatureMethod,
    XMLSigner,
    XMLVerifier,
    methods,
)
from signxml.exceptions import SignXMLException
from signxml.verifier import VerifyResult

from .documents import Untrusted, children, made, name, only_child, parser, standing_alone

RSA_SHA256 = SignatureMethod.RSA_SHA256
_EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_TRANSFORMS = {"http://www.w3.org/2000/09/xmldsig#enveloped-signature", _EXCLUSIVE.value}
_EXPECTED = SignatureConfiguration(
    require_x509=True,
    location="./",
    expect_references=1,
    signature_methods=frozenset({RSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    # Whose key it is we know from metadata; what a message says of its own key is passed over.
    ignore_ambiguous_key_info=True,
)


@dataclass(frozen=True, slots=True)
class Key:
    """A private key and the certificate under which the other side knows it."""

    private: RSAPrivateKey
    certificate: x509.Certificate


def is_signed(element: etree._Element) -> bool:
    """Whether the element carries a signature, good or bad."""
    return bool(children(element, "ds:Signature"))


def verified(element: etree._Element, certificates: Sequence[x509.Certificate]) -> etree._Element:
    """What was signed of `element`, read back from the very bytes that the signature covers.

    The element stands alone while it is checked, so that nothing around it can be taken for it (signature
    wrapping), and the signature must be its own child and point at it. Raises Untrusted.
    """
    alone = standing_alone(element)
    _check_shape(alone)
    for certificate in certificates:
        try:
            result = XMLVerifier().verify(
                alone, x509_cert=certificate, expect_config=_EXPECTED, id_attribute="ID", parser=parser()
            )
        except (SignXMLException, etree.LxmlError, ValueError):
            continue
        assert isinstance(result, VerifyResult)
        found = result.signed_xml
        if found is None or found.tag != alone.tag or found.get("ID") != alone.get("ID"):
            raise Untrusted("signature over something else")
        return found
    raise Untrusted("signature")


def _check_shape(element: etree._Element) -> None:
    """One signature, one reference, to this element, and no transform that could leave something out."""
    own = element.get("ID")
    ids = [node.get("ID") or node.get("Id") or node.get("id") for node in element.iter()]
    if not own or ids.count(own) != 1:
        raise Untrusted("no ID of its own")
    signed_info = only_child(only_child(element, "ds:Signature"), "ds:SignedInfo")
    reference = only_child(signed_info, "ds:Reference")
    if reference.get("URI") != f"#{own}":
        raise Untrusted("signature over another element")
    if only_child(signed_info, "ds:CanonicalizationMethod").get("Algorithm") != _EXCLUSIVE.value:
        raise Untrusted("canonicalisation")
    transforms = [node.get("Algorithm") for node in only_child(reference, "ds:Transforms")]
    if len(transforms) != len(_TRANSFORMS) or set(transforms) != _TRANSFORMS:
        raise Untrusted("transforms")


def signed(element: etree._Element, key: Key) -> etree._Element:
    """The element with a signature in the place that SAML wants it: after the issuer, else first."""
    element = standing_alone(element)
    placeholder = made("ds:Signature", given={"Id": "placeholder"})
    issuer = element.find(name("saml:Issuer"))
    element.insert(0 if issuer is None else 1, placeholder)
    signer = XMLSigner(methods.enveloped, RSA_SHA256, DigestAlgorithm.SHA256, _EXCLUSIVE)
    return signer.sign(
        element, key=key.private, cert=[key.certificate], reference_uri=f"#{element.get('ID')}", id_attribute="ID"
    )


def signed_query(parameters: dict[str, str], key: Key) -> str:
    """A query under a signature over its own octets (SAML bindings, 3.4.4.1)."""
    query = urlencode(parameters | {"SigAlg": RSA_SHA256.value})
    signature = key.private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{query}&{urlencode({'Signature': base64.b64encode(signature).decode()})}"
