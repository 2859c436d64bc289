"""Nobody sees another organisation's people (law 5): every address, every role, and with our own filters gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from collectief.bulk.models import Batch
from collectief.enrolment.models import Participation
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations.corridor import Moment
from collectief.mutations.models import Mutation
from collectief.participants import register as register_module
from collectief.scope import database
from collectief.scope.database import opened
from tests.bulk_world import Register, demo_file, planned
from tests.web.visiting import client_of
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = pytest.mark.django_db

# What must never be seen by anyone else: a name, a birth date and a file of Anna's that nobody else has.
SECRET = Human(Bsn("0" * 9), PersonName("Q.X.", "", "Geheimzinnig"), BirthDate(1971, 12, 13))


@pytest.fixture
def anna(monkeypatch, tmp_path):
    """Anna's agency with one participant, a mutation and an upload; and the ids by which they are addressed."""
    monkeypatch.setattr(register_module, "current_register", Register)
    ours = agency()
    now = timezone.now()
    secret = dataclasses.replace(SECRET, bsn=valid_bsns(1)[0])
    participant = enrolled(ours, secret, Moment(timezone.localdate(now), now))
    batch = planned(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3, name="geheim-bestand.xlsx"))
    with opened(ours.scope):
        found = {
            "participant_id": participant,
            "participation_id": Participation.objects.get().id,
            "mutation_id": Mutation.objects.get().id,
            "batch_id": batch.id,
        }
        relation_number = Participation.objects.get().relation_number
    return ours, found, ["Geheimzinnig", "13-12-1971", "1971-12-13", "geheim-bestand", relation_number]


def _patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, list[str]]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, list(pattern.pattern.converters)


def addresses(ids: dict[str, int]) -> list[str]:
    """Every address of the portal, with Anna's ids in it; a parameter nobody mapped is an error."""
    found = []
    for route, parameters in _patterns(get_resolver()):
        path = route
        for name in parameters:
            path = path.replace(f"<int:{name}>", str(ids[name]))
        assert "<" not in path, f"no id known for {route}"
        found.append(path)
    return found


def _walk(client: Client, ids: dict[str, int], secrets: list[str]) -> None:
    for path in addresses(ids):
        for method in ("get", "post"):
            if path == "/uitloggen/" and method == "post":
                continue  # signing out works, and would end the walk
            response = getattr(client, method)(path)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            text = body.decode(errors="replace")
            shown = [secret for secret in secrets if secret in text]
            assert not shown, f"{method} {path} ({response.status_code}) shows {shown}"
            assert response.status_code != 500, f"{method} {path}"


def _unharmed(ours) -> None:
    with opened(ours.scope):
        assert Participation.objects.filter(sort_key__startswith="geheimzinnig").count() == 1
        assert Mutation.objects.filter(state="processed").count() == 1
        assert Batch.objects.get().state == "planned"


@pytest.mark.parametrize("roles", [["administrative"], ["financial"], ["account_manager"], []])
def test_otto_in_any_role_finds_nothing_of_anna_at_any_address(anna, roles):
    ours, ids, secrets = anna
    otto = agency(name="Otto Flexkrachten", roles=roles)
    _walk(client_of(otto.scope), ids, secrets)
    _unharmed(ours)


@pytest.mark.parametrize("roles", [["financial"], ["account_manager"], []])
def test_a_colleague_without_the_role_finds_no_people(anna, roles):
    ours, ids, secrets = anna
    _walk(client_of(member_of(ours.organisation, roles=roles)), ids, secrets)
    _unharmed(ours)


def test_nobody_signed_in_finds_nothing(anna):
    ours, ids, secrets = anna
    _walk(Client(headers={"host": "mijnzz.localhost"}), ids, secrets)
    _unharmed(ours)


def test_row_security_alone_holds_when_our_own_filters_ask_for_annas_rows(anna, monkeypatch):
    """Otto's database role, but every filter of ours is told that he is Anna's organisation."""
    ours, ids, secrets = anna
    otto = agency(name="Otto Flexkrachten")
    lying = dataclasses.replace(otto.scope, organisation_id=ours.organisation.id)

    @contextmanager
    def opened_as_otto(scope):
        with database.opened(otto.scope):
            yield scope

    client = client_of(otto.scope)
    monkeypatch.setattr("collectief.web.middleware.sessions.scope_of", lambda *args, **kwargs: lying)
    monkeypatch.setattr("collectief.web.middleware.opened", opened_as_otto)
    client.raise_request_exception = False
    for path in addresses(ids):
        # A page may fail here, and then its transaction is rolled back: what counts is what it shows.
        with transaction.atomic():
            response = client.get(path)
            body = b"".join(response.streaming_content) if response.streaming else response.content
        assert not [secret for secret in secrets if secret in body.decode(errors="replace")], path
    monkeypatch.undo()
    _unharmed(ours)


def test_anna_herself_does_find_them(anna):
    """The walk would notice: the same words are there for whom they are meant."""
    ours, ids, _secrets = anna
    client = client_of(ours.scope)
    text = "".join(
        client.get(path).content.decode() for path in ("/deelnemers/", f"/deelnemers/{ids['participant_id']}/")
    )
    assert "Geheimzinnig" in text
    assert "geheim-bestand" in client.get("/uploads/").content.decode()


def test_every_table_with_an_organisation_is_closed_to_another(anna):
    _ours, _ids, _secrets = anna
    otto = agency(name="Otto Flexkrachten")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'organisation_id'"
            " AND table_schema = 'public'"
        )
        tables = [name for (name,) in cursor.fetchall()]
    # information_schema shows what one may use; the login may use nothing, so ask as the organisation too.
    with opened(otto.scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns WHERE column_name = 'organisation_id'"
            " AND table_schema = 'public'"
        )
        tables += [name for (name,) in cursor.fetchall()]
        assert {"participant", "participation", "mutation", "batch", "batch_row", "audit_event"} <= set(tables)
        for table in set(tables):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE organisation_id <> %s", [otto.organisation.id])
            assert cursor.fetchone()[0] == 0, table
