"""Of who was asked for and never came nothing is left after thirty days (law 9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from collectief.enrolment import actions as enrolment
from collectief.foundation.names import PersonName
from collectief.gateways.brp.inhabitants import dummy_bsns
from collectief.mutations import actions as mutations
from collectief.mutations import housework, jobs, queries
from collectief.mutations.models import Mutation
from collectief.mutations.rules import KEPT
from collectief.scope.database import housekeeping, opened
from tests.bulk_world import done, file_of, row_of
from tests.world import Human, agency, confirm, enrol, enrolled, valid_bsns

pytestmark = pytest.mark.django_db

IN_TIME = KEPT - timedelta(minutes=1)
PAST = KEPT + timedelta(minutes=1)
OTHER = PersonName("X.", "", "Anders")


def refused(customer, human, moment) -> int:
    """An enrolment that the BRP's name contradicts."""
    confirm(customer.scope, [human], moment)
    stranger = Human(human.bsn, OTHER, human.birth_date)
    number = customer.contracts[0].number
    address = {"street": "Dam", "city": "Amsterdam"}
    with opened(customer.scope):
        [outcome] = mutations.submit(
            customer.scope, [enrol(customer.scope, stranger, number, moment.today, address=address)], moment
        )
    return outcome.mutation_id


def asked(customer) -> dict[int, tuple[dict, dict]]:
    with opened(customer.scope):
        return {id_: (what, why) for id_, what, why in Mutation.objects.values_list("id", "asked", "params")}


@pytest.mark.usefixtures("register")
def test_rows_that_were_refused_are_empty_after_thirty_days(ours, number, tmp_path):
    first, second = list(dummy_bsns(2, seed=3))
    wrong = row_of(first, number, surname="Anders", street="Dam", city="Amsterdam")
    done(ours.scope, file_of(tmp_path, wrong, row_of(second, number, first_day="31-02-2026")))
    before = asked(ours)
    jobs.forget_before(timezone.now() - IN_TIME)
    assert asked(ours) == before
    assert "Anders" in str(before)
    jobs.forget_before(timezone.now() + timedelta(minutes=1))
    assert list(asked(ours).values()) == [({}, {}), ({}, {})]


def test_that_it_was_asked_and_what_became_of_it_stays(ours, moment, monkeypatch):
    monkeypatch.setattr(housework, "SET", 2)
    otto = agency(name="Otto")
    humans = [Human(bsn) for bsn in valid_bsns(3)]
    ids = [refused(customer, human, moment) for customer in (ours, otto) for human in humans]
    with opened(ours.scope):
        before = queries.mutation(ours.scope, ids[0])
    jobs.forget_before(moment.now + PAST - KEPT)
    assert list((asked(ours) | asked(otto)).values()) == [({}, {})] * 6
    with opened(ours.scope):
        after = queries.mutation(ours.scope, ids[0])
    assert (after.name, after.forgotten) == ("–", True)
    for kept in ("kind", "state", "code", "contract_id", "trail", "submitted_at", "decided_at", "account", "channel"):
        assert getattr(after, kept) == getattr(before, kept)


def test_what_waits_and_what_is_of_a_participant_stays(ours, moment):
    waits, withdrawn, known = (Human(bsn) for bsn in valid_bsns(3))
    number = ours.contracts[0].number
    with opened(ours.scope):
        for human in (waits, withdrawn):
            mutations.submit(ours.scope, [enrol(ours.scope, human, number, moment.today)], moment)
        taken_back = Mutation.objects.latest("id").id
        enrolment.withdraw(ours.scope, taken_back, moment)
    enrolled(ours, known, moment)
    refused(ours, known, moment)
    jobs.forget_before(moment.now + timedelta(days=400))
    assert [id_ for id_, (what, _why) in asked(ours).items() if not what] == [taken_back]


def test_the_job_keeps_what_the_list_still_shows(ours, moment, monkeypatch):
    refused(ours, Human(valid_bsns(1)[0]), moment)
    for passed, kept in ((IN_TIME, 1), (PAST, 0)):
        monkeypatch.setattr(jobs.timezone, "now", lambda passed=passed: moment.now + passed)
        jobs.forget.func(0)
        with opened(ours.scope):
            _shown, count = queries.rejected_mutations(ours.scope, now=moment.now + passed)
        assert (count, sum(bool(what) for what, _why in asked(ours).values())) == (kept, kept)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT asked FROM mutation",
        "UPDATE mutation SET asked = '{\"reference\": \"1\"}', params = '{}', forgotten = true",
        "UPDATE mutation SET asked = '{}', params = '{\"name\": \"Anders\"}', forgotten = true",
        "UPDATE mutation SET asked = '{}', params = '{}'",
        "UPDATE mutation SET state = 'withdrawn'",
        "DELETE FROM mutation",
    ],
)
def test_the_worker_reads_nothing_of_it_and_can_only_empty_it(ours, moment, statement):
    refused(ours, Human(valid_bsns(1)[0]), moment)
    with housekeeping(), connection.cursor() as cursor:
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(statement)


def test_what_is_of_a_participant_is_not_there_for_the_worker(ours, moment):
    enrolled(ours, Human(valid_bsns(1)[0]), moment)
    with housekeeping(), connection.cursor() as cursor:
        cursor.execute("UPDATE mutation SET asked = '{}', params = '{}', forgotten = true")
        assert cursor.rowcount == 0
