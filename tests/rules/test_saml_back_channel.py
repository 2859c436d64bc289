"""The line on which artifacts are resolved, with certificates on both sides (STANDARDS, eHerkenning)."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from copy import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from collectief.gateways.eherkenning.port import SignInRefused
from collectief.gateways.eherkenning.saml.client import SamlBroker
from collectief.gateways.eherkenning.saml.connection import BackChannel
from collectief.gateways.eherkenning.saml.issuing import artifact
from tests.saml_world import BROKER, EH2_PLUS, RETURN, Clock, Memory, connection

pytestmark = pytest.mark.feature("U01")


class _Resolving(BaseHTTPRequestHandler):
    """Answers whoever gets as far as asking, with nothing that can be believed."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<asked/>")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what counts is what the client says."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ours(authority, tmp_path_factory) -> BackChannel:
    """Our certificate, and the authority of both sides."""
    folder = tmp_path_factory.mktemp("line")
    mine = authority.issue_cert("mijnzz.example")
    mine.cert_chain_pems[0].write_to_path(str(folder / "own.crt"))
    mine.private_key_pem.write_to_path(str(folder / "own.key"))
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    return BackChannel(*(str(folder / name) for name in ("own.crt", "own.key", "authority.pem")))


@pytest.fixture(scope="module")
def broker(authority) -> Iterator[str]:
    """A broker that lets nobody ask without a certificate of the authority's."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server = HTTPServer(("127.0.0.1", 0), _Resolving)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def code(address: str, line: BackChannel) -> str:
    """How resolving an artifact there ends."""
    client = SamlBroker(connection(address, back_channel=line), Memory(), clock=Clock(), timeout=5)
    begun = client.begin(return_url=RETURN, minimum=EH2_PLUS)
    answer = {"SAMLart": artifact(BROKER), "RelayState": begun.keep["relay_state"]}
    with pytest.raises(SignInRefused) as refused:
        client.complete(return_url=RETURN, answer=answer, keep=begun.keep, minimum=EH2_PLUS)
    return refused.value.code


def test_with_our_certificate_the_question_gets_through(broker, ours):
    assert code(broker, ours) == "invalid_response"


def test_without_it_the_broker_does_not_answer(broker, ours):
    assert code(broker, replace(ours, certificate="", key="")) == "unavailable"


def test_a_broker_of_an_authority_we_do_not_know_is_not_asked(broker, ours):
    assert code(broker, replace(ours, authorities="")) == "unavailable"


def test_a_certificate_of_somebody_else_is_none(broker, ours, tmp_path: Path):
    other = trustme.CA().issue_cert("mijnzz.example")
    other.cert_chain_pems[0].write_to_path(str(tmp_path / "other.crt"))
    other.private_key_pem.write_to_path(str(tmp_path / "other.key"))
    line = replace(ours, certificate=str(tmp_path / "other.crt"), key=str(tmp_path / "other.key"))
    assert code(broker, line) == "unavailable"
