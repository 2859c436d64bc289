"""Whoever looks at a person leaves an event, in the same transaction; a page that asks by itself does not (law 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectief.audit import actions as audit
from collectief.enrolment.models import Participation
from collectief.scope.database import opened
from tests.web.visiting import crowd, events, left, refused, this_moment, waiting

pytestmark = pytest.mark.feature("K06")


@pytest.fixture
def world(ours) -> dict[str, int]:
    """One of everything that a page can be about."""
    here, gone = crowd(ours, 2)
    [ended] = left(ours, [gone], this_moment().today - timedelta(days=3))
    with opened(ours.scope):
        stays = {stay.participant_id: stay.id for stay in Participation.objects.all()}
    return {
        "participant": here, "former": gone, "stay": stays[here], "former_stay": stays[gone],
        "ended": ended.mutation_id, "waiting": waiting(ours)[0], "refused": refused(ours)[0],
    }  # fmt: skip


# Every page that shows somebody, and which of the world it shows: participants, or mutations of newcomers.
PAGES = [
    ("/dashboard/", {"former"}, {"waiting", "refused"}),
    ("/in-behandeling/", set(), {"waiting"}),
    ("/mislukte-verwerkingen/", set(), {"refused"}),
    ("/deelnemers/", {"participant"}, set()),
    ("/oud-deelnemers/", {"former"}, set()),
    ("/deelnemers/nieuw/?uit={refused}", set(), {"refused"}),
    ("/deelnemers/{participant}/", {"participant"}, set()),
    ("/deelnemers/{participant}/gezien/", {"participant"}, set()),
    ("/deelnemers/{participant}/referentie/", {"participant"}, set()),
    ("/deelname/{stay}/afmelden/", {"participant"}, set()),
    ("/deelname/{former_stay}/heraanmelden/", {"former"}, set()),
    ("/deelname/{stay}/overzetten/", {"participant"}, set()),
    ("/mutaties/{ended}/", {"former"}, {"ended"}),
    ("/mutaties/{waiting}/", set(), {"waiting"}),
    ("/mutaties/{waiting}/intrekken/", set(), {"waiting"}),
    ("/mutaties/{ended}/ongedaan/", {"former"}, {"ended"}),
]


@pytest.mark.parametrize(("address", "people", "newcomers"), PAGES, ids=[page[0] for page in PAGES])
def test_who_is_shown_is_in_the_trail(anna, ours, world, address, people, newcomers):
    before = len(events(ours))
    assert anna.get(address.format(**world)).status_code == 200
    [event] = events(ours)[before:]
    assert event.account_id == ours.scope.account_id
    assert {world[name] for name in people} <= set(event.participant_ids)
    named = set(event.object_ids.get("mutation", ()))
    assert {world[name] for name in newcomers} <= named


@pytest.mark.parametrize("address", [page[0] for page in PAGES])
def test_a_page_whose_event_cannot_be_written_is_not_shown(anna, world, monkeypatch, address):
    def broken(*args, **kwargs):
        raise RuntimeError("no trail")

    monkeypatch.setattr(audit, "record", broken)
    anna.raise_request_exception = False
    assert anna.get(address.format(**world)).status_code == 500


def test_a_form_that_comes_back_with_errors_shows_the_person_again(anna, ours, world):
    before = len(events(ours))
    anna.post(f"/deelname/{world['stay']}/afmelden/", {"last_day": "", "reason": ""})
    [event] = events(ours)[before:]
    assert event.participant_ids == [world["participant"]]


def test_asking_every_two_seconds_adds_nothing(anna, ours, world):
    before = len(events(ours))
    for _ in range(3):
        response = anna.get(f"/mutaties/{world['waiting']}/stand/")
        assert response.status_code == 200
        assert "Wachtende" not in response.content.decode()
    assert len(events(ours)) == before


def test_the_trail_says_no_name_and_no_number(anna, ours, world):
    for address, _, _ in PAGES:
        anna.get(address.format(**world))
    told = " ".join(f"{event.action} {event.object_ids} {event.detail}" for event in events(ours))
    assert "Velen" not in told
    assert "Wachtende" not in told
