"""The simulator's SAML side: a broker with keys of its own, for one portal; artifact binding, as eHerkenning has it.

It checks what a real broker checks, the signature on every question, with the libraries and none of our client's code.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlencode

from aiohttp import web
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree
from signxml import XMLVerifier
from signxml.exceptions import SignXMLException

from collectief.foundation.assurance import AssuranceLevel

from ..loopback import Behaviour, fall_silent, hang_up
from ..openid.serving import HEADERS, MOST_PENDING, PAGE_LIFETIME, html_page
from .pages import post_back_page, refusal_page, sign_in_page
from .saml.documents import name
from .saml.issuing import Issuer, artifact, broker_metadata
from .tokens import Person

# What a broker can say instead of a name, by the fault that asks for it: the status it then gives.
REFUSALS = {
    "request_unsupported": ("Responder", "RequestUnsupported"),
    "unknown_principal": ("Responder", "UnknownPrincipal"),
}
FAULTS = (*REFUSALS, "artifact_by_post", "rsin_only")
# Seconds an artifact is good for.
_ARTIFACT_LIFETIME = 60


class Hall(Protocol):
    """What both protocols of the simulator share."""

    people: Sequence[Person]
    behaviour: Behaviour
    clock: Callable[[], float]

    def note(self, what: str, *, kvk: str = "", level: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Question:
    """A sign-in under way."""

    id: str
    relay_state: str
    minimum: AssuranceLevel | None
    at: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an artifact stands for; nobody when it was cancelled or refused."""

    question: Question
    who: tuple[Person, AssuranceLevel] | None
    fault: str | None
    at: float


class SamlSide:
    """The endpoints under /saml/."""

    def __init__(self, hall: Hall, issuer: Issuer, address: str) -> None:
        self._hall, self._issuer, self._address = hall, issuer, address
        self._pending: dict[str, Question] = {}
        self._waiting: dict[str, Waiting] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/saml/metadata", self.metadata),
            web.get("/saml/sign-in", self.ask),
            web.post("/saml/sign-in", self.choose),
            web.post("/saml/resolve", self.resolve),
        ]

    async def metadata(self, request: web.Request) -> web.Response:
        """`GET /saml/metadata`."""
        document = broker_metadata(self._issuer.entity_id, self._address, self._issuer.key.certificate)
        return web.Response(body=document, content_type="application/samlmetadata+xml")

    async def ask(self, request: web.Request) -> web.Response:
        """`GET /saml/sign-in`: the page on which one chooses, for a question that the portal signed."""
        question = self._question(request.rel_url.raw_query_string)
        if question is None:
            self._hall.note("refused")
            return html_page(refusal_page("De aanvragende website is hier niet bekend."), 400)
        self._clear()
        pending = secrets.token_urlsafe(24)
        self._pending[pending] = question
        self._hall.note("authorize", level=question.minimum.label if question.minimum else "")
        return html_page(
            sign_in_page(self._hall.people, pending=pending, minimum=question.minimum, action="/saml/sign-in")
        )

    async def choose(self, request: web.Request) -> web.Response:
        """`POST /saml/sign-in`: back to the portal with an artifact, whatever the answer behind it is."""
        form = await request.post()
        question = self._pending.pop(str(form.get("request", "")), None)
        if question is None or self._hall.clock() - question.at > PAGE_LIFETIME:
            return html_page(refusal_page("Deze pagina is verlopen."), 400)
        who = None
        if form.get("action") != "cancel":
            try:
                who = (self._hall.people[int(str(form["person"]))], AssuranceLevel.from_label(str(form["level"])))
            except (KeyError, ValueError, IndexError):
                return html_page(refusal_page("Er is geen persoon of niveau gekozen."), 400)
        fault = self._hall.behaviour.next_fault()
        handed = artifact(self._issuer.entity_id)
        self._waiting[handed] = Waiting(question, who, fault, self._hall.clock())
        if who:
            self._hall.note("signed in", kvk=who[0].kvk, level=who[1].label)
        else:
            self._hall.note("cancelled")
        fields = {"SAMLart": handed, "RelayState": question.relay_state}
        where = self._issuer.provider.return_url
        if fault == "artifact_by_post":
            return html_page(post_back_page(where, fields))
        return web.Response(status=303, headers={**HEADERS, "Location": f"{where}?{urlencode(fields)}"})

    async def resolve(self, request: web.Request) -> web.StreamResponse:
        """`POST /saml/resolve`: the answer behind an artifact, once."""
        if self._hall.behaviour.delay:
            await asyncio.sleep(self._hall.behaviour.delay)
        asked = self._resolve_question(await request.read())
        if asked is None:
            self._hall.note("resolve refused")
            return web.Response(status=403)
        id_, handed = asked
        waiting = self._waiting.pop(handed, None)
        match waiting.fault if waiting else None:
            case "503":
                return web.Response(status=503)
            case "timeout":
                return await fall_silent(request)
            case "reset":
                return hang_up(request)
            case "garbage":
                return web.Response(body=b"<soap:Envelope", content_type="text/xml")
        now = self._hall.clock()
        response = None
        if waiting and now - waiting.at <= _ARTIFACT_LIFETIME:
            response = self._response(waiting, now)
            self._hall.note("token", level=waiting.who[1].label if waiting.who else "")
        return web.Response(body=self._issuer.envelope(response, resolve=id_, now=now), content_type="text/xml")

    def _response(self, waiting: Waiting, now: float) -> etree._Element:
        request = waiting.question.id
        if waiting.fault in REFUSALS:
            first, second = REFUSALS[waiting.fault]
            return self._issuer.response(request=request, now=now, first=first, second=second)
        if waiting.who is None:
            return self._issuer.response(request=request, now=now, first="Responder", second="AuthnFailed")
        rsin = waiting.who[0].rsin if waiting.fault == "rsin_only" else ""
        assertion = self._issuer.assertion(*waiting.who, request=request, now=now, rsin=rsin)
        return self._issuer.response(assertion, request=request, now=now)

    def _question(self, query: str) -> Question | None:
        """The question in a query that the portal signed; None for anything else."""
        signed, _, _ = query.partition("&Signature=")
        given = {key: values[0] for key, values in parse_qs(query, keep_blank_values=True).items()}
        try:
            signature = base64.b64decode(given["Signature"], validate=True)
            inflated = zlib.decompressobj(-15).decompress(base64.b64decode(given["SAMLRequest"]), 100_000)
            root = etree.fromstring(inflated, etree.XMLParser(resolve_entities=False, no_network=True))
        except (KeyError, ValueError, binascii.Error, zlib.error, etree.XMLSyntaxError):
            return None
        if not any(_signed_by(certificate.public_key(), signature, signed) for certificate in self._signers()):
            return None
        if root.findtext(name("saml:Issuer")) != self._issuer.provider.entity_id or not root.get("ID"):
            return None
        wanted = root.findtext(f"{name('samlp:RequestedAuthnContext')}/{name('saml:AuthnContextClassRef')}", "")
        try:
            minimum = AssuranceLevel.from_urn(wanted)
        except ValueError:
            minimum = None
        return Question(root.get("ID"), given.get("RelayState", ""), minimum, self._hall.clock())

    def _resolve_question(self, body: bytes) -> tuple[str, str] | None:
        """Id and artifact of a question that the portal signed; None for anything else."""
        try:
            root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            return None
        found = root.find(f"{name('soap:Body')}/{name('samlp:ArtifactResolve')}")
        if found is None:
            return None
        for certificate in self._signers():
            try:
                result = XMLVerifier().verify(found, x509_cert=certificate, id_attribute="ID")
            except SignXMLException:
                continue
            question = result[0].signed_xml if isinstance(result, list) else result.signed_xml
            if question is not None and question.tag == found.tag:
                return question.get("ID", ""), question.findtext(name("samlp:Artifact"), "")
        return None

    def _signers(self) -> Sequence[x509.Certificate]:
        return self._issuer.provider.signing

    def _clear(self) -> None:
        """Forget what has expired, and never hold more than a simulator needs."""
        now = self._hall.clock()
        fresh = [(key, one) for key, one in self._pending.items() if now - one.at <= PAGE_LIFETIME]
        self._pending = dict(fresh[-MOST_PENDING:])
        self._waiting = {key: one for key, one in self._waiting.items() if now - one.at <= _ARTIFACT_LIFETIME}


def _signed_by(key: object, signature: bytes, text: str) -> bool:
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
