"""Signing in at an identity provider we did not write: pysaml2, which signs and encrypts with xmlsec1 (U01).

Only our metadata and its own go between them. It verifies our questions its own way, and hands out artifacts.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from collectief.demo.eherkenning import make_key
from collectief.gateways.eherkenning.port import SignInRefused
from collectief.gateways.eherkenning.saml import attributes as names
from collectief.gateways.eherkenning.saml.client import SamlBroker
from collectief.gateways.eherkenning.saml.connection import SamlConnection, read_broker
from collectief.gateways.eherkenning.saml.metadata import service_provider
from collectief.gateways.loopback import running
from tests.rules.test_gateways_eherkenning import visit
from tests.saml_world import EH2, EH2_PLUS, EH3, PORTAL, RETURN, Memory, key, query_of

pytestmark = [
    pytest.mark.feature("U01"),
    pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed (Debian: xmlsec1)"),
]
IDP = "http://127.0.0.1/another-provider"


def provider(address: str, folder: Path, portal: bytes):
    """pysaml2's server, with what eHerkenning says of somebody in its assertions."""
    from saml2 import BINDING_HTTP_REDIRECT, BINDING_SOAP, element_to_extension_element, saml, sigver
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
    backend = found.sec.crypto
    backend.encrypt_assertion = functools.partial(backend.encrypt_assertion, key_type="aes-256")
    assert sigver
    return found


class Desk:
    """The provider's web side."""

    def __init__(self, server, level: str) -> None:
        self.server, self.level = server, level
        self.wrong: str = ""

    async def sso(self, request: web.Request) -> web.Response:
        from saml2 import BINDING_HTTP_REDIRECT, samlp

        query = request.query
        asked = self.server.parse_authn_request(
            query["SAMLRequest"], BINDING_HTTP_REDIRECT, relay_state=query["RelayState"],
            sigalg=query["SigAlg"], signature=query["Signature"],
        )  # fmt: skip
        response = self.server.create_authn_response(
            {}, asked.message.id, RETURN, PORTAL, userid="anna", sign_response=True, sign_assertion=True,
            encrypt_assertion=True, authn={"class_ref": self.level, "authn_auth": IDP},
        )  # fmt: skip
        handed = self.server.use_artifact(samlp.response_from_string(str(response)), 1)
        from urllib.parse import urlencode

        where = f"{RETURN}?{urlencode({'SAMLart': handed, 'RelayState': query['RelayState']})}"
        return web.Response(status=303, headers={"Location": where})

    async def resolve(self, request: web.Request) -> web.Response:
        from saml2 import BINDING_SOAP
        from saml2.soap import make_soap_enveloped_saml_thingy

        asked = self.server.parse_artifact_resolve(await request.text())
        answer = self.server.create_artifact_response(asked, asked.artifact.text, [BINDING_SOAP], sign=False)
        return web.Response(text=make_soap_enveloped_saml_thingy(answer), content_type="text/xml")


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
        connection = SamlConnection(
            PORTAL, "00000009000000010000", 1, "uuid-1", "uuid-2",
            read_broker_of(address), (key("portal"),),
        )  # fmt: skip
        server = provider(address, folder, service_provider(connection, return_url=RETURN, portal="MijnZZ"))
        desk = Desk(server, level)
        theirs = read_broker(str(entity_descriptor(server.config)).encode())
        held.append(SamlBroker(SamlConnection(
            PORTAL, "00000009000000010000", 1, "uuid-1", "uuid-2", theirs, (key("portal"),),
        ), Memory()))  # fmt: skip
        app = web.Application()
        app.add_routes([web.get("/sso", desk.sso), web.post("/resolve", desk.resolve)])
        return app

    with running(application):
        yield held[0]


def read_broker_of(address: str):
    """Our own metadata do not depend on the broker's: any broker will do to write them."""
    from tests.saml_world import connection

    return connection(address).broker


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
