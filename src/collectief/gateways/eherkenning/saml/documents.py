"""SAML messages as XML: read without DTD, entities, comments or network; written with the usual prefixes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from lxml import etree

PREFIXES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "xenc11": "http://www.w3.org/2009/xmlenc11#",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "esc": "urn:etoegang:1.13:service-catalog",
}
# Bytes: a message with a dozen encrypted values is some tens of kilobytes.
LARGEST = 512 * 1024


class Untrusted(Exception):
    """A message that is not believed; its text says which check failed, and never holds anything of the message."""


def parser() -> etree.XMLParser:
    """A parser that follows nothing out of the message and expands nothing in it."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def read(message: bytes) -> etree._Element:
    """The root of a message. Raises Untrusted: too large, no XML, a DTD, a comment or a processing instruction.

    A comment splits a text in two, and a signature does not cover it: what is read would not be what was signed.
    """
    if len(message) > LARGEST:
        raise Untrusted("too large")
    try:
        root = etree.fromstring(message, parser())
    except (etree.XMLSyntaxError, ValueError):
        raise Untrusted("no XML") from None
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise Untrusted("DTD")
    if any(not isinstance(node.tag, str) for node in root.iter()):
        raise Untrusted("comment, entity or processing instruction")
    return root


def standing_alone(element: etree._Element) -> etree._Element:
    """The element as the root of a document of its own, with the namespaces it had."""
    return etree.fromstring(etree.tostring(element, with_tail=False), parser())


def name(short: str) -> str:
    """`saml:Issuer` as lxml calls it."""
    prefix, _, local = short.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def made(
    short: str, *children: etree._Element, text: str | None = None, given: Mapping[str, str] | None = None
) -> etree._Element:
    """A new element with these children, text and attributes."""
    prefix = short.partition(":")[0]
    element = etree.Element(name(short), dict(given or {}), nsmap={prefix: PREFIXES[prefix]})
    element.text = text
    element.extend(children)
    return element


def children(element: etree._Element, short: str) -> list[etree._Element]:
    """The direct children with this name; what stands deeper is never looked at."""
    return [child for child in element if child.tag == name(short)]


def only_child(element: etree._Element, short: str) -> etree._Element:
    """The one child with this name. Raises Untrusted when there is none or more."""
    found = children(element, short)
    if len(found) != 1:
        raise Untrusted(f"{len(found)} {short}")
    return found[0]


def text_of(element: etree._Element) -> str:
    """The text of an element without children. Raises Untrusted when it holds elements."""
    if len(element):
        raise Untrusted("elements where a text belongs")
    return (element.text or "").strip()


def new_id() -> str:
    """An id for a message: unguessable, and a valid NCName."""
    return f"_{secrets.token_hex(20)}"


def written_time(seconds: float) -> str:
    """Seconds since 1970 as SAML writes them."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: str | None) -> float:
    """Seconds since 1970. Raises Untrusted: absent, or no moment in UTC."""
    try:
        moment = datetime.fromisoformat(text or "")
        if moment.utcoffset() is None or moment.utcoffset():
            raise ValueError("not UTC")
    except ValueError:
        raise Untrusted("a time") from None
    return moment.timestamp()
