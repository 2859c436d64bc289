"""A file through plan and agreement to its result: every row one outcome, and never twice (laws 3 and 5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from collectief.access.queries import NoAccess
from collectief.bulk import actions, chunks, inline, jobs, queries, steps
from collectief.bulk.models import Batch, BatchChunk
from collectief.bulk.rules import KEPT, Outcome, Planned
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.inbox.models import Message
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import LANES, Moment, Request, Subject
from collectief.mutations.models import Mutation
from collectief.participants.models import Participant
from collectief.participants.register import RegisterSilent
from collectief.scope.database import opened
from collectief.scope.scope import NotAllowed
from tests.bulk_world import again, demo_file, done, planned, received
from tests.world import agency, member_of

pytestmark = [pytest.mark.usefixtures("register"), pytest.mark.django_db, pytest.mark.feature("U21")]


def test_every_row_of_a_good_file_is_carried_out(ours, number, tmp_path):
    batch = done(ours.scope, demo_file(tmp_path, number, rows=60))
    assert (batch.state, batch.outcome_counts["processed"]) == ("done", 60)
    with opened(ours.scope):
        assert Participation.objects.count() == 60
        assert Mutation.objects.filter(state="processed").count() == 60
        assert not BatchChunk.objects.filter(outcomes="").exists()


@pytest.mark.feature("X02")
def test_the_plan_says_per_row_what_and_why_and_changes_nothing(ours, number, tmp_path):
    batch = planned(ours.scope, demo_file(tmp_path, number, rows=80, bad=40))
    counts = batch.planned_counts
    assert batch.state == "planned"
    assert sum(counts.values()) == 80
    assert counts["rejected"] > 10
    with opened(ours.scope):
        assert not Participation.objects.exists()
        rows, total = queries.page_of_rows(batch, which="rejected", size=200)
        assert total == counts["rejected"]
        assert all(row.problems for row in rows)
        assert [row.number for row in rows] == sorted(row.number for row in rows)


@pytest.mark.feature("X02")
def test_the_good_rows_are_accepted_and_the_bad_become_rejected_mutations(ours, number, tmp_path):
    batch = done(ours.scope, demo_file(tmp_path, number, rows=80, bad=40))
    outcomes = batch.outcome_counts
    assert outcomes["processed"] == batch.planned_counts["new"]
    assert outcomes["rejected"] == batch.planned_counts["rejected"]
    with opened(ours.scope):
        assert Mutation.objects.filter(state="rejected").count() == outcomes["rejected"]


def test_the_same_file_again_changes_nothing(ours, number, tmp_path):
    path = demo_file(tmp_path, number, rows=60)
    done(ours.scope, path)
    with opened(ours.scope):
        before = Mutation.objects.count(), Participation.objects.count(), Participant.objects.count()
    batch = done(ours.scope, path)
    assert batch.outcome_counts["unchanged"] == 60
    with opened(ours.scope):
        assert (Mutation.objects.count(), Participation.objects.count(), Participant.objects.count()) == before


def test_the_brp_is_asked_once_about_a_person(ours, number, tmp_path, register):
    path = demo_file(tmp_path, number, rows=40)
    done(ours.scope, path)
    done(ours.scope, path)
    assert len(register.asked) == len(set(register.asked)) == 40


def test_a_silent_brp_delays_the_batch_and_loses_nothing(ours, number, tmp_path, register):
    batch = received(ours.scope, demo_file(tmp_path, number, rows=30))
    register.silent = True
    with pytest.raises(RegisterSilent):
        inline.plan(ours.scope, batch.id)
    assert again(ours.scope, batch).register_silent
    register.silent = False
    for lane in (0, 1):
        jobs.plan_lane(ours.scope, batch.id, lane)
    found = again(ours.scope, batch)
    assert (found.state, found.planned_counts["new"], found.register_silent) == ("planned", 30, False)


@pytest.mark.feature("X02")
def test_a_row_judged_otherwise_since_the_plan_is_not_carried_out(ours, number, tmp_path):
    path = demo_file(tmp_path, number, rows=10)
    batch = planned(ours.scope, path)
    # Meanwhile the same file is sent and accepted by a colleague.
    done(ours.scope, path)
    inline.carry_out(ours.scope, batch.id)
    counts = again(ours.scope, batch).outcome_counts
    # It is so by now: nothing is to be mended.
    assert (counts["processed"], counts["unchanged"], counts["changed_since"]) == (0, 10, 0)
    with opened(ours.scope):
        assert Participation.objects.count() == 10


@pytest.mark.feature("X02")
def test_only_the_plan_that_was_seen_can_be_accepted_and_once(ours, number, tmp_path, moment):
    batch = planned(ours.scope, demo_file(tmp_path, number, rows=3))
    with opened(ours.scope):
        with pytest.raises(actions.NotThePlanSeen):
            actions.accept(ours.scope, batch.id, version=batch.version + 1, moment=moment)
        actions.accept(ours.scope, batch.id, version=batch.version, moment=moment)
        with pytest.raises(actions.NotThePlanSeen):
            actions.accept(ours.scope, batch.id, version=batch.version, moment=moment)


def test_cancelling_leaves_everything_as_it_was(ours, number, tmp_path, moment):
    batch = planned(ours.scope, demo_file(tmp_path, number, rows=5))
    with opened(ours.scope):
        actions.cancel(ours.scope, batch.id, moment)
        assert not Participation.objects.exists()
    assert again(ours.scope, batch).outcome_counts["not_accepted"] == 5


def test_another_agency_and_another_role_cannot_reach_it(ours, number, tmp_path, moment):
    batch = planned(ours.scope, demo_file(tmp_path, number, rows=3))
    theirs = agency(name="Otto").scope
    with opened(theirs), pytest.raises(Batch.DoesNotExist):
        actions.accept(theirs, batch.id, version=1, moment=moment)
    femke = member_of(ours.organisation, roles=["financial"])
    with opened(femke), pytest.raises(NotAllowed):
        actions.accept(femke, batch.id, version=1, moment=moment)


def test_what_was_sent_is_unreadable_after_thirty_days(ours, number, tmp_path):
    batch = done(ours.scope, demo_file(tmp_path, number, rows=3))
    jobs.forget_before(timezone.now() + timedelta(minutes=1))
    found = again(ours.scope, batch)
    assert (found.key_sealed, found.outcome_counts["processed"]) == (None, 3)
    with opened(ours.scope):
        assert not BatchChunk.objects.filter(batch_id=batch.id).exists()
        assert Participation.objects.count() == 3


def test_no_table_holds_a_bsn_in_the_clear(ours, number, tmp_path):
    """Law 5: not in a row, a mutation, a participant or the trail."""
    from collectief.gateways.brp.inhabitants import dummy_bsns

    done(ours.scope, demo_file(tmp_path, number, rows=5, bad=0, seed=9))
    bsns = [bsn.digits for bsn in dummy_bsns(5, seed=9)]
    with opened(ours.scope), connection.cursor() as cursor:
        for table in ("batch", "batch_chunk", "mutation", "participant", "participation", "audit_event"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            text = cursor.fetchone()[0]
            assert text
            assert not [bsn for bsn in bsns if bsn in text], table


def test_enrol_and_terminate_of_one_person_by_form_and_file_stay_in_step(ours, number, tmp_path, moment):
    path = demo_file(tmp_path, number, rows=4)
    done(ours.scope, path)
    with opened(ours.scope):
        participant = Participant.objects.order_by("id").first()
        leave = Application(Kind.TERMINATE, last_day=moment.today, reason="end_of_employment")
        mutations.submit(ours.scope, [Request(leave, Subject(participant_id=participant.id))], moment)
    batch = done(ours.scope, path)
    assert batch.outcome_counts["unchanged"] == 4


def _reminded(scope) -> list[dict]:
    with opened(scope):
        return list(Message.objects.filter(code="plan.due").order_by("id").values_list("facts", flat=True))


def _at_night(day: date) -> Moment:
    """When the job runs, in summer and in winter before the daily mail of half past seven."""
    return Moment(day, datetime(day.year, day.month, day.day, 3, 41, tzinfo=UTC))


@pytest.mark.feature("X08")
@pytest.mark.parametrize("hour", [0, 10, 23])
def test_a_plan_that_waits_is_told_of_after_a_week_and_before_it_ends(ours, number, tmp_path, hour):
    batch = planned(ours.scope, demo_file(tmp_path, number, rows=2))
    came = timezone.localtime(batch.created_at).replace(hour=hour, minute=30)
    with opened(ours.scope):
        Batch.objects.filter(id=batch.id).update(created_at=came)
    theirs = agency(name="Otto")
    otto = theirs.scope
    planned(otto, demo_file(tmp_path, theirs.contracts[0].number, rows=1, name="otto.xlsx"))
    for days, times in ((6, 0), (7, 1), (8, 1), (26, 1), (27, 2), (29, 2)):
        jobs.remind_by(_at_night(came.date() + timedelta(days=days)))
        assert len(_reminded(ours.scope)) == times, days
    # Thirty times 24 hours: over the last Sunday of March or October that is another hour of the day.
    ends = timezone.localdate(came.astimezone(UTC) + KEPT).isoformat()
    assert _reminded(ours.scope)[0] == {"file": batch.file_name, "expires": ends}
    assert {facts["file"] for facts in _reminded(otto)} == {"otto.xlsx"}


@pytest.mark.feature("X08")
def test_after_an_outage_it_is_told_once_and_of_what_was_dealt_with_not_at_all(ours, number, tmp_path):
    late = planned(ours.scope, demo_file(tmp_path, number, rows=2, name="late.xlsx"))
    done(ours.scope, demo_file(tmp_path, number, rows=2, seed=9, name="done.xlsx"))
    for _ in range(2):
        jobs.remind_by(_at_night(timezone.localdate(late.created_at) + timedelta(days=28)))
    assert [facts["file"] for facts in _reminded(ours.scope)] == ["late.xlsx"]


@pytest.mark.feature("X08")
def test_of_a_plan_that_changes_nothing_it_is_not_told(ours, number, tmp_path):
    path = demo_file(tmp_path, number, rows=2)
    done(ours.scope, path)
    same = planned(ours.scope, path)
    wrong = planned(ours.scope, demo_file(tmp_path, "99999", rows=2, seed=9))
    assert (same.planned_counts["unchanged"], wrong.planned_counts["rejected"]) == (2, 2)
    jobs.remind_by(_at_night(timezone.localdate() + timedelta(days=8)))
    assert _reminded(ours.scope) == []


@pytest.mark.parametrize(("path", "came"), [("same", "unchanged"), ("wrong", "rejected")])
def test_a_plan_that_changes_nothing_can_be_brought_to_its_end(ours, number, tmp_path, path, came):
    """Or who sent only bad rows finds none of them at Mislukte verwerkingen (U26)."""
    file = demo_file(tmp_path, number if path == "same" else "99999", rows=2)
    if path == "same":
        done(ours.scope, file)
    ended = done(ours.scope, file)
    assert (ended.state, ended.outcome_counts[came]) == ("done", 2)
    with opened(ours.scope):
        assert Mutation.objects.filter(state="rejected").count() == (2 if path == "wrong" else 0)


def test_the_files_of_one_organisation_do_not_go_before_another_s_first(ours, number, tmp_path):
    otto = agency(name="Otto").scope
    path = demo_file(tmp_path, number, rows=1)
    for scope in (ours.scope, ours.scope, ours.scope, otto):
        batch = received(scope, path)
        with opened(scope):
            steps.enqueue("read", scope, batch.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (args->>'organisation_id')::bigint FROM procrastinate_jobs ORDER BY priority DESC, id")
        order = [organisation for (organisation,) in cursor.fetchall()]
    mine = ours.scope.organisation_id
    assert order == [mine, otto.organisation_id, mine, mine]


def test_one_that_nobody_can_be_found_for_keeps_no_other_waiting(ours, number, tmp_path, monkeypatch):
    bad = planned(ours.scope, demo_file(tmp_path, number, rows=2, name="bad.xlsx"))
    good = planned(ours.scope, demo_file(tmp_path, number, rows=2, seed=9, name="good.xlsx"))
    bare = jobs._bare

    def nobody(found):
        if found.id == bad.id:
            raise NoAccess
        return bare(found)

    monkeypatch.setattr(jobs, "_bare", nobody)
    jobs.remind_by(_at_night(timezone.localdate() + timedelta(days=8)))
    assert [facts["file"] for facts in _reminded(ours.scope)] == ["good.xlsx"]
    jobs.forget_before(timezone.now() + timedelta(days=31))
    with opened(ours.scope):
        kept = {id_: (key, state) for id_, key, state in Batch.objects.values_list("id", "key_sealed", "state")}
    # What people sent is gone, whoever it can be ended for.
    assert kept == {bad.id: (None, "cancelled"), good.id: (None, "cancelled")}


def test_what_can_no_longer_be_read_is_not_accepted(ours, number, tmp_path, moment):
    batch = planned(ours.scope, demo_file(tmp_path, number, rows=2))
    with opened(ours.scope):
        Batch.objects.filter(id=batch.id).update(key_sealed=None)
        with pytest.raises(actions.NotThePlanSeen):
            actions.accept(ours.scope, batch.id, version=batch.version, moment=moment)


def test_what_is_not_one_for_each_row_of_a_chunk_is_not_written(ours, number, tmp_path):
    """One too few, and every later row would be told what became of the one before it (law 3)."""
    batch = received(ours.scope, demo_file(tmp_path, number, rows=3))
    actions.read(ours.scope, batch.id, jobs.moment(), then_plan=False)
    with opened(ours.scope):
        batch = queries.batch(ours.scope, batch.id)
        chunk = next(found for lane in range(LANES) if (found := chunks.take(batch, lane, 0, unplanned=True)))
        rows = len(chunk.numbers)
        with pytest.raises(ValueError, match="each row"):
            chunks.write_plan(batch, chunk, [Planned.NEW] * (rows - 1), {}, "", chunks.Keeping("", [], ""))
        for outcomes, ids in ((rows - 1, rows), (rows, rows + 1)):
            with pytest.raises(ValueError, match="each row"):
                chunks.write_outcomes(batch, chunk, [Outcome.PROCESSED] * outcomes, {}, [0] * ids)
        assert chunks.left(batch.id, lane=chunk.lane, unplanned=True) == [0]


def test_a_row_that_still_waits_has_no_place_in_a_plan(ours, number, tmp_path, monkeypatch):
    monkeypatch.setattr(mutations.Trial, "learn", lambda trial, said: None)
    batch = received(ours.scope, demo_file(tmp_path, number, rows=3))
    with pytest.raises(ValueError, match="waits"):
        inline.plan(ours.scope, batch.id)
    assert again(ours.scope, batch).state == "planning"
