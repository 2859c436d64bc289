"""Signing in at an identity provider we did not write: pysaml2, which signs and encrypts with xmlsec1 (U01).

Only our metadata and its own go between them. It verifies our questions its own way, and hands out artifacts.
"""

from __future__ import annotations

import base64
import functools
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import web

from collectief.demo.eherkenning import make_key
from collectief.gateways.eherkenning.port import SignInRefused
from collectief.gateways.eherkenning.saml import attributes as names
from collectief.gateways.eherkenning.saml.client import SamlBroker
from collectief.gateways.eherkenning.saml.connection import read_broker
from collectief.gateways.eherkenning.saml.metadata import service_provider
from collectief.gateways.loopback import running
from tests.rules.test_gateways_eherkenning import visit
from tests.saml_world import EH2, EH2_PLUS, EH3, PORTAL, RETURN, Memory, connection, query_of

pytestmark = [
    pytest.mark.feature("U01"),
    pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed (Debian: xmlsec1)"),
]
IDP = "http://127.0.0.1/another-provider"


def provider(address: str, folder: Path, portal: bytes):
    """pysaml2's server, with what eHerkenning says of somebody in its assertions."""
    from saml2 import BINDING_HTTP_REDIRECT, BINDING_SOAP, element_to_extension_element, saml
    from saml2.config import IdPConfig
    from saml2.server import Server

    def identifier(kind: str, value: str) -> saml.AttributeValue:
        found = saml.NameID(name_qualifier=kind, text=value)
        return saml.AttributeValue(extension_elements=[element_to_extension_element(found)])

    def text(value: str) -> saml.AttributeValue:
        return saml.AttributeValue(text=value)

    class Provider(Server):
        said = {
            names.SERVICE_ID: text("urn:etoegang:DV:00000009000000010000:services:1"),
            names.LEGAL_SUBJECT: identifier(names.KVK, "12345678"),
            names.ACTING_SUBJECT: identifier(names.PSEUDO, "anna-elsewhere"),
            names.COMPANY_NAME: text("Böker & Zonen"),
        }

        def setup_assertion(self, *arguments, **named):
            assertion = super().setup_assertion(*arguments, **named)
            attributes = [saml.Attribute(name=name, attribute_value=[value]) for name, value in self.said.items()]
            assertion.attribute_statement = [saml.AttributeStatement(attribute=attributes)]
            return assertion

    make_key(folder, "idp")
    (folder / "portal.xml").write_bytes(portal)
    config = {
        "entityid": IDP,
        "key_file": str(folder / "idp.key"),
        "cert_file": str(folder / "idp.crt"),
        "xmlsec_binary": shutil.which("xmlsec1"),
        "metadata": {"local": [str(folder / "portal.xml")]},
        "delete_tmpfiles": True,
        "service": {
            "idp": {
                "endpoints": {
                    "single_sign_on_service": [(f"{address}/sso", BINDING_HTTP_REDIRECT)],
                    "artifact_resolution_service": [(f"{address}/resolve", BINDING_SOAP, 1)],
                },
                "want_authn_requests_signed": True,
                "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            }
        },
    }
    found = Provider(config=IdPConfig().load(config))
    # Of itself it would encrypt with triple DES.
    encrypt = found.sec.crypto.encrypt_assertion
    found.sec.crypto.encrypt_assertion = lambda message, certificate, template, key_type, xpath: encrypt(
        message, certificate, template, "aes-256", xpath
    )
    return found


class Desk:
    """The provider's web side."""

    def __init__(self, server, level: str) -> None:
        self.server, self.level = server, level
        self.signed: dict[str, str] = {}

    async def sso(self, request: web.Request) -> web.Response:
        from saml2 import BINDING_HTTP_REDIRECT

        query = request.query
        asked = self.server.parse_authn_request(
            query["SAMLRequest"], BINDING_HTTP_REDIRECT, relay_state=query["RelayState"],
            sigalg=query["SigAlg"], signature=query["Signature"],
        )  # fmt: skip
        response = self.server.create_authn_response(
            {}, asked.message.id, RETURN, PORTAL, userid="anna", sign_response=True, sign_assertion=True,
            encrypt_assertion=True, authn={"class_ref": self.level, "authn_auth": IDP},
        )  # fmt: skip
        handed = self._handed(str(response))
        where = f"{RETURN}?{urlencode({'SAMLart': handed, 'RelayState': query['RelayState']})}"
        return web.Response(status=303, headers={"Location": where})

    def _handed(self, response: str) -> str:
        """Its own artifact, but for the index: pysaml2 writes that as two letters, and not as a number."""
        octets = base64.b64decode(self.server.use_artifact(response, 1))
        handed = base64.b64encode(octets[:2] + b"\x00\x01" + octets[4:]).decode()
        self.signed[handed] = re.sub(r"^<\?xml[^>]*\?>", "", response).strip()
        return handed

    async def resolve(self, request: web.Request) -> web.Response:
        from saml2 import BINDING_SOAP, samlp
        from saml2.soap import make_soap_enveloped_saml_thingy

        asked = self.server.parse_artifact_resolve(await request.text())
        # The response goes in as it was signed: read and written again by pysaml2 it would lose its signature.
        self.server.artifact[asked.artifact.text] = samlp.Response(id="here")
        answer = self.server.create_artifact_response(
            asked, asked.artifact.text, [BINDING_SOAP], sign=False, issuer=self.server._issuer()
        )
        envelope = make_soap_enveloped_saml_thingy(answer)
        filled, count = re.subn(
            r'<[\w:]*Response [^>]*ID="here"[^>]*/>', self.signed.pop(asked.artifact.text), envelope
        )
        assert count == 1, envelope
        return web.Response(text=filled, content_type="text/xml")


@contextmanager
def another_provider(folder: Path, monkeypatch: pytest.MonkeyPatch, level: str) -> Iterator[SamlBroker]:
    """A client connected by metadata to a provider that authenticates at `level`."""
    from saml2 import entity, sigver
    from saml2.metadata import entity_descriptor

    for module in (sigver, entity):
        monkeypatch.setattr(
            module,
            "pre_encryption_part",
            functools.partial(sigver.pre_encryption_part, msg_enc="http://www.w3.org/2001/04/xmlenc#aes256-cbc"),
        )
    held: list[SamlBroker] = []

    def application(address: str) -> web.Application:
        # What we publish does not depend on the broker: it comes first, and theirs after it.
        portal = service_provider(connection(address), return_url=RETURN, portal="MijnZZ")
        server = provider(address, folder, portal)
        desk = Desk(server, level)
        theirs = read_broker(str(entity_descriptor(server.config)).encode())
        held.append(SamlBroker(connection(address, broker=theirs), Memory()))
        app = web.Application()
        app.add_routes([web.get("/sso", desk.sso), web.post("/resolve", desk.resolve)])
        return app

    with running(application):
        yield held[0]


def test_who_signs_in_there_is_who_comes_back(tmp_path, monkeypatch):
    with another_provider(tmp_path, monkeypatch, EH3.urn) as client:
        begun = client.begin(return_url=RETURN, minimum=EH2_PLUS)
        status, page, location = visit(begun.url)
        assert status == 303, page
        found = client.complete(return_url=RETURN, answer=query_of(location), keep=begun.keep, minimum=EH2_PLUS)
    assert (found.kvk, found.acting_subject, found.level, found.company_name) == (
        "12345678", "anna-elsewhere", EH3, "Böker & Zonen",
    )  # fmt: skip


def test_it_does_not_accept_a_question_that_we_did_not_sign(tmp_path, monkeypatch):
    with another_provider(tmp_path, monkeypatch, EH3.urn) as client:
        url = client.begin(return_url=RETURN, minimum=EH2_PLUS).url
        assert visit(url.replace("RelayState=", "RelayState=x"))[0] == 500


def test_its_level_is_checked_and_not_only_asked_for(tmp_path, monkeypatch):
    with another_provider(tmp_path, monkeypatch, EH2.urn) as client:
        begun = client.begin(return_url=RETURN, minimum=EH2_PLUS)
        _, _, location = visit(begun.url)
        with pytest.raises(SignInRefused) as refused:
            client.complete(return_url=RETURN, answer=query_of(location), keep=begun.keep, minimum=EH2_PLUS)
    assert refused.value.code == "level_too_low"
