"""Who may open what: not signed in, without the right, and what is not there or not yours (U02, law 5)."""

from __future__ import annotations

import re

import pytest
from django.utils.http import urlencode

from collectief.access.models import Membership
from collectief.inbox.models import Message
from collectief.mutations.models import Mutation
from collectief.participants import register as register_module
from collectief.scope.database import opened
from collectief.segments.profile import Role
from tests.bulk_world import Register, demo_file, planned
from tests.exports_world import exported
from tests.letters_world import kept
from tests.web.addresses import IDS, Address, addresses
from tests.web.visiting import client_of, crowd, events, linked, stranger, text_of, waiting
from tests.world import agency, member_of

# Nobody has these; the second is more than a table's id can be.
NOBODYS = (2_000_000_000, 10**30)


def _guarded() -> list[Address]:
    """Every address that asks for a permission."""
    found = addresses(dict.fromkeys(IDS, 1))
    return [one for one in found if one.permission is not None]


def _posts_only(address: Address) -> bool:
    return address.name in (
        "upload_accept", "upload_cancel", "reactivate_account", "resend_invitation",
        "revoke_invitation", "find_by_bsn", "read_all_messages", "ask_statement", "stop_export",
    )  # fmt: skip


GUARDED = _guarded()


def test_there_are_doors_to_try():
    assert len(GUARDED) >= 20


@pytest.mark.django_db
@pytest.mark.feature("U02")
@pytest.mark.parametrize("address", GUARDED, ids=lambda address: address.name)
def test_not_signed_in_leads_to_signing_in_and_back(address):
    nobody = stranger()
    response = nobody.get(address.path)
    assert response.status_code == 302
    assert response.headers["Location"] == "/inloggen/?" + urlencode({"next": address.path})
    assert nobody.post(address.path).status_code in (302, 405)
    partial = nobody.get(address.path, headers={"HX-Request": "true"})
    assert (partial.status_code, partial.headers["HX-Redirect"]) == (204, "/inloggen/")


@pytest.mark.feature("U02")
@pytest.mark.parametrize("roles", [[], ["financial"], ["account_manager"], ["financial", "account_manager"]], ids=str)
def test_without_the_right_it_is_403_with_what_to_do(ours, roles):
    colleague = client_of(member_of(ours.organisation, roles=roles))
    held = ours.scope.profile.permissions(frozenset(map(Role, roles)))
    closed = [one for one in GUARDED if one.permission not in held]
    assert len(closed) >= 20
    for address in closed:
        for response in (colleague.get(address.path), colleague.post(address.path)):
            assert response.status_code == 403, address
        assert "Vraag het dan wie bij uw organisatie de accounts beheert." in text_of(response)
    if roles:
        text = text_of(colleague.get("/dashboard/"))
        assert "Met uw rol meldt u hier geen deelnemers aan of af." in text
        assert "Hier meldt u deelnemers aan en af" not in text
        assert "Huidige deelnemers" not in text


@pytest.mark.feature("K06")
def test_a_page_that_is_refused_is_in_the_trail_and_one_that_is_not_there_is_not(ours):
    femke = client_of(member_of(ours.organisation, roles=["financial"]))
    femke.get("/deelnemers/")
    femke.get("/nergens/")
    femke.get("/dashboard/")
    [refused] = [event for event in events(ours) if event.action == "page.refuse"]
    assert (refused.outcome, refused.detail) == ("failure", {"page": "current_participants"})


@pytest.mark.feature("U02")
def test_roles_combine(ours):
    both = client_of(member_of(ours.organisation, roles=["administrative", "financial"]))
    text = text_of(both.get("/dashboard/"))
    assert "(administratief, financieel)" in text
    assert "Huidige deelnemers" in text
    assert both.get("/deelnemers/").status_code == 200


@pytest.fixture
def foreign(ours, monkeypatch, tmp_path) -> dict[str, int]:
    """Ids of another agency, of each kind."""
    monkeypatch.setattr(register_module, "current_register", Register)
    otto = agency(name="Otto Flexkrachten")
    [participant] = crowd(otto, 1, start=902_000_000)
    document = kept(otto.scope, participant)
    waiting(otto, start=902_500_000)
    batch = planned(otto.scope, demo_file(tmp_path, otto.contracts[0].number, rows=1))
    made = exported(otto.scope)
    with opened(otto.scope):
        mutation = Mutation.objects.get(state="processed")
        # Cases, users and resets are for staff, who are elsewhere: no role here opens their addresses.
        return dict.fromkeys(IDS, NOBODYS[0]) | {
            "participant_id": participant, "participation_id": mutation.participation_ids[0],
            "mutation_id": mutation.id, "batch_id": batch.id, "membership_id": Membership.objects.get().id,
            "message_id": Message.objects.latest("id").id, "link_id": linked(otto), "contract_id": otto.contracts[0].id,
            "document_id": document, **made,
        }  # fmt: skip


def _same(text: str, path: str) -> str:
    """A page without what may differ: the address it was asked at, its form token, the time a session has left."""
    text = re.sub(r' data-left="\d+"', "", text)
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text.replace(path, ""))


@pytest.mark.feature("U02")
def test_what_is_not_there_and_what_is_not_yours_are_the_same_page(ours, foreign):
    scope = member_of(ours.organisation, roles=["administrative", "account_manager"])
    anna = client_of(scope)
    compared = 0
    nobodys = [{one.name: one for one in addresses(dict.fromkeys(IDS, number))} for number in NOBODYS]
    for theirs in addresses(foreign):
        # What no role of hers opens, or her segment has not, is closed whatever the number.
        if not theirs.about or theirs.permission is None or not scope.may(theirs.permission, theirs.capability):
            continue
        for nowhere in (known[theirs.name] for known in nobodys):
            for method in ("get", "post"):
                ask = getattr(anna, method)
                one, other = ask(theirs.path), ask(nowhere.path)
                if one.status_code == 405 and _posts_only(theirs) == (method == "get"):
                    assert other.status_code == 405
                    continue
                assert (one.status_code, other.status_code) == (404, 404), (method, theirs)
                assert _same(text_of(one), theirs.path) == _same(text_of(other), nowhere.path), theirs
                compared += 1
    assert compared > 30
