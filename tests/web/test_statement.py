"""The verzekeringsverklaring: who gets which, and what it says (U08, U15)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.foundation.dates import dutch
from collectief.policies.statements import looked_back
from collectief.scope.database import opened
from tests.terms_world import insuring_agency
from tests.web.test_letters import kept, leaves, read
from tests.web.visiting import client_of, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U08"), pytest.mark.feature("U15")]


@pytest.fixture
def ours():
    return insuring_agency()


@pytest.fixture
def someone(ours) -> int:
    """A participant who is insured, for a hundred days by now."""
    return enrolled(ours, Human(valid_bsns(1, start=941_000_000)[0]), this_moment())


def address(participant: int) -> str:
    return f"/deelnemers/{participant}/verzekeringsverklaring/"


def test_who_takes_part_gets_it_from_their_page_at_once(ours, someone):
    client, today = client_of(ours.scope), timezone.localdate()
    assert f'href="{address(someone)}"' in text_of(client.get(f"/deelnemers/{someone}/"))
    response = client.get(address(someone))
    text = read(response)
    for said in (
        "Verzekeringsverklaring",
        "A.J. Janse",
        ours.organisation.name,
        ours.contracts[0].number,
        f"{dutch(looked_back(today))} t/m {dutch(today)}",
        f"{dutch(today - timedelta(days=100))} {dutch(today)}",
        f"Via de genoemde contracten is deze persoon op {dutch(today)} verzekerd.",
    ):
        assert said in text, text
    assert "verzekeringsverklaring-3" in response["Content-Disposition"]
    with opened(ours.scope):
        event = AuditEvent.objects.get(action="documents.make")
        assert (event.detail, event.participant_ids) == ({"kind": "insurance_statement"}, [someone])


def test_who_took_part_gets_it_too(ours, someone):
    before = timezone.localdate() - timedelta(days=2)
    leaves(ours, before)
    text = read(client_of(ours.scope).get(address(someone)))
    assert f"{dutch(timezone.localdate() - timedelta(days=100))} {dutch(before)}" in text
    assert f"Via de genoemde contracten is deze persoon op {dutch(timezone.localdate())} niet verzekerd." in text


def test_it_speaks_english_when_the_portal_does(ours, someone):
    client = client_of(ours.scope)
    client.post("/taal/", {"language": "en"})
    text = read(client.get(address(someone)))
    assert "Insurance statement" in text
    assert "verzekerd" not in text


def test_who_was_never_insured_has_none():
    bare = agency()
    someone = enrolled(bare, Human(valid_bsns(1, start=941_000_000)[0]), this_moment())
    client = client_of(bare.scope)
    assert "verzekeringsverklaring" not in text_of(client.get(f"/deelnemers/{someone}/"))
    assert client.get(address(someone)).status_code == 404


def test_it_names_the_contracts_of_whoever_asks_only(ours, someone):
    here = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[:1])
    assert ours.contracts[0].number in read(client_of(here).get(address(someone)))
    elsewhere = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    assert client_of(elsewhere).get(address(someone)).status_code == 404


def test_nobody_gets_it_about_anothers_people_or_without_the_right(ours, someone):
    assert client_of(agency(name="Zuid").scope).get(address(someone)).status_code == 404
    manager = member_of(ours.organisation, roles=["account_manager"])
    assert client_of(manager).get(address(someone)).status_code == 403
    assert kept() == 0
