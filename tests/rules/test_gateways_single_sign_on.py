"""An insurer's own identity provider against its simulator: who comes back, and what is not believed (K05)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from copy import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from collectief.gateways.loopback import NotInProduction, running
from collectief.gateways.sign_in import SignInRefused
from collectief.gateways.single_sign_on.client import LONGEST_AGO, OpenIdSingleSignOn, subject_of
from collectief.gateways.single_sign_on.connections import BadConnection, Connection, read_connections
from collectief.gateways.single_sign_on.simulator import FLAWS, Worker, application, read_staff
from tests.work_accounts import Clock, Provider

pytestmark = pytest.mark.feature("K05")

RETURN = "http://kantoor.localhost:8000/inloggen/werkaccount/terug/"
SANNE = Worker("w-1", "Sanne Kok", "behandelaar")
MURAT = Worker("w-2", "Murat Arslan", "helpdesk")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Provider]:
    clock = Clock()
    with running(lambda address: application([SANNE, MURAT], issuer=address, clock=clock)) as address:
        yield Provider(address, clock)


@pytest.fixture
def provider(simulator: Provider) -> Iterator[Provider]:
    simulator.behave()
    yield simulator
    simulator.behave()


def client_of(provider: Provider, clock: Clock | None = None, **more: frozenset[str]) -> OpenIdSingleSignOn:
    connection = replace(Connection(provider.address, "collectief", "demo-secret"), **more)
    return OpenIdSingleSignOn(connection, timeout=1, clock=clock or Clock())


def signs_in(client: OpenIdSingleSignOn, provider: Provider, **how: str):
    begun = client.begin(return_url=RETURN)
    return client.complete(return_url=RETURN, answer=provider.come_back(begun.url, **how), keep=begun.keep)


def test_who_signs_in_is_known_by_provider_and_subject(provider):
    employee = signs_in(client_of(provider), provider, person="1")
    assert employee.subject == subject_of(provider.address, "w-2")
    assert employee.two_factors


def test_the_same_name_of_another_provider_is_somebody_else():
    assert subject_of("https://one.example", "w-1") != subject_of("https://other.example", "w-1")
    assert subject_of("https://one.example/", "w-1") == subject_of("https://one.example", "w-1")


def test_a_sign_in_without_second_factor_is_told_as_such(provider):
    assert not signs_in(client_of(provider), provider, method="pwd").two_factors


@pytest.mark.parametrize(("amr", "counts"), [({"hwk"}, True), ({"otp", "mfa"}, True), ({"otp"}, False)])
def test_what_counts_as_a_second_factor_is_the_operators_to_say(provider, amr, counts):
    assert signs_in(client_of(provider, amr=frozenset(amr)), provider).two_factors is counts


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({"acr": "urn:example:two"}, True),
        ({"acr": "urn:example:one"}, False),
        ({"acr": None}, False),
        ({"acr": ["urn:example:two"]}, False),
        ({"acr": {"urn:example:two": True}}, False),
        ({"amr": "mfa"}, False),
        ({"amr": [["mfa"], None]}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({}, False),
    ],
)
def test_words_of_any_other_shape_prove_nothing(claims, counts):
    connection = Connection("https://sso.example", "c", "s", acr=frozenset({"urn:example:two"}))
    assert OpenIdSingleSignOn(connection)._two_factors(claims) is counts


def test_the_question_asks_when_and_how_somebody_proved_who_they_are(provider):
    client = client_of(provider, acr=frozenset({"urn:example:two"}))
    query = parse_qs(urlsplit(client.begin(return_url=RETURN).url).query)
    assert query["max_age"] == [str(LONGEST_AGO)]
    assert query["acr_values"] == ["urn:example:two"]
    assert query["code_challenge_method"] == ["S256"]
    assert "prompt" not in query
    again = parse_qs(urlsplit(client.begin(return_url=RETURN, again=True).url).query)
    assert again["prompt"] == ["login"]


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_token_with_anything_wrong_lets_nobody_in(provider, flaw):
    client = client_of(provider)
    begun = client.begin(return_url=RETURN)
    answer = provider.come_back(begun.url)
    provider.behave(fail=flaw, for_requests=1)
    with pytest.raises(SignInRefused) as refused:
        client.complete(return_url=RETURN, answer=answer, keep=begun.keep)
    expected = "expired" if flaw in ("expired_token", "old_sign_in") else "invalid_response"
    assert refused.value.code == expected


def test_an_answer_to_another_question_is_not_believed(provider):
    client = client_of(provider)
    begun = client.begin(return_url=RETURN)
    answer = provider.come_back(begun.url) | {"state": "another"}
    with pytest.raises(SignInRefused, match="invalid_response"):
        client.complete(return_url=RETURN, answer=answer, keep=begun.keep)


def test_cancelling_is_told(provider):
    client = client_of(provider)
    begun = client.begin(return_url=RETURN)
    with pytest.raises(SignInRefused, match="cancelled"):
        client.complete(return_url=RETURN, answer=provider.come_back(begun.url, action="cancel"), keep=begun.keep)


@pytest.mark.parametrize("fault", ["503", "timeout", "reset", "garbage"])
def test_a_provider_that_fails_lets_nobody_in(provider, fault):
    client = client_of(provider)
    begun = client.begin(return_url=RETURN)
    answer = provider.come_back(begun.url)
    provider.behave(fail=fault, for_requests=1)
    with pytest.raises(SignInRefused, match="unavailable"):
        client.complete(return_url=RETURN, answer=answer, keep=begun.keep)


# --- the operator's file


GOOD = 'issuer = "https://sso.example"\nclient_id = "c"\nclient_secret_file = "secret"\n'


def written(tmp_path, text: str):
    (tmp_path / "secret").write_text("very secret\n")
    file = tmp_path / "connections.toml"
    file.write_text(f"[kantoor]\n{text}")
    return file


def test_a_connection_is_read_with_its_secret_from_a_file(tmp_path):
    found = read_connections(written(tmp_path, GOOD))["kantoor"]
    assert (found.client_secret, found.amr, found.acr) == ("very secret", {"mfa"}, frozenset())


def test_who_names_acr_alone_means_that_and_not_our_default_too(tmp_path):
    found = read_connections(written(tmp_path, GOOD + 'acr = ["two"]\n'))["kantoor"]
    assert (found.amr, found.acr) == (frozenset(), {"two"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "amr = []\n", "nothing would count"),
        (GOOD + 'amr = "mfa"\n', "must be a list"),
        (GOOD + 'amr = [""]\n', "must be a list"),
        (GOOD + 'ammr = ["mfa"]\n', "ammr: unknown"),
        (GOOD.replace("https", "http"), "https"),
        (GOOD.replace('"secret"', '"nowhere"'), "nowhere"),
        (GOOD.replace('client_id = "c"\n', ""), "client_id"),
    ],
)
def test_a_file_that_would_let_the_wrong_people_in_is_not_used(tmp_path, text, says):
    with pytest.raises(BadConnection, match=says):
        read_connections(written(tmp_path, text))


# --- the simulator


def test_the_simulator_does_not_start_in_production(monkeypatch, tmp_path):
    monkeypatch.setenv("COLLECTIEF_ENV", "production")
    with pytest.raises(NotInProduction):
        application([SANNE], issuer="http://127.0.0.1:1")
    staff = tmp_path / "staff.json"
    staff.write_text(json.dumps([{"subject": "w-1", "name": "Sanne"}]))
    command = [sys.executable, "-m", "collectief.gateways.single_sign_on.simulator", "--people", str(staff)]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode != 0


@pytest.mark.parametrize("text", ["[]", '[{"name": "Sanne"}]', '["Sanne"]'])
def test_a_list_without_staff_is_not_read(tmp_path, text):
    (tmp_path / "staff.json").write_text(text)
    with pytest.raises(ValueError):
        read_staff(tmp_path / "staff.json")


def test_the_simulator_sends_nobody_elsewhere(provider):
    begun = client_of(provider).begin(return_url="https://evil.example/")
    status, page = provider.visit(begun.url)
    assert status == 400
    assert "niet bekend" in page
