"""How many questions a page asks of the database does not depend on how many people are on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collectief.access import sessions
from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.inbox.models import Message
from collectief.mutations.corridor import Request, Subject
from collectief.participants import register as register_module
from collectief.participants.models import Participant
from collectief.scope.database import opened
from tests.bulk_world import LEAVE, Register, demo_file, file_of, planned, received
from tests.deductible_world import brought_for
from tests.terms_world import offer, product
from tests.web.visiting import client_of, crowd, left, refused, text_of, this_moment, waiting
from tests.world import Agency, agency

MANY = 60
# More than any page needs, session and rights included: what is above it has a query in a loop or is badly made.
MOST = 24


@dataclass(frozen=True)
class World:
    """An agency with a number of everything."""

    client: Client
    ids: dict[str, int]


def _history(ours: Agency, participant: int, length: int) -> None:
    """A participant with that many changes behind them."""
    for number in range(length):
        change = Application(Kind.CHANGE_REFERENCE, reference=f"P-{number}")
        with opened(ours.scope):
            enrolment.apply(ours.scope, [Request(change, Subject(participant_id=participant))], this_moment())


def _world(folder, count: int) -> World:
    ours = agency(name=f"Bureau {count}")
    offer(ours, product(ours, f"BASIS-{count}"))
    here = crowd(ours, count, start=903_000_000 + count * 10_000)
    gone = crowd(ours, count, start=904_000_000 + count * 10_000)
    [ended, *_] = left(ours, gone, this_moment().today - timedelta(days=3))
    _history(ours, here[0], count)
    _history(ours, gone[0], count)
    with opened(ours.scope):
        message = Message.objects.latest("id").id
        stays = {stay.participant_id: stay.id for stay in Participation.objects.all()}
    year = this_moment().today.year
    brought_for(ours, here, folder, year=year, as_of=this_moment().today)
    batch = planned(ours.scope, demo_file(folder, ours.contracts[0].number, rows=count, name=f"{count}.xlsx"))
    with opened(ours.scope):
        numbers = Participant.objects.filter(id__in=here).values_list("relation_number", flat=True)
        leavers = file_of(folder, *(LEAVE | {"relation_number": one} for one in numbers), name=f"{count}-leave.xlsx")
    leaving = planned(ours.scope, leavers)
    unread = demo_file(folder, ours.contracts[0].number, rows=1)
    for _ in range(count - 1):
        received(ours.scope, unread)
    ids = {
        "here": here[0], "gone": gone[0], "stay": stays[here[0]], "former_stay": stays[gone[0]],
        "ended": ended.mutation_id, "waiting": waiting(ours, count, start=905_000_000 + count * 10_000)[0],
        "refused": refused(ours, count, start=906_000_000 + count * 10_000)[0], "batch": batch.id, "message": message,
        "year": year, "leaving": leaving.id,
    }  # fmt: skip
    return World(client_of(ours.scope), ids)


@pytest.fixture
def worlds(db, monkeypatch, tmp_path) -> tuple[World, World]:
    """The same agency with one of everything and with many."""
    monkeypatch.setattr(register_module, "current_register", Register)
    # Whether a second has passed since the last page must not decide how many there are.
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)
    return _world(tmp_path, 1), _world(tmp_path, MANY)


# A list counts its rows once there may be more than a page: a page of one hundred holds all of these.
PAGES = [
    "/dashboard/", "/in-behandeling/", "/mislukte-verwerkingen/", "/deelnemers/?per_pagina=100",
    "/deelnemers/?per_pagina=100&achternaam=velen&sorteer=-ingang", "/deelnemers/?per_pagina=100&open={stay}",
    "/deelnemers/aantal/", "/oud-deelnemers/?per_pagina=100", "/oud-deelnemers/?per_pagina=100&open={former_stay}",
    "/oud-deelnemers/aantal/", "/deelnemers/nieuw/", "/deelnemers/nieuw/?uit={refused}", "/deelnemers/{here}/",
    "/deelnemers/{gone}/", "/deelnemers/{here}/verdragsrecht/?land=PL",
    "/deelnemers/{here}/gezien/", "/deelnemers/{here}/referentie/", "/deelname/{stay}/afmelden/",
    "/deelname/{former_stay}/heraanmelden/", "/deelname/{stay}/overzetten/", "/mutaties/{ended}/",
    "/mutaties/{waiting}/", "/mutaties/{waiting}/stand/", "/mutaties/{waiting}/intrekken/",
    "/mutaties/{ended}/ongedaan/", "/uploads/", "/uploads/sjabloon/", "/uploads/{batch}/", "/uploads/{leaving}/",
    "/deelnemers/download/", "/oud-deelnemers/download/", "/deelnemers/sjabloon/",
    "/in-en-uitstroom/?toon=alle", "/in-en-uitstroom/?toon=alle&pagina=2", "/in-en-uitstroom/download/?toon=alle",
    "/uploads/{batch}/voortgang/", "/uploads/{batch}/fouten/", "/inloggen/",
    "/eigen-risico/", "/eigen-risico/{year}/", "/eigen-risico/{year}/download/",
    "/berichten/", "/berichten/?zoek=velen&stand=ongelezen", "/berichten/{message}/",
]  # fmt: skip


def _asked(world: World, page: str) -> tuple[int, list[str]]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = world.client.get(page.format(**world.ids))
        text_of(response)
    assert response.status_code in (200, 204), page
    return len(captured), [query["sql"] for query in captured.captured_queries]


def _list(questions: list[str]) -> str:
    return "\n".join(questions)


@pytest.mark.timeout(120)
def test_no_page_asks_more_of_the_database_when_there_is_more_to_see(worlds):
    small, large = worlds
    for page in PAGES:
        few, _ = _asked(small, page)
        many, questions = _asked(large, page)
        assert many == few, f"{page}: {few} with one row, {many} with {MANY}\n{_list(questions)}"
        assert many <= MOST, f"{page}: {many}\n{_list(questions)}"
