"""The lists of participants, in the real database: who is on them, found how, in what order, and at what cost."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectief.enrolment import settling
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.queries import (
    COUNT_CAP,
    SORTS,
    ListRow,
    Search,
    current_participants,
    exact_count,
    former_participants,
    participation,
    stays_of,
)
from collectief.enrolment.settling import settle
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations import actions
from collectief.mutations.corridor import Request, Subject
from collectief.mutations.verdicts import Accepted, Waiting
from collectief.scope.database import housekeeping, opened
from tests.conftest import TODAY
from tests.world import Agency, Human, agency, confirm, enrol, enrolled, valid_bsns

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def bsns():
    return iter(valid_bsns(40))


@pytest.fixture
def person(ours, bsns, moment):
    """Enrols somebody, for the whole of what is asked; gives the participant's id."""

    def make(
        surname: str = "Janse",
        *,
        prefix: str = "",
        initials: str = "A.",
        born: BirthDate = BirthDate(1980, 2, 1),
        reference: str = "",
        since: date | None = None,
        until: date | None = None,
        contract: int = 0,
    ) -> int:
        human = Human(next(bsns), PersonName(initials, prefix, surname), born)
        confirm(ours.scope, [human], moment)
        request = enrol(
            ours.scope, human, ours.contracts[contract].number, since or TODAY - 100 * DAY, reference=reference
        )
        with opened(ours.scope):
            [outcome] = actions.submit(ours.scope, [request], moment)
        assert isinstance(outcome.verdict, Accepted)
        if until:
            leave(outcome.participant_id, until, contract)
        return outcome.participant_id

    def leave(participant_id: int, last_day: date, contract: int = 0) -> int:
        return ask(
            participant_id,
            Application(
                Kind.TERMINATE, contract=ours.contracts[contract].number, last_day=last_day, reason="end_of_employment"
            ),
        )

    def back(participant_id: int, first_day: date, contract: int = 0) -> int:
        return ask(
            participant_id, Application(Kind.RE_ENROL, contract=ours.contracts[contract].number, first_day=first_day)
        )

    def ask(participant_id: int, application: Application) -> int:
        with opened(ours.scope):
            [outcome] = actions.submit(
                ours.scope, [Request(application, Subject(participant_id=participant_id))], moment
            )
        assert isinstance(outcome.verdict, Accepted), outcome.verdict
        return outcome.mutation_id

    make.leave, make.back = leave, back
    return make


@pytest.fixture(params=["as they come", "settled"])
def shelved(request):
    """What a list shows does not depend on whether the worker has settled what ended: each test sees both."""

    def settled() -> None:
        if request.param == "settled":
            with housekeeping():
                settle(TODAY)

    return settled


def current(ours: Agency, **search) -> list[str]:
    return _surnames(current_participants, ours, **search)


def former(ours: Agency, **search) -> list[str]:
    return _surnames(former_participants, ours, **search)


def _surnames(find, ours: Agency, *, sort: str = "naam", **search) -> list[str]:
    with opened(ours.scope):
        return [row.name.surname for row in find(ours.scope, Search(**search), today=TODAY, sort=sort).rows]


@pytest.mark.feature("U04")
@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, ["Bakker", "Özdemir", "Veen", "Veenstra", "Иванов"]),
        ({"surname": "veen"}, ["Veen", "Veenstra"]),
        ({"surname": "van der Veen"}, ["Veen", "Veenstra"]),
        ({"surname": " VEENS "}, ["Veenstra"]),
        ({"surname": "ozd"}, ["Özdemir"]),
        ({"surname": "Иван"}, ["Иванов"]),
        ({"surname": "Петров"}, []),
        ({"surname": "een"}, []),
        ({"surname": "ve%"}, ["Veen", "Veenstra"]),
        ({"external_reference": "LEI-"}, ["Bakker", "Veen"]),
        ({"external_reference": "LEI-2"}, ["Veen"]),
        ({"external_reference": "_EI"}, []),
        ({"birth_date": "1990-05-00"}, ["Veenstra"]),
        ({"birth_date": "1990-05"}, []),
        ({"surname": "veen", "external_reference": "LEI-"}, ["Veen"]),
        ({"surname": "bakker", "birth_date": "1990-05-00"}, []),
    ],
)
def test_each_search_key_finds_by_its_beginning_and_a_birth_date_whole(ours, person, search, found):
    person("Veen", prefix="van der", reference="LEI-2")
    person("Veenstra", born=BirthDate(1990, 5, 0))
    person("Bakker", reference="LEI-1")
    person("Özdemir", reference="DEN-1")
    person("Иванов")
    assert current(ours, **search) == found


@pytest.mark.feature("U04")
def test_who_has_the_prefix_in_the_surname_is_found_with_it_too(ours, person):
    person("Vandamme")
    person("Damme", prefix="van")
    assert current(ours, surname="van Damme") == ["Damme", "Vandamme"]


@pytest.mark.feature("U04")
@pytest.mark.parametrize(("prefix", "core"), [("onder de", "Linden"), ("voor in 't", "Holt"), ("de l'", "Isle")])
def test_whatever_prefix_the_brp_has_before_it_a_surname_is_found_as_it_is_written(ours, person, prefix, core):
    name = PersonName("A.", prefix, core)
    person(core, prefix=prefix)
    person("Bakker")
    assert current(ours, surname=str(name).removeprefix("A. ")) == [core]


@pytest.mark.feature("U04")
@pytest.mark.parametrize("typed", ["-", "'", " . "])
def test_a_surname_without_a_letter_is_nobodys(ours, person, typed):
    person("Bakker")
    assert current(ours, surname=typed) == []
    assert current(ours, surname=" ") == ["Bakker"]


@pytest.mark.feature("U04")
def test_a_relation_number_finds_whole_and_by_its_beginning(ours, person):
    participants = [person("Aalbers"), person("Bakker")]
    with opened(ours.scope):
        first, second = (stays_of(ours.scope, one, today=TODAY)[0].relation_number for one in participants)
    assert current(ours, relation_number=second) == ["Bakker"]
    # Numbers that follow each other may differ in more than their last digits.
    shared = next(length for length in range(len(first), 0, -1) if first[:length] == second[:length])
    assert current(ours, relation_number=first[:shared]) == ["Aalbers", "Bakker"]


@pytest.mark.feature("U12")
def test_former_participants_have_no_search_on_reference(ours, person, shelved):
    person("Bakker", reference="LEI-1", until=TODAY - DAY)
    shelved()
    assert former(ours, external_reference="DEN") == ["Bakker"]
    assert former(ours, surname="bak") == former(ours, birth_date="1980-02-01") == ["Bakker"]
    assert former(ours, surname="veen") == []


@pytest.mark.feature("U04")
@pytest.mark.feature("U12")
def test_over_one_contract_or_all(ours, person, shelved):
    person("Aalbers", contract=0)
    person("Bakker", contract=1)
    person("Claes", contract=0, until=TODAY - DAY)
    person("Dekker", contract=1, until=TODAY - DAY)
    shelved()
    one, two = (contract.id for contract in ours.contracts)
    assert (current(ours), former(ours)) == (["Aalbers", "Bakker"], ["Claes", "Dekker"])
    assert (current(ours, contract_id=one), former(ours, contract_id=one)) == (["Aalbers"], ["Claes"])
    assert (current(ours, contract_id=two), former(ours, contract_id=two)) == (["Bakker"], ["Dekker"])
    with opened(ours.scope):
        assert exact_count(ours.scope, Search(contract_id=one), today=TODAY) == 1
        assert exact_count(ours.scope, Search(contract_id=one), today=TODAY, former=True) == 1


@pytest.mark.feature("U06")
@pytest.mark.feature("U12")
def test_who_leaves_is_current_to_the_last_day_and_former_from_the_next(ours, person, shelved):
    person("Gisteren", until=TODAY - DAY)
    person("Vandaag", until=TODAY)
    person("Morgen", until=TODAY + DAY)
    shelved()
    assert current(ours) == ["Morgen", "Vandaag"]
    assert former(ours) == ["Gisteren"]


@pytest.mark.feature("U12")
def test_who_came_back_is_not_among_the_former_until_they_leave_again(ours, person, shelved):
    back = person("Terug", until=TODAY - 50 * DAY)
    person.back(back, TODAY - 10 * DAY)
    later = person("Later", until=TODAY - 50 * DAY)
    person.back(later, TODAY + 10 * DAY)
    shelved()
    assert (current(ours), former(ours)) == (["Later", "Terug"], [])
    person.leave(back, TODAY - 5 * DAY)
    assert (current(ours), former(ours)) == (["Later"], ["Terug"])
    shelved()
    assert (current(ours), former(ours)) == (["Later"], ["Terug"])
    with opened(ours.scope):
        [row] = former_participants(ours.scope, Search(), today=TODAY).rows
    assert row.last_day == TODAY - 5 * DAY


@pytest.mark.feature("U12")
def test_two_contracts_ended_on_one_day_are_one_former_participant(ours, person, shelved):
    participant = person("Tweemaal", until=TODAY - DAY)
    person.back(participant, TODAY - 90 * DAY, contract=1)
    assert (current(ours), former(ours)) == (["Tweemaal"], [])
    person.leave(participant, TODAY - DAY, contract=1)
    shelved()
    assert (current(ours), former(ours)) == ([], ["Tweemaal"])
    with opened(ours.scope):
        assert exact_count(ours.scope, Search(), today=TODAY, former=True) == 1
        assert len(stays_of(ours.scope, participant, today=TODAY)) == 2


@pytest.mark.feature("U04")
def test_two_contracts_at_once_are_two_lines_of_the_current_list(ours, person, shelved):
    participant = person("Dubbel")
    person.back(participant, TODAY - 20 * DAY, contract=1)
    shelved()
    assert current(ours) == ["Dubbel", "Dubbel"]
    assert len(current(ours, contract_id=ours.contracts[1].id)) == 1


@pytest.mark.feature("X05")
def test_undoing_brings_everyone_back_where_they_were(ours, person, shelved, moment):
    from collectief.enrolment import actions as enrolment

    first = person("Heropend")
    ended = person.leave(first, TODAY - DAY)
    second = person("Oud", until=TODAY - 50 * DAY)
    again = person.back(second, TODAY - 10 * DAY)
    shelved()
    assert (current(ours), former(ours)) == (["Oud"], ["Heropend"])
    with opened(ours.scope):
        assert isinstance(enrolment.reverse(ours.scope, ended, moment).verdict, Accepted)
        assert isinstance(enrolment.reverse(ours.scope, again, moment).verdict, Accepted)
    assert (current(ours), former(ours)) == (["Heropend"], ["Oud"])
    shelved()
    assert (current(ours), former(ours)) == (["Heropend"], ["Oud"])


@pytest.mark.feature("U12")
def test_a_stay_that_now_ends_before_another_gives_its_place_to_it(ours, person, shelved):
    """Nobody drops out of both lists when the later of two parallel stays turns out to have ended first."""
    participant = person("Parallel", until=TODAY - 20 * DAY)
    person.back(participant, TODAY - 90 * DAY, contract=1)
    shelved()
    assert (current(ours), former(ours)) == (["Parallel"], [])
    person.leave(participant, TODAY - 40 * DAY, contract=1)
    shelved()
    assert (current(ours), former(ours)) == ([], ["Parallel"])
    with opened(ours.scope):
        [row] = former_participants(ours.scope, Search(), today=TODAY).rows
    assert (row.last_day, row.contract_id) == (TODAY - 20 * DAY, ours.contracts[0].id)


@pytest.mark.parametrize("way", ["", "-"])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("find", [current_participants, former_participants])
def test_sorted_on_every_column_both_ways_over_pages_nobody_missed_or_twice(ours, person, shelved, find, sort, way):
    until = [TODAY + 3 * DAY, None, TODAY + DAY, None, None, TODAY + 3 * DAY]
    if find is former_participants:
        until = [TODAY - DAY, TODAY - 9 * DAY, TODAY - DAY, TODAY - 2 * DAY, TODAY - DAY, TODAY - 3 * DAY]
    for number, last_day in enumerate(until):
        person(
            ["Claes", "Aalbers", "Bakker", "Claes", "Ek", "Aalbers"][number],
            born=BirthDate(1990 - number % 3, 1, 1), reference=["", "P2", "P1", "", "P2", "P9"][number],
            since=TODAY - (30 + number % 2) * DAY, until=last_day,
        )  # fmt: skip
    shelved()
    rows: list[ListRow] = []
    with opened(ours.scope):
        for page in (1, 2, 3, 4):
            found = find(ours.scope, Search(), today=TODAY, sort=way + sort, page=page, size=2)
            assert len(found.rows) == (2 if page < 4 else 0)
            assert found.has_next == (page < 3)
            rows += found.rows
    assert len({row.id for row in rows}) == 6
    assert rows == sorted(rows, key=lambda row: (_sorted_on(sort, row), row.id), reverse=way == "-")


def _sorted_on(sort: str, row: ListRow):
    return {
        "naam": row.name.sort_key, "relatienummer": row.relation_number, "geboortedatum": row.birth_date,
        "referentie": row.external_reference, "ingang": row.first_day, "einde": row.last_day or date.max,
    }[sort]  # fmt: skip


def test_an_unknown_column_sorts_on_the_name(ours, person):
    person("Bakker")
    person("Aalbers")
    assert current(ours, sort="id; DROP TABLE participation") == ["Aalbers", "Bakker"]


@pytest.mark.feature("U06")
@pytest.mark.feature("U13")
def test_what_is_being_done_about_somebody_is_on_the_line(ours, person, moment, bsns):
    person("Actief")
    person("Begint", since=TODAY + DAY)
    person("Vertrekt", until=TODAY + DAY)
    person("Laatste dag", until=TODAY)
    gone = person("Weg", until=TODAY - DAY)
    waiting = person("Wacht")
    _let_wait(ours, waiting, "terminate")
    _let_wait(ours, gone, "re_enrol")
    with opened(ours.scope):
        lines = {
            row.name.surname: row.pending
            for find in (current_participants, former_participants)
            for row in find(ours.scope, Search(), today=TODAY).rows
        }
        own = {row.pending for row in stays_of(ours.scope, waiting, today=TODAY)}
    assert lines == {
        "Actief": "", "Begint": "begins", "Vertrekt": "leaves", "Laatste dag": "leaves", "Wacht": "terminate",
        "Weg": "re_enrol",
    }  # fmt: skip
    assert own == {"terminate"}


def _let_wait(ours: Agency, participant_id: int, kind: str) -> None:
    """Something about this participant that is not decided, and something older that is."""
    from collectief.mutations.models import Mutation

    with opened(ours.scope):
        for state, what in (("waiting", kind), ("rejected", "change_reference")):
            Mutation.objects.create(
                insurer_id=ours.scope.insurer_id, organisation_id=ours.scope.organisation_id,
                participant_id=participant_id, kind=what, state=state, channel="form",
                account_id=ours.scope.account_id, account=ours.scope.account,
            )  # fmt: skip


def test_who_is_not_yet_confirmed_is_on_no_list(ours, bsns, moment):
    human = Human(next(bsns))
    with opened(ours.scope):
        request = enrol(ours.scope, human, ours.contracts[0].number, TODAY)
        [outcome] = actions.submit(ours.scope, [request], moment)
        assert isinstance(outcome.verdict, Waiting)
    assert current(ours) == former(ours) == []


def test_nothing_of_another_organisation_is_found_or_counted(ours, person, moment, shelved):
    theirs = agency(name="Otto Flexkrachten")
    human = Human(valid_bsns(1, start=950_000_000)[0], PersonName("O.", "", "Otterdijk"))
    participant = enrolled(theirs, human, moment)
    gone = person("Oud", until=TODAY - DAY)
    shelved()
    assert current(ours) == []
    assert former(theirs) == []
    with opened(theirs.scope):
        [their_stay] = stays_of(theirs.scope, participant, today=TODAY)
        assert stays_of(theirs.scope, gone, today=TODAY) == []
        assert exact_count(theirs.scope, Search(), today=TODAY, former=True) == 0
    with opened(ours.scope):
        assert participation(ours.scope, their_stay.id, today=TODAY) is None
        assert stays_of(ours.scope, participant, today=TODAY) == []
        assert exact_count(ours.scope, Search(surname="otter"), today=TODAY) == 0
    assert current(theirs, contract_id=ours.contracts[0].id) == []


def test_one_line_of_a_list_is_that_line(ours, person, shelved):
    participant = person("Een", until=TODAY - DAY)
    shelved()
    with opened(ours.scope):
        [row] = former_participants(ours.scope, Search(), today=TODAY).rows
        assert participation(ours.scope, row.id, today=TODAY) == row
        assert stays_of(ours.scope, participant, today=TODAY) == [row]


def _crowd(ours: Agency, count: int, *, ended: bool = False) -> None:
    """`count` participants at once: what the corridor would write, without a corridor for each."""
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute(
            "WITH added AS ("
            " INSERT INTO participant (insurer_id, organisation_id, person_id, bsn_index, initials, prefix, surname,"
            "                          birth_date, sort_key, external_reference)"
            " SELECT %(insurer)s, %(organisation)s, found_id, found_index, 'C.', '', 'Crowd', '1990-01-01', 'crowd c',"
            "        '' FROM person_ensure(%(indexes)s::bytea[], %(sealed)s::bytea[], 1::smallint) RETURNING *)"
            " INSERT INTO participation (insurer_id, organisation_id, contract_id, participant_id, period, reason,"
            "                            sort_key, birth_date, relation_number, external_reference, initials, prefix,"
            "                            surname)"
            " SELECT insurer_id, organisation_id, %(contract)s, id, daterange(%(first)s, %(end)s), '', sort_key,"
            "        birth_date, relation_number, external_reference, initials, prefix, surname FROM added",
            {
                "insurer": ours.scope.insurer_id,
                "organisation": ours.scope.organisation_id,
                "indexes": [next(_indexes).to_bytes(32) for _ in range(count)],
                "sealed": [b"sealed"] * count,
                "contract": ours.contracts[0].id,
                "first": TODAY - 50 * DAY,
                "end": TODAY - DAY if ended else None,
            },
        )


_indexes = itertools.count(1)


@pytest.mark.parametrize("ended", [False, True])
def test_a_count_is_capped_and_the_exact_one_is_exact(ours, shelved, ended):
    find = former_participants if ended else current_participants
    for added, count, exact in ((COUNT_CAP - 1, COUNT_CAP - 1, True), (1, COUNT_CAP, True), (1, COUNT_CAP, False)):
        _crowd(ours, added, ended=ended)
        shelved()
        with opened(ours.scope):
            found = find(ours.scope, Search(), today=TODAY)
            assert (found.count, found.exact, found.has_next) == (count, exact, True)
            none = find(ours.scope, Search(surname="x"), today=TODAY)
            assert (none.count, none.exact, none.has_next) == (0, True, False)
    with opened(ours.scope):
        assert exact_count(ours.scope, Search(), today=TODAY, former=ended) == COUNT_CAP + 1
        assert exact_count(ours.scope, Search(surname="crowd"), today=TODAY, former=ended) == COUNT_CAP + 1
        assert exact_count(ours.scope, Search(), today=TODAY, former=not ended) == 0
        last = find(ours.scope, Search(), today=TODAY, page=11, size=100)
        assert (len(last.rows), last.has_next) == (1, False)


@pytest.mark.parametrize("size", [25, 50, 100])
def test_pages_are_as_long_as_asked(ours, size):
    _crowd(ours, 130)
    with opened(ours.scope):
        pages = [current_participants(ours.scope, Search(), today=TODAY, page=n, size=size) for n in range(1, 7)]
    lengths = [len(page.rows) for page in pages]
    assert lengths == [max(0, min(size, 130 - size * n)) for n in range(6)]
    assert all(page.count == 130 and page.exact for page in pages)
    assert [page.has_next for page in pages] == [size * n < 130 for n in range(1, 7)]


@pytest.mark.parametrize("find", [current_participants, former_participants])
def test_a_page_of_two_hundred_costs_as_many_questions_as_a_page_of_one(ours, shelved, find):
    asked = []
    for added in (1, 249):
        _crowd(ours, added, ended=find is former_participants)
        shelved()
        with opened(ours.scope), CaptureQueriesContext(connection) as captured:
            rows = find(ours.scope, Search(), today=TODAY, size=1 if added == 1 else 200).rows
        asked.append(len(captured))
        assert len(rows) == (1 if added == 1 else 200)
    # Settled: the page and its count. Else it asks for the page again, and first whether that is needed.
    assert asked[0] == asked[1] <= 4


def test_settling_takes_what_ended_of_everyone_once(ours, person, moment):
    theirs = agency(name="Otto Flexkrachten")
    _crowd(theirs, 3, ended=True)
    person("Weg", until=TODAY - DAY)
    person("Vandaag", until=TODAY)
    with housekeeping():
        assert (settle(TODAY), settle(TODAY)) == (4, 0)
    assert (current(ours), former(ours)) == (["Vandaag"], ["Weg"])
    with housekeeping():
        assert (settle(TODAY + DAY), settle(TODAY + DAY)) == (1, 0)


def test_the_worker_that_settles_sees_no_names(ours, person):
    from django.db import DatabaseError, transaction

    person("Geheim", until=TODAY - DAY)
    for column in ("sort_key", "birth_date", "relation_number", "external_reference", "initials", "prefix", "surname"):
        with housekeeping(), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {column} FROM participation")


def test_the_job_goes_on_until_nothing_is_left(ours, monkeypatch):
    from procrastinate.contrib.django import app

    assert "enrolment.settle" in {name for name, _ in app.periodic_registry.periodic_tasks}
    monkeypatch.setattr(settling, "_AT_ONCE", 2)
    _crowd(ours, 5, ended=True)
    settling.settle_all(TODAY)
    with housekeeping():
        assert settle(TODAY) == 0
    assert len(former(ours)) == 5
