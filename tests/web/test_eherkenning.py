"""Signing in by SAML at a portal: what it publishes, where an answer may come, and what is used up (U01)."""

from __future__ import annotations

import base64
import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from django.conf import settings
from django.db import connection as database
from lxml import etree

from collectief.access import identity
from collectief.access.models import UsedOnce
from collectief.access.queries import lowest_level
from collectief.access.single_use import forget_expired, use_once
from collectief.brands.catalogue import brand
from collectief.demo.eherkenning import make_connection, make_key
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.connections import BadConnection, OidcConnection, read_connections
from collectief.gateways.eherkenning.saml.client import SamlBroker
from collectief.gateways.eherkenning.saml.documents import Untrusted, name
from collectief.gateways.eherkenning.saml.signatures import verified
from collectief.scope.database import office, opened, signing_in
from tests.web.visiting import stranger, text_of

pytestmark = pytest.mark.feature("U01")

PUBLISHED = ("/inloggen/eherkenning/metadata/", "/inloggen/eherkenning/dienstencatalogus/")


@pytest.fixture(scope="session")
def saml_keys(tmp_path_factory):
    """Keys for every test: making them takes long, and which ones they are does not matter."""
    folder = tmp_path_factory.mktemp("keys")
    for one in ("portal", "broker", "next"):
        make_key(folder, one)
    return folder


@pytest.fixture
def by_saml(db, tmp_path, settings, saml_keys):
    """mijnzz connected to a broker by SAML, with a new key beside the old one."""
    shutil.copytree(saml_keys, tmp_path, dirs_exist_ok=True)
    file = make_connection(tmp_path, portal_address="http://mijnzz.localhost", broker_address="http://127.0.0.1:1")
    text = file.read_text().replace(
        'keys = [{ key = "portal.key", certificate = "portal.crt" }]',
        'keys = [{ key = "portal.key", certificate = "portal.crt" }, { key = "next.key", certificate = "next.crt" }]',
    )
    file.write_text(text)
    settings.EHERKENNING_CONNECTIONS = str(file)
    identity._connections.cache_clear()
    yield file
    identity._connections.cache_clear()


@pytest.mark.parametrize("path", PUBLISHED)
def test_what_is_published_is_signed_and_holds_both_keys(by_saml, path):
    response = stranger().get(path)
    assert response.status_code == 200
    root = etree.fromstring(response.content)
    keys = read_connections(by_saml)["mijnzz"].keys
    assert verified(root, [keys[0].certificate]).get("ID") == root.get("ID")
    with pytest.raises(Untrusted):
        verified(root, [keys[1].certificate])
    shown = {
        x509.load_der_x509_certificate(base64.b64decode(node.text))
        for node in root.iterfind(f".//{name('md:KeyDescriptor')}[@use='encryption']//{name('ds:X509Certificate')}")
    }
    assert shown == {key.certificate for key in keys}


def test_the_metadata_say_where_the_artifact_may_come(by_saml):
    root = etree.fromstring(stranger().get(PUBLISHED[0]).content)
    consumers = root.findall(f".//{name('md:AssertionConsumerService')}")
    assert [one.get("Location") for one in consumers] == ["http://mijnzz.localhost/inloggen/terug/"]
    assert root.get("entityID") == read_connections(by_saml)["mijnzz"].entity_id


def test_the_catalogue_names_the_service_and_its_level(by_saml):
    root = etree.fromstring(stranger().get(PUBLISHED[1]).content)
    made = read_connections(by_saml)["mijnzz"]
    assert root.findtext(f".//{name('esc:ServiceID')}") == made.service_id
    assert root.findtext(f".//{name('saml:AuthnContextClassRef')}") == AssuranceLevel.EH2_PLUS.urn


@pytest.mark.parametrize("path", PUBLISHED)
def test_a_portal_that_signs_in_otherwise_publishes_nothing(db, path):
    assert stranger("voorbeeld").get(path).status_code == 404


def test_each_portal_has_its_own_connection(by_saml):
    assert isinstance(identity.identity_provider(brand("mijnzz")), SamlBroker)
    assert identity.identity_provider(brand("mijnzz")) is identity.identity_provider(brand("mijnzz"))
    assert isinstance(identity.connection_of(brand("voorbeeld")), OidcConnection)


def test_a_connection_raises_the_level_and_never_lowers_it(by_saml):
    by_saml.write_text(by_saml.read_text() + 'minimum = "eH4"\n')
    identity._connections.cache_clear()
    assert lowest_level(brand("mijnzz")) is AssuranceLevel.EH4
    by_saml.write_text(by_saml.read_text().replace('"eH4"', '"eH2"'))
    identity._connections.cache_clear()
    assert lowest_level(brand("mijnzz")) is AssuranceLevel.EH2_PLUS


@pytest.mark.parametrize(
    ("old", "new"),
    [('protocol = "saml"', 'protocol = "saml1"'), ('oin = "00000009000000010000"\n', ""), ("broker.xml", "gone.xml"),
     ("portal.crt", "broker.crt"), ("broker.xml", "portal.xml"), ("[mijnzz]", "[mijnzz"),
     ("service_index = 1", 'minimum = "eH9"\nservice_index = 1'),
     ("service_index = 1", 'back_channel = { key = "portal.key" }\nservice_index = 1'),
     ("service_index = 1", 'back_channel = { certificate = "next.crt", key = "portal.key" }\nservice_index = 1'),
     ("service_index = 1", 'back_channel = { authorities = "gone.pem" }\nservice_index = 1'),
     ("service_index = 1", 'back_channel = { other = "portal.crt" }\nservice_index = 1')],
)  # fmt: skip
def test_a_connection_that_cannot_work_is_refused_by_name(by_saml, old, new):
    by_saml.write_text(by_saml.read_text().replace(old, new))
    with pytest.raises(BadConnection, match=r"mijnzz|connections\.toml"):
        read_connections(by_saml)


def test_a_broker_may_have_names_of_its_own_for_what_it_gives(by_saml):
    (by_saml.parent / "secret").write_text("geheim\n")
    table = """
[voorbeeld]
protocol = "oidc"
issuer = "http://127.0.0.1:1"
client_id = "collectief"
client_secret_file = "secret"
claims = { kvk = "chamber_of_commerce" }
"""
    by_saml.write_text(by_saml.read_text() + table)
    made = read_connections(by_saml)["voorbeeld"]
    assert (made.claims.kvk, made.claims.level) == ("chamber_of_commerce", "acr")
    by_saml.write_text(by_saml.read_text().replace("{ kvk", "{ kvknummer"))
    with pytest.raises(BadConnection, match="voorbeeld"):
        read_connections(by_saml)


def test_the_way_in_asks_for_the_level_at_the_broker(by_saml):
    response = stranger().get("/inloggen/eherkenning/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("http://127.0.0.1:1/saml/sign-in?SAMLRequest=")


def test_an_artifact_in_a_form_comes_again_by_get_with_nothing_else(db):
    """From another site the form comes without the session: nothing is decided before the browser brings it."""
    browser = stranger()
    response = browser.post(
        "/inloggen/terug/", {"SAMLart": "AAQ+/=", "RelayState": "r&s", "SAMLResponse": "x", "next": "//evil"}
    )
    assert response.status_code == 303
    assert response.headers["Location"] == "/inloggen/terug/?SAMLart=AAQ%2B%2F%3D&RelayState=r%26s"
    assert settings.SESSION_COOKIE_NAME not in response.cookies


def test_a_form_from_another_site_needs_no_form_token_here_and_signs_nobody_in(db):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, headers={"host": "mijnzz.localhost"})
    response = strict.post("/inloggen/terug/", {"SAMLart": "AAQ="}, follow=True)
    assert response.status_code == 403
    assert "duurde te lang" in text_of(response) or "te lang geduurd" in text_of(response)
    assert strict.get("/dashboard/").status_code == 302


def test_what_counts_once_counts_once(db):
    until = time.time() + 60
    assert use_once("artifact", "a", until=until)
    assert not use_once("artifact", "a", until=until)
    assert use_once("assertion", "a", until=until)
    with signing_in():
        assert not any(row.digest == "a" for row in UsedOnce.objects.all())


def test_what_could_not_be_used_again_is_forgotten(db):
    now = datetime(2026, 11, 25, 9, tzinfo=UTC)
    use_once("artifact", "old", until=(now - timedelta(seconds=1)).timestamp())
    use_once("artifact", "new", until=(now + timedelta(seconds=1)).timestamp())
    assert forget_expired(now) == 1
    assert not use_once("artifact", "new", until=now.timestamp())


def test_an_organisation_reads_nothing_of_what_was_used(ours):
    from django.db import ProgrammingError, transaction

    for role in (opened(ours.scope), office()):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), role:
            UsedOnce.objects.count()
    assert database.in_atomic_block
