"""From the attributes of a verified assertion to who signed in, for which company (STANDARDS, eHerkenning)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from collectief.foundation.assurance import AssuranceLevel

from ..port import LONGEST_NAME, LONGEST_SUBJECT, Identity
from .answers import Answer, level_urn
from .connection import SamlConnection
from .documents import Untrusted, children, name, only_child, text_of
from .encryption import decrypted
from .signatures import Key

SERVICE_ID = "urn:etoegang:core:ServiceID"
SERVICE_UUID = "urn:etoegang:core:ServiceUUID"
LEGAL_SUBJECT = "urn:etoegang:core:LegalSubjectID"
ACTING_SUBJECT = "urn:etoegang:core:ActingSubjectID"
BRANCH = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
COMPANY_NAME = "urn:etoegang:1.11:attribute-represented:CompanyName"
_KIND = "urn:etoegang:1.9:EntityConcernedID:"
KVK, RSIN, PSEUDO = f"{_KIND}KvKnr", f"{_KIND}RSIN", f"{_KIND}Pseudo"

_NUMBERS = {KVK: re.compile(r"[0-9]{8}"), RSIN: re.compile(r"[0-9]{9}")}
_BRANCH = re.compile(r"[0-9]{12}")


def identity_of(answer: Answer, connection: SamlConnection) -> Identity:
    """Who this is. Raises Untrusted."""
    attributes = _attributes(answer.assertion, connection.keys)
    _check_service(attributes, connection)
    try:
        level = AssuranceLevel.from_urn(level_urn(answer.assertion))
    except ValueError:
        raise Untrusted("level") from None
    companies = dict(_identifiers(attributes, LEGAL_SUBJECT, answer, connection.keys))
    numbers = {kind: companies[kind] for kind in _NUMBERS if kind in companies}
    if not numbers:
        raise Untrusted("no company")
    if not all(_NUMBERS[kind].fullmatch(number) for kind, number in numbers.items()):
        raise Untrusted("company number")
    return Identity(
        kvk=numbers.get(KVK, ""),
        rsin=numbers.get(RSIN, ""),
        acting_subject=_acting_subject(attributes, answer, connection.keys),
        level=level,
        company_name=_company_name(attributes),
        branch=_branch(attributes, answer, connection.keys),
    )


def _attributes(assertion: etree._Element, keys: Sequence[Key]) -> dict[str, list[etree._Element]]:
    """The values by the name of their attribute; an attribute may itself have come encrypted."""
    found: dict[str, list[etree._Element]] = {}
    for statement in children(assertion, "saml:AttributeStatement"):
        attributes = children(statement, "saml:Attribute")
        for hidden in children(statement, "saml:EncryptedAttribute"):
            attribute = decrypted(hidden, keys)
            if attribute.tag != name("saml:Attribute"):
                raise Untrusted("no attribute in the encryption")
            attributes.append(attribute)
        for attribute in attributes:
            if attribute.get("Name", "") in found:
                raise Untrusted("the same attribute twice")
            found[attribute.get("Name", "")] = children(attribute, "saml:AttributeValue")
    return found


def _check_service(attributes: dict[str, list[etree._Element]], connection: SamlConnection) -> None:
    """Whether somebody was authorised for our service: for another one they may hold no mandate for ours."""
    given = [
        (text_of(value), ours)
        for attribute, ours in ((SERVICE_ID, connection.service_id), (SERVICE_UUID, connection.service_uuid))
        for value in attributes.get(attribute, [])
    ]
    if not given or any(value != ours for value, ours in given):
        raise Untrusted("service")


def _identifiers(
    attributes: dict[str, list[etree._Element]], attribute: str, answer: Answer, keys: Sequence[Key]
) -> list[tuple[str, str]]:
    """Kind and value of each identifier; each must have travelled encrypted, by itself or with the assertion."""
    found = []
    for value in attributes.get(attribute, []):
        if children(value, "saml:EncryptedID"):
            identifier = decrypted(only_child(value, "saml:EncryptedID"), keys)
            if identifier.tag != name("saml:NameID"):
                raise Untrusted("no identifier in the encryption")
        elif answer.hidden:
            identifier = only_child(value, "saml:NameID")
        else:
            raise Untrusted("identifier that is not encrypted")
        found.append((identifier.get("NameQualifier", ""), text_of(identifier)))
    kinds = [kind for kind, _ in found]
    if len(set(kinds)) != len(kinds):
        raise Untrusted("two identifiers of one kind")
    return found


def _acting_subject(attributes: dict[str, list[etree._Element]], answer: Answer, keys: Sequence[Key]) -> str:
    found = dict(_identifiers(attributes, ACTING_SUBJECT, answer, keys))
    pseudonym = found.get(PSEUDO, "")
    if not pseudonym or len(pseudonym) > LONGEST_SUBJECT:
        raise Untrusted("acting subject")
    return pseudonym


def _branch(attributes: dict[str, list[etree._Element]], answer: Answer, keys: Sequence[Key]) -> str | None:
    """The establishment that the mandate is restricted to; who has no restriction acts for the whole company.

    Not an identifier of a person or a company: it comes as a text, or encrypted as the others do.
    """
    values = attributes.get(BRANCH, [])
    if not values:
        return None
    if len(values) > 1:
        raise Untrusted("several branches")
    if children(values[0], "saml:EncryptedID") or children(values[0], "saml:NameID"):
        [(_, branch)] = _identifiers(attributes, BRANCH, answer, keys)
    else:
        branch = text_of(values[0])
    if not _BRANCH.fullmatch(branch):
        raise Untrusted("branch")
    return branch


def _company_name(attributes: dict[str, list[etree._Element]]) -> str:
    values = attributes.get(COMPANY_NAME, [])
    return text_of(values[0])[:LONGEST_NAME] if values else ""
