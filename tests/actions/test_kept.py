"""What a plan keeps is carried out as it was judged while its facts stand, and to the same end as judging again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectief.bulk import actions as bulk
from collectief.bulk import inline, jobs
from collectief.enrolment import sitting
from collectief.foundation.dates import dutch
from collectief.gateways.brp.inhabitants import dummy_bsns
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Moment
from collectief.scope.database import opened
from collectief.scope.staging import line, stage_lines
from tests.bulk_world import LEAVE, NEXT_MONTH_END, again, done, file_of, planned, row_of
from tests.terms_world import offer, product
from tests.world import agency

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X02")]

# Everything an upload leaves behind, but for numbers and moments.
WRITTEN = {
    "participant": "SELECT encode(bsn_index, 'hex'), external_reference, initials, prefix, surname, birth_date,"
    " sort_key, person_id, relation_number <> '' FROM participant ORDER BY 1",
    "participation": "SELECT t.sort_key, t.birth_date, t.external_reference, t.period, t.reason, t.first_day,"
    " t.end_day::text, t.latest, t.shelf, t.relation_number = p.relation_number,"
    " (t.initials, t.prefix, t.surname) = (p.initials, p.prefix, p.surname), t.organisation_id = p.organisation_id"
    " FROM participation t JOIN participant p ON p.id = t.participant_id ORDER BY 1, 4",
    "policy_term": "SELECT p.sort_key, t.kind, t.period, t.participation_id = s.id, t.contract_id = s.contract_id"
    " FROM policy_term t JOIN participant p ON p.id = t.participant_id JOIN participation s"
    " ON s.participant_id = p.id AND s.period = t.period ORDER BY 1, 3",
    "address": "SELECT p.sort_key, country, street, house_number, postcode, city FROM address a"
    " JOIN participant p ON p.id = a.participant_id ORDER BY 1",
    "mutation": "SELECT split_part(source, '/', 2)::int, kind, state, code, params, effective_day, bsn_index,"
    " bsn_sealed, asked - 'contract', (SELECT jsonb_agg(jsonb_strip_nulls("
    "l.v #- '{id}' #- '{after,contract_id}' #- '{before,contract_id}') ORDER BY l.n)"
    " FROM jsonb_array_elements(touched) WITH ORDINALITY l (v, n)), jsonb_path_query_array(trail, '$.state'),"
    " channel, account, decided_at IS NOT NULL, (SELECT array_agg(t.participant_id = mutation.participant_id)"
    " FROM participation t WHERE t.id = ANY (participation_ids)), (touched #>> '{0,id}')::bigint"
    " IS NOT DISTINCT FROM participation_ids[1] FROM mutation ORDER BY 1",
    "audit_event": "SELECT action, outcome, cardinality(participant_ids) FROM audit_event"
    " WHERE action LIKE 'mutation.%' ORDER BY 1, 3",
}


@pytest.fixture
def people():
    return list(dummy_bsns(8, seed=78))


def everyone(people, number):
    """Newcomers of every kind, and somebody who comes and goes, so that not all of the file is kept."""
    return [
        row_of(people[0], number),
        row_of(people[1], number, external_reference=r"A\N\t'\"; DROP"),
        row_of(people[2], number, last_day=dutch(NEXT_MONTH_END)),
        row_of(people[3], number, street="Dam", house_number="1 \\ b", city="Amsterdam", country="Nederland"),
        row_of(people[4], number),
        LEAVE | {"bsn": people[4].digits},
        row_of(people[5], number, birth_date="02-02-1902"),
        row_of(people[6], number, first_day="99-99-2026"),
    ]


def written(scope):
    with opened(scope), connection.cursor() as cursor:
        tables = {}
        for table, query in WRITTEN.items():
            cursor.execute(query)
            tables[table] = cursor.fetchall()
        return tables


@pytest.mark.feature("U21")
@pytest.mark.usefixtures("register")
def test_what_is_kept_comes_to_what_judging_again_does(ours, number, people, tmp_path):
    theirs = agency()
    scope = theirs.scope
    for one in (ours, theirs):
        offer(one, product(one, one.organisation.kvk))
    done(ours.scope, file_of(tmp_path, *everyone(people, number)))
    batch = planned(scope, file_of(tmp_path, *everyone(people, theirs.contracts[0].number)))
    with opened(scope), connection.cursor() as cursor:
        cursor.execute("UPDATE batch_chunk SET kept = '' WHERE batch_id = %s RETURNING length(kept)", [batch.id])
        assert cursor.rowcount
    inline.carry_out(scope, batch.id)
    kept, judged = written(ours.scope), written(scope)
    for event in kept["audit_event"], judged["audit_event"]:
        event.clear()
    assert kept == judged
    assert len(kept["participation"]) == 5
    assert len(kept["address"]) == 1
    assert len(kept["policy_term"]) == 5


@pytest.fixture
def never_judged(monkeypatch):
    """Have judging fail from here on."""

    def switch():
        def judge(*_):
            raise AssertionError("judged again")

        monkeypatch.setattr(sitting, "judge", judge)

    return switch


@pytest.mark.usefixtures("register")
def test_newcomers_are_judged_once_while_nothing_has_changed(ours, number, people, tmp_path, never_judged):
    batch = planned(ours.scope, file_of(tmp_path, *(row_of(bsn, number) for bsn in people)))
    never_judged()
    inline.carry_out(ours.scope, batch.id)
    ended = again(ours.scope, batch)
    assert ended.outcome_counts["processed"] == len(people)
    told = written(ours.scope)["audit_event"]
    assert {event[:2] for event in told} == {("mutation.enrol", "success")}
    assert sum(participants for *_, participants in told) == len(people)


@pytest.mark.usefixtures("register")
def test_the_chunks_of_one_file_do_not_stand_in_each_others_way(
    ours, number, people, tmp_path, monkeypatch, never_judged
):
    monkeypatch.setattr("collectief.bulk.intake.CHUNK", 2)
    batch = planned(ours.scope, file_of(tmp_path, *(row_of(bsn, number) for bsn in people)))
    never_judged()
    inline.carry_out(ours.scope, batch.id)
    assert again(ours.scope, batch).outcome_counts["processed"] == len(people)


@pytest.mark.usefixtures("register")
def test_newcomers_are_judged_again_on_another_day(ours, number, people, tmp_path, moment, monkeypatch, never_judged):
    batch = planned(ours.scope, file_of(tmp_path, row_of(people[0], number)))
    tomorrow = Moment(jobs.moment().today + timedelta(days=1), jobs.moment().now + timedelta(days=1))
    monkeypatch.setattr(jobs, "moment", lambda: tomorrow)
    never_judged()
    with pytest.raises(AssertionError, match="judged again"):
        inline.carry_out(ours.scope, batch.id)


@pytest.mark.usefixtures("register")
def test_newcomers_are_judged_again_by_another_release(ours, number, people, tmp_path, monkeypatch, never_judged):
    batch = planned(ours.scope, file_of(tmp_path, row_of(people[0], number)))
    monkeypatch.setattr(bulk, "CODE_MARK", "another")
    never_judged()
    with pytest.raises(AssertionError, match="judged again"):
        inline.carry_out(ours.scope, batch.id)


@pytest.mark.usefixtures("register")
def test_newcomers_are_judged_again_when_anybody_else_changed(ours, number, people, tmp_path, never_judged):
    """Two files of one agency at the same moment, about the same people: each is enrolled once."""
    rows = [row_of(bsn, number) for bsn in people]
    first = planned(ours.scope, file_of(tmp_path, *rows, name="first.xlsx"))
    second = planned(ours.scope, file_of(tmp_path, *rows[:4], name="second.xlsx"))
    inline.carry_out(ours.scope, second.id)
    inline.carry_out(ours.scope, first.id)
    assert again(ours.scope, first).outcome_counts["unchanged"] == 4
    assert again(ours.scope, first).outcome_counts["processed"] == 4
    assert len(written(ours.scope)["participation"]) == 8


@pytest.mark.usefixtures("register")
def test_what_was_kept_is_gone_once_it_is_carried_out(ours, number, people, tmp_path):
    batch = planned(ours.scope, file_of(tmp_path, row_of(people[0], number)))

    def kept():
        with opened(ours.scope), connection.cursor() as cursor:
            cursor.execute("SELECT bool_or(length(kept) > 0) FROM batch_chunk WHERE batch_id = %s", [batch.id])
            return cursor.fetchone()[0]

    assert kept()
    inline.carry_out(ours.scope, batch.id)
    assert not kept()


@pytest.mark.usefixtures("register")
def test_who_may_change_nobody_carries_nothing_out(ours):
    from collectief.scope.scope import NotAllowed
    from tests.world import member_of

    financial = member_of(ours.organisation, roles=("financial",))
    with pytest.raises(NotAllowed), opened(financial):
        mutations.carry_out(financial, "enrol", "", [0], jobs.moment())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(
    texts=st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=2, max_size=2),
        max_size=4,
    ),
    raw=st.binary(),
)
def test_a_line_comes_into_the_database_as_it_is(ours, texts, raw):
    with opened(ours.scope), connection.cursor() as cursor:
        columns = {"raw": "bytea", "one": "text", "other": "text"}
        numbered = {"id": "bigint DEFAULT nextval('participant_id_seq')"}
        stage_lines("any_lines", columns, "".join(line([raw], two) for two in texts), numbered=numbered)
        cursor.execute("SELECT raw, one, other FROM pg_temp.any_lines ORDER BY id")
        assert [(bytes(back), one, other) for back, one, other in cursor.fetchall()] == [(raw, *two) for two in texts]
