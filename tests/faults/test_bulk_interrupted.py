"""What comes between plan and result: answers that have had their time, rights that are gone, faults of our own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from collectief.access.models import Membership
from collectief.bulk import actions, chunks, housework, inline, jobs, steps
from collectief.bulk.rules import State
from collectief.enrolment.models import Participation
from collectief.gateways.brp.inhabitants import dummy_bsns
from collectief.participants import register as register_module
from collectief.scope.database import housekeeping, office, opened
from tests.bulk_world import NEXT_MONTH_END, again, demo_file, done, file_of, planned, received, row_of
from tests.world import agency

pytestmark = [pytest.mark.usefixtures("committed_db", "register"), pytest.mark.feature("U21")]


def _accepted(ours, folder, rows: int = 6):
    batch = planned(ours.scope, demo_file(folder, ours.contracts[0].number, rows=rows))
    with opened(ours.scope):
        actions.accept(ours.scope, batch.id, version=batch.version, moment=jobs.moment())
    return batch


def _job(ours, batch, faults: int = 0):
    context = SimpleNamespace(job=SimpleNamespace(priority=-faults))
    ids = {
        "organisation_id": ours.scope.organisation_id, "account_id": ours.scope.account_id,
        "brand": ours.scope.brand, "batch_id": batch.id,
    }  # fmt: skip
    return context, ids


def test_the_brp_is_asked_again_when_its_answers_have_had_their_time(tmp_path, register, monkeypatch):
    ours = agency()
    batch = _accepted(ours, tmp_path)
    assert len(register.asked) == 6
    soon = timezone.now() + register_module.RECENT + timedelta(hours=1)
    monkeypatch.setattr(jobs, "moment", lambda: jobs.Moment(timezone.localdate(soon), soon))
    for lane in (0, 1):
        jobs.carry_out_lane(ours.scope, batch.id, lane)
    assert len(register.asked) == 12
    assert again(ours.scope, batch).outcome_counts["processed"] == 6


@pytest.mark.parametrize("known_by_then", [True, False])
def test_a_plan_put_off_asks_again_about_those_alone_whom_the_brp_did_not_know(
    tmp_path, register, monkeypatch, known_by_then
):
    ours, people = agency(), list(dummy_bsns(6, seed=5))
    register.absent = {people[0]}
    path = file_of(tmp_path, *(row_of(bsn, ours.contracts[0].number) for bsn in people))
    batch = planned(ours.scope, path)
    with opened(ours.scope):
        actions.accept(ours.scope, batch.id, version=batch.version, moment=jobs.moment())
    register.asked.clear()
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(jobs, "moment", lambda: jobs.Moment(timezone.localdate(tomorrow), tomorrow))
    if known_by_then:
        register.absent = set()
    for lane in (0, 1):
        jobs.carry_out_lane(ours.scope, batch.id, lane)
    assert register.asked == [people[0]]
    # What was not agreed to is not done: who is known by now is sent again.
    outcome = "changed_since" if known_by_then else "rejected"
    found = {key: count for key, count in again(ours.scope, batch).outcome_counts.items() if count}
    assert found == {"processed": 5, outcome: 1}


def test_who_the_brp_did_not_know_is_enrolled_by_sending_the_file_again(tmp_path, register, monkeypatch):
    ours, people = agency(), list(dummy_bsns(2, seed=5))
    register.absent = set(people)
    path = file_of(tmp_path, *(row_of(bsn, ours.contracts[0].number) for bsn in people))
    assert done(ours.scope, path).outcome_counts["rejected"] == 2
    register.absent = set()
    # An hour later.
    monkeypatch.setattr(register_module, "RECENT_REFUSAL", timedelta(0))
    assert done(ours.scope, path).outcome_counts["processed"] == 2


def test_a_silent_brp_while_carrying_out_leaves_every_row_to_do(tmp_path, register, monkeypatch):
    ours = agency()
    batch = _accepted(ours, tmp_path)
    register.silent = True
    soon = timezone.now() + register_module.RECENT + timedelta(hours=1)
    monkeypatch.setattr(jobs, "moment", lambda: jobs.Moment(timezone.localdate(soon), soon))
    with pytest.raises(register_module.RegisterSilent):
        jobs.carry_out_lane(ours.scope, batch.id, 0)
    found = again(ours.scope, batch)
    assert (found.state, found.register_silent) == (State.CARRYING_OUT, True)
    with opened(ours.scope):
        assert chunks.done(batch.id, unplanned=False) == 0
        assert not Participation.objects.exists()


def test_who_lost_their_rights_sees_the_batch_stopped_and_nothing_changed(tmp_path):
    ours = agency()
    batch = _accepted(ours, tmp_path)
    with office():
        Membership.objects.filter(account_id=ours.scope.account_id).update(is_active=False)
    context, ids = _job(ours, batch)
    jobs.carry_out.func(context, lane=0, **ids)
    found = again(ours.scope, batch)
    assert (found.state, found.code, found.outcome_counts["not_accepted"]) == (State.STOPPED, "no_access", 6)
    with opened(ours.scope):
        assert not Participation.objects.exists()


def test_who_may_not_change_participants_any_more_does_not(tmp_path):
    ours = agency()
    batch = _accepted(ours, tmp_path)
    with office():
        Membership.objects.filter(account_id=ours.scope.account_id).update(roles=["financial"])
    context, ids = _job(ours, batch)
    jobs.carry_out.func(context, lane=0, **ids)
    jobs.carry_out.func(context, lane=1, **ids)
    assert again(ours.scope, batch).state == State.STOPPED
    with opened(ours.scope):
        assert not Participation.objects.exists()


def test_a_fault_of_our_own_is_tried_again_and_then_said_and_in_the_log(tmp_path, monkeypatch, caplog):
    ours = agency()
    batch = _accepted(ours, tmp_path)

    def broken(*args):
        raise RuntimeError("a fault")

    monkeypatch.setattr(actions, "carry_out_chunk", broken)
    context, ids = _job(ours, batch)
    with pytest.raises(RuntimeError):
        jobs.carry_out.func(context, lane=0, **ids)
    assert again(ours.scope, batch).state == State.CARRYING_OUT
    context, ids = _job(ours, batch, faults=4)
    with pytest.raises(RuntimeError):
        jobs.carry_out.func(context, lane=0, **ids)
    found = again(ours.scope, batch)
    assert (found.state, found.code, found.outcome_counts["not_accepted"]) == (State.STOPPED, "our_fault", 6)
    assert f"batch {batch.id} stopped: RuntimeError" in caplog.messages, "and not what the fault says"


def test_a_file_cancelled_before_it_is_read_stays_cancelled(tmp_path):
    ours = agency()
    batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=5))
    with opened(ours.scope):
        actions.cancel(ours.scope, batch.id, jobs.moment())
    actions.read(ours.scope, batch.id, jobs.moment())
    assert again(ours.scope, batch).state == State.CANCELLED


def test_who_cancels_a_file_while_it_is_read_need_not_wait_for_that(tmp_path, monkeypatch):
    ours = agency()
    batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=5))
    take_in = actions.take_in

    def while_others_go_on(*given):
        taken = take_in(*given)
        # Another connection, as a page has; `result` would wait for as long as the reading does.
        with ThreadPoolExecutor(1) as page:
            page.submit(_cancel, ours.scope, batch.id).result(timeout=60)
        return taken

    monkeypatch.setattr(actions, "take_in", while_others_go_on)
    actions.read(ours.scope, batch.id, jobs.moment())
    assert again(ours.scope, batch).state == State.CANCELLED
    with opened(ours.scope):
        assert not chunks.left(batch.id, unplanned=True)


def _cancel(scope, batch_id: int) -> None:
    try:
        with opened(scope):
            actions.cancel(scope, batch_id, jobs.moment())
    finally:
        connection.close()


def test_a_batch_nobody_works_on_is_found_and_taken_up_again(tmp_path):
    """A command that was interrupted leaves a batch for which there is no job."""
    from collectief.scope.database import opened as opened_again

    ours = agency()
    batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=5))
    with housekeeping():
        [idle] = housework.idle_batches(timezone.now() + timedelta(minutes=3))
    assert (idle.id, idle.step) == (batch.id, "read")
    with opened_again(ours.scope):
        steps.enqueue(idle.step, ours.scope, idle.id)
        # Asked twice it is still one job.
        steps.enqueue(idle.step, ours.scope, idle.id)
    with housekeeping():
        assert housework.idle_batches(timezone.now() + timedelta(minutes=3)) == []


def test_files_that_were_left_behind_are_removed_and_awaited_ones_are_not(tmp_path):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from collectief.bulk import vault

    ours = agency()
    waiting = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3))
    left_behind = default_storage.save("uploads/of-an-upload-that-broke-off", ContentFile(b"sealed"))
    with housekeeping():
        awaited = housework.awaited_files()
    vault.remove_files_but(awaited, before=timezone.now() - timedelta(days=1))
    assert default_storage.exists(left_behind)
    vault.remove_files_but(awaited, before=timezone.now() + timedelta(minutes=1))
    assert not default_storage.exists(left_behind)
    assert default_storage.exists(waiting.stored_as)


def test_a_batch_of_who_lost_their_rights_is_woken_to_be_stopped(tmp_path, monkeypatch):
    ours = agency()
    batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3))
    with office():
        Membership.objects.filter(account_id=ours.scope.account_id).update(is_active=False)
    monkeypatch.setattr(jobs, "_IDLE", timedelta(minutes=-1))
    jobs.wake.func(0)
    with housekeeping():
        assert housework.idle_batches(timezone.now() + timedelta(minutes=3)) == []
    context, ids = _job(ours, batch)
    jobs.read.func(context, **ids)
    assert again(ours.scope, batch).state == State.STOPPED


def test_a_plan_nobody_accepted_ends_after_its_thirty_days(tmp_path):
    ours = agency()
    batch = planned(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=5))
    jobs.forget_before(timezone.now() + timedelta(minutes=1))
    found = again(ours.scope, batch)
    assert (found.state, found.key_sealed, found.outcome_counts["not_accepted"]) == (State.CANCELLED, None, 5)
    with opened(ours.scope), pytest.raises(actions.NotThePlanSeen):
        actions.accept(ours.scope, batch.id, version=batch.version, moment=jobs.moment())


def test_a_result_stays_thirty_days_from_when_it_was_there(tmp_path):
    ours = agency()
    batch = _accepted(ours, tmp_path)
    for lane in (0, 1):
        jobs.carry_out_lane(ours.scope, batch.id, lane)
    with opened(ours.scope):
        from collectief.bulk.models import Batch

        Batch.objects.filter(id=batch.id).update(created_at=timezone.now() - timedelta(days=40))
    jobs.forget_before(timezone.now() - timedelta(days=30))
    assert again(ours.scope, batch).key_sealed is not None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 a scan under another name", "not_a_spreadsheet"),
        (b"\x89PNG\r\n\x1a\n and so on", "not_a_spreadsheet"),
        (b"PK\x03\x04 cut off", "unreadable"),
    ],
)
def test_a_file_that_is_none_ends_refused_with_nothing_changed_and_a_trail(tmp_path, content, code):
    from collectief.audit.models import AuditEvent

    ours = agency()
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)
    batch = received(ours.scope, path)
    actions.read(ours.scope, batch.id, jobs.moment())
    found = again(ours.scope, batch)
    assert (found.state, found.code, found.rows) == (State.REFUSED, code, 0)
    with opened(ours.scope):
        assert not Participation.objects.exists()
        event = AuditEvent.objects.order_by("-id").first()
        assert (event.action, event.outcome, event.detail["code"]) == ("batch.refused", "failure", code)
    # Read again, as a worker that died just then would: still the same.
    actions.read(ours.scope, batch.id, jobs.moment())
    assert again(ours.scope, batch).state == State.REFUSED


def test_ten_thousand_rows_of_enrolments_and_then_their_terminations(tmp_path):
    from collectief.demo.files import write_leavers

    ours = agency()
    number = ours.contracts[0].number
    batch = received(ours.scope, demo_file(tmp_path, number, rows=10_000))
    inline.plan(ours.scope, batch.id)
    inline.carry_out(ours.scope, batch.id)
    assert again(ours.scope, batch).outcome_counts["processed"] == 10_000
    path = tmp_path / "leavers.xlsx"
    write_leavers(path, rows=10_000, contract=number, last_day=NEXT_MONTH_END)
    leavers = received(ours.scope, path)
    inline.plan(ours.scope, leavers.id)
    inline.carry_out(ours.scope, leavers.id)
    assert again(ours.scope, leavers).outcome_counts["processed"] == 10_000
    with opened(ours.scope):
        assert Participation.objects.filter(reason="end_of_employment").count() == 10_000
