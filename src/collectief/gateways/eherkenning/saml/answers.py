"""What a broker's answer must be before a word of it is believed; small checks over elements that were verified.

SAML core 2.0 and profiles 4.1.4 (web browser SSO); the order is: covered by a signature, answer to our question,
status, exactly one assertion, signed too, meant for us, now, by this browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from ..port import SignInRefused
from .documents import Untrusted, children, name, only_child, read_time, text_of
from .encryption import decrypted
from .signatures import Key, is_signed, verified

# Seconds: how far clocks may differ, and how long ago somebody may have shown who they are.
CLOCK_SKEW = 60
OLDEST_AUTHENTICATION = 15 * 60

_STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS = f"{_STATUS}Success"
_REFUSALS = {
    f"{_STATUS}AuthnFailed": "cancelled",
    f"{_STATUS}RequestUnsupported": "request_unsupported",
    f"{_STATUS}UnknownPrincipal": "unknown_principal",
}
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must fit: `broker` and `audience` are entity ids, `begun` and `now` seconds since 1970."""

    broker: str
    audience: str
    request: str
    return_url: str
    begun: float
    now: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified assertion; `hidden` when the whole of it travelled encrypted."""

    assertion: etree._Element
    hidden: bool


def artifact_response(envelope: etree._Element, *, request: str, broker: str) -> etree._Element:
    """The ArtifactResponse in the envelope, if it answers our question. Raises Untrusted, SignInRefused."""
    if envelope.tag != name("soap:Envelope"):
        raise Untrusted("no envelope")
    body = only_child(envelope, "soap:Body")
    if len(body) != 1:
        raise Untrusted("more than one thing in the envelope")
    found = only_child(body, "samlp:ArtifactResponse")
    _check_answer_to(found, request=request, broker=broker)
    if _status(found)[0] != SUCCESS:
        raise SignInRefused("unknown_error")
    if not children(found, "samlp:Response"):
        # The broker does not know the artifact (any more): used, or waited too long.
        raise SignInRefused("expired")
    return found


def answer_of(
    outer: etree._Element, expected: Expected, certificates: Sequence[x509.Certificate], keys: Sequence[Key]
) -> Answer:
    """The assertion that this ArtifactResponse carries, with every signature on the way checked.

    Every signature that is there must be good, and the response must be under one: its own, or that of the
    ArtifactResponse around it. Raises Untrusted, or SignInRefused when the broker says no.
    """
    response = only_child(outer, "samlp:Response")
    if not (is_signed(outer) or is_signed(response)):
        raise Untrusted("response without signature")
    if is_signed(outer):
        verified(outer, certificates)
    if is_signed(response):
        verified(response, certificates)
    # Both stand where their signatures cover them whole; their parts are direct children, found by name.
    check_response(response, expected)
    carried = children(response, "saml:Assertion") + children(response, "saml:EncryptedAssertion")
    if len(carried) != 1:
        raise Untrusted(f"{len(carried)} assertions")
    hidden = carried[0].tag == name("saml:EncryptedAssertion")
    assertion = decrypted(carried[0], keys) if hidden else carried[0]
    if assertion.tag != name("saml:Assertion"):
        raise Untrusted("no assertion in the encryption")
    if not is_signed(assertion):
        raise Untrusted("assertion without signature")
    return Answer(verified(assertion, certificates), hidden)


def check_response(response: etree._Element, expected: Expected) -> None:
    """Whether the response answers our question, here and now. Raises Untrusted, SignInRefused."""
    _check_answer_to(response, request=expected.request, broker=expected.broker)
    if response.get("Destination", expected.return_url) != expected.return_url:
        raise Untrusted("destination")
    issued = read_time(response.get("IssueInstant"))
    if not expected.begun - CLOCK_SKEW <= issued <= expected.now + CLOCK_SKEW:
        raise Untrusted("time of the response")
    first, second = _status(response)
    if first == SUCCESS:
        return
    if first not in (f"{_STATUS}Requester", f"{_STATUS}Responder"):
        raise Untrusted("status")
    raise SignInRefused(_REFUSALS.get(second, "unknown_error"))


def check_assertion(assertion: etree._Element, expected: Expected) -> None:
    """Whether the assertion is the broker's, for us, for this browser, and good now. Raises Untrusted."""
    if assertion.get("Version") != "2.0" or not assertion.get("ID"):
        raise Untrusted("version or id of the assertion")
    _check_issuer(assertion, expected.broker)
    if read_time(assertion.get("IssueInstant")) > expected.now + CLOCK_SKEW:
        raise Untrusted("time of the assertion")
    _check_subject(only_child(assertion, "saml:Subject"), expected)
    _check_conditions(only_child(assertion, "saml:Conditions"), expected)
    statement = only_child(assertion, "saml:AuthnStatement")
    shown = read_time(statement.get("AuthnInstant"))
    # We asked to sign in anew, so an authentication from before our question is not the one we asked for.
    earliest = max(expected.begun - CLOCK_SKEW, expected.now - OLDEST_AUTHENTICATION - CLOCK_SKEW)
    if not earliest <= shown <= expected.now + CLOCK_SKEW:
        raise Untrusted("time of authentication")


def level_urn(assertion: etree._Element) -> str:
    """The level at which somebody authenticated, as the assertion states it. Raises Untrusted."""
    context = only_child(only_child(assertion, "saml:AuthnStatement"), "saml:AuthnContext")
    return text_of(only_child(context, "saml:AuthnContextClassRef"))


def end_of(assertion: etree._Element) -> float:
    """Until when the assertion could be used again, in seconds since 1970."""
    return read_time(only_child(assertion, "saml:Conditions").get("NotOnOrAfter")) + CLOCK_SKEW


def _check_subject(subject: etree._Element, expected: Expected) -> None:
    """One bearer, told to come to our address with the answer to our question, in time."""
    confirmation = only_child(subject, "saml:SubjectConfirmation")
    if confirmation.get("Method") != _BEARER:
        raise Untrusted("subject confirmation")
    data = only_child(confirmation, "saml:SubjectConfirmationData")
    if data.get("Recipient") != expected.return_url:
        raise Untrusted("recipient")
    if data.get("InResponseTo") != expected.request:
        raise Untrusted("subject confirmed for another question")
    if read_time(data.get("NotOnOrAfter")) + CLOCK_SKEW <= expected.now:
        raise SignInRefused("expired")


def _check_conditions(conditions: etree._Element, expected: Expected) -> None:
    if read_time(conditions.get("NotOnOrAfter")) + CLOCK_SKEW <= expected.now:
        raise SignInRefused("expired")
    if read_time(conditions.get("NotBefore")) - CLOCK_SKEW > expected.now:
        raise Untrusted("not valid yet")
    known = {name("saml:AudienceRestriction"), name("saml:OneTimeUse"), name("saml:ProxyRestriction")}
    if any(child.tag not in known for child in conditions):
        raise Untrusted("a condition we do not know")
    restrictions = children(conditions, "saml:AudienceRestriction")
    # Each restriction on its own must let us in (SAML core 2.5.1.4).
    for restriction in restrictions:
        if expected.audience not in [text_of(node) for node in children(restriction, "saml:Audience")]:
            raise Untrusted("audience")
    if not restrictions:
        raise Untrusted("no audience")


def _check_answer_to(message: etree._Element, *, request: str, broker: str) -> None:
    if message.get("Version") != "2.0":
        raise Untrusted("version")
    if message.get("InResponseTo") != request:
        raise Untrusted("answer to another question")
    _check_issuer(message, broker)


def _check_issuer(element: etree._Element, broker: str) -> None:
    if text_of(only_child(element, "saml:Issuer")) != broker:
        raise Untrusted("issuer")


def _status(message: etree._Element) -> tuple[str, str]:
    """First and second level of the status; the second may be absent."""
    code = only_child(only_child(message, "samlp:Status"), "samlp:StatusCode")
    below = [node.get("Value", "") for node in children(code, "samlp:StatusCode")]
    return code.get("Value", ""), below[0] if below else ""
