"""128 bits of security: nobody believes what is weaker, unless an operator says so for one connection (11.2.3)."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from collectief.demo.eherkenning import make_connection, make_key
from collectief.foundation.strength import TooWeak, check_key
from collectief.gateways.eherkenning.connections import BadConnection, read_connections
from collectief.gateways.eherkenning.oidc import OidcBroker
from collectief.gateways.eherkenning.saml.connection import read_broker, read_key
from collectief.gateways.eherkenning.saml.issuing import broker_metadata
from collectief.gateways.eherkenning.simulator import application as eherkenning
from collectief.gateways.loopback import running
from collectief.gateways.openid import minting
from collectief.gateways.openid.client import OpenIdClient
from collectief.gateways.sign_in import SignInRefused
from collectief.gateways.single_sign_on.client import OpenIdSingleSignOn
from collectief.gateways.single_sign_on.connections import Connection
from collectief.gateways.single_sign_on.connections import read_connections as read_work_accounts
from collectief.gateways.single_sign_on.simulator import Worker
from collectief.gateways.single_sign_on.simulator import application as work_accounts
from tests.saml_world import ANNA, EH2_PLUS, RETURN, key
from tests.work_accounts import Clock, Provider

SAYS = r"an RSA key of 2048 bits, and 3072 or more are needed: get a larger one, or .* smallest_rsa = 2048"


@pytest.mark.parametrize(("bits", "smallest"), [(3072, 3072), (2048, 2048), (4096, 3072)])
def test_a_key_of_128_bits_of_security_will_do_and_so_does_what_an_operator_accepts(bits, smallest):
    check_key(rsa.generate_private_key(65537, bits).public_key(), "somebody", smallest)


def test_a_smaller_one_is_refused_with_its_size_and_what_to_do():
    with pytest.raises(TooWeak, match=f"^somebody: {SAYS}"):
        check_key(rsa.generate_private_key(65537, 2048).public_key(), "somebody")
    with pytest.raises(TooWeak, match=r"1024 bits, and 2048 or more are needed: get a larger one$"):
        check_key(rsa.generate_private_key(65537, 1024).public_key(), "somebody", 2048)


def test_a_small_curve_is_refused_and_the_common_one_is_not():
    check_key(ec.generate_private_key(ec.SECP256R1()).public_key(), "somebody")
    with pytest.raises(TooWeak, match="a curve of 224 bits, and 256 or more"):
        check_key(ec.generate_private_key(ec.SECP224R1()).public_key(), "somebody")


# --- eHerkenning by SAML


@pytest.fixture
def connected(tmp_path: Path) -> Path:
    """The file of a portal that is connected by SAML."""
    return make_connection(tmp_path, portal_address="http://mijnzz.localhost", broker_address="http://127.0.0.1:1")


def accepting(file: Path, bits: object = 2048) -> Path:
    file.write_text(file.read_text().replace("service_index", f"smallest_rsa = {bits}\nservice_index"))
    return file


def small_broker(folder: Path) -> None:
    (folder / "broker.xml").write_bytes(broker_metadata("urn:b", "http://127.0.0.1:1", key("small", 2048).certificate))


def small_pair(folder: Path) -> None:
    (folder / "portal.key").unlink()
    make_key(folder, "portal", 2048)


def small_line(folder: Path) -> None:
    make_key(folder, "line", 2048)
    text = (folder / "connections.toml").read_text()
    line = 'back_channel = { certificate = "line.crt", key = "line.key" }\nservice_index'
    (folder / "connections.toml").write_text(text.replace("service_index", line))


@pytest.mark.parametrize("weaken", [small_broker, small_pair, small_line])
def test_a_small_key_on_either_side_is_refused_as_the_file_is_read_unless_it_says_so(connected, weaken):
    assert read_connections(connected)["mijnzz"].smallest_rsa == 3072
    weaken(connected.parent)
    with pytest.raises(BadConnection, match=f"^mijnzz: .*{SAYS}"):
        read_connections(connected)
    assert read_connections(accepting(connected))["mijnzz"].smallest_rsa == 2048


@pytest.mark.parametrize("bits", [1024, 0, '"2048"', "true"])
def test_less_than_the_least_cannot_be_accepted(connected, bits):
    with pytest.raises(BadConnection, match="mijnzz: smallest_rsa: must be a number of bits, 2048 or more"):
        read_connections(accepting(connected, bits))


def test_one_small_certificate_among_large_ones_is_refused_too():
    text = broker_metadata("urn:b", "http://127.0.0.1:1", key("broker").certificate).decode()
    start, end = text.index("<md:KeyDescriptor"), text.index("</md:KeyDescriptor>") + len("</md:KeyDescriptor>")
    other = broker_metadata("urn:b", "http://127.0.0.1:1", key("small", 2048).certificate).decode()
    small = other[other.index("<md:KeyDescriptor") : other.index("</md:KeyDescriptor>") + len("</md:KeyDescriptor>")]
    both = text[:start] + text[start:end] + small + text[end:]
    assert len(read_broker(text.encode()).certificates) == 1
    assert len(read_broker(both.encode(), 2048).certificates) == 2
    with pytest.raises(TooWeak, match=r"the broker's certificate [0-9a-f]+: an RSA key of 2048 bits"):
        read_broker(both.encode())


def test_the_demo_makes_a_larger_key_in_the_place_of_a_small_one_of_before(tmp_path):
    make_key(tmp_path, "portal", 2048)
    make_key(tmp_path, "portal")
    made = read_key(tmp_path / "portal.key", tmp_path / "portal.crt")
    make_key(tmp_path, "portal")
    kept = read_key(tmp_path / "portal.key", tmp_path / "portal.crt")
    assert made.private.key_size == 3072
    assert kept.certificate == made.certificate


# --- OpenID Connect: eHerkenning, and the insurer's own provider


def test_a_broker_whose_key_is_small_is_not_believed_unless_the_connection_says_so(monkeypatch, caplog):
    monkeypatch.setattr(minting, "BITS", 2048)
    with running(lambda address: eherkenning([ANNA], issuer=address)) as address:
        with pytest.raises(SignInRefused) as refused:
            OidcBroker(address, "collectief", "demo-secret").begin(return_url=RETURN, minimum=EH2_PLUS)
        assert refused.value.code == "unavailable"
        OidcBroker(address, "collectief", "demo-secret", smallest_rsa=2048).begin(return_url=RETURN, minimum=EH2_PLUS)
    [line] = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "not believed" in line
    assert "an RSA key of 2048 bits, and 3072 or more are needed" in line
    assert "smallest_rsa = 2048" in line


def test_a_token_under_a_small_key_is_not_believed_where_a_large_one_stands_beside_it(caplog):
    """A provider that publishes both: only what the large one signs counts."""
    small = minting.RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"})
    large = minting.RSAKey.generate_key(3072, {"use": "sig", "alg": "RS256"})
    for one in (small, large):
        one.ensure_kid()
    both = minting.KeySet([small, large])
    kept = OpenIdClient("https://sso.example", "c", "s")._strong(both)
    assert [one.kid for one in kept.keys] == [large.kid]
    assert f"key {small.kid} of https://sso.example: an RSA key of 2048 bits" in caplog.text
    assert len(OpenIdClient("https://sso.example", "c", "s", smallest_rsa=2048)._strong(both).keys) == 2


def test_an_employer_whose_key_is_small_lets_nobody_in_unless_the_connection_says_so(monkeypatch):
    monkeypatch.setattr(minting, "BITS", 2048)
    with running(lambda address: work_accounts([Worker("w-1", "Sanne")], issuer=address)) as address:
        with pytest.raises(SignInRefused):
            OpenIdSingleSignOn(Connection(address, "collectief", "demo-secret")).begin(return_url=RETURN)
        client = OpenIdSingleSignOn(Connection(address, "collectief", "demo-secret", smallest_rsa=2048))
        begun = client.begin(return_url=RETURN)
        answer = Provider(address, Clock()).come_back(begun.url)
        assert client.complete(return_url=RETURN, answer=answer, keep=begun.keep).two_factors


def test_the_files_of_both_take_the_exception_by_its_name(tmp_path):
    (tmp_path / "secret").write_text("s")
    file = tmp_path / "connections.toml"
    text = '[one]\nissuer = "https://sso.example"\nclient_id = "c"\nclient_secret_file = "secret"\n'
    file.write_text(text)
    assert read_work_accounts(file)["one"].smallest_rsa == 3072
    file.write_text(text + "smallest_rsa = 2048\n")
    assert read_work_accounts(file)["one"].smallest_rsa == 2048
    file.write_text(text + 'smallest_rsa = 2048\nprotocol = "oidc"\n')
    assert read_connections(file)["one"].smallest_rsa == 2048
