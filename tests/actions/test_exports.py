"""Lists that are made by themselves: for their owner alone, with the rights of the day, once (X11)."""

from __future__ import annotations

import io
import json
from copy import replace
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from collectief.access.models import Mandate, Membership
from collectief.access.queries import scope_again
from collectief.audit.models import AuditEvent
from collectief.audit.queries import participant_log
from collectief.contracts.models import GroupContract
from collectief.contracts.queries import NoContract
from collectief.exports import actions, jobs, making, queries
from collectief.exports.models import ExportFile, ExportPlan
from collectief.exports.queries import NoExport
from collectief.exports.rules import KEPT, MOST, Every, ExportRefused, Rhythm, Stopped, Which, Wish
from collectief.inbox.models import Message
from collectief.reporting.rules import Span
from collectief.scope.database import housekeeping, office, opened
from collectief.scope.scope import NotAllowed
from tests.exports_world import WEEKLY, due, exported, planned
from tests.web.visiting import crowd
from tests.world import agency, mandated, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X11")]

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
FIRST_OF_MONTH = Rhythm(Every.MONTH, 1)
# Ten days before this one began: the next first day of a month is this one's, whatever day it is.
LAST_MONTH = NOW - timedelta(days=TODAY.day + 9)


@pytest.fixture
def ours():
    made = agency()
    crowd(made, 3)
    return made


def make(plan_id: int, *, now=NOW) -> None:
    making.make(due(plan_id, now=now), now=now)


def files(scope, *, today=TODAY):
    with opened(scope):
        return queries.files(scope, today=today)


def plans(scope):
    with opened(scope):
        return queries.plans(scope)


def rows(scope, file_id: int) -> list[tuple]:
    stream = io.BytesIO()
    with opened(scope):
        actions.take(scope, file_id, stream, now=NOW)
    return list(openpyxl.load_workbook(stream).active.iter_rows(values_only=True))


def events(scope, action: str) -> list[AuditEvent]:
    with opened(scope):
        return list(AuditEvent.objects.filter(action=action).order_by("id"))


def messages(scope) -> list[Message]:
    with opened(scope):
        return list(Message.objects.filter(about="export").order_by("id"))


def test_a_list_is_made_when_it_is_due_and_its_owner_is_told(ours):
    plan_id = planned(ours.scope)
    assert [event.object_ids for event in events(ours.scope, "exports.plan")] == [{"export_plan": [plan_id]}]
    make(plan_id)
    [made] = files(ours.scope)
    assert (made.which, made.lines, made.day, made.keep_until) == (Which.CURRENT, 3, TODAY, TODAY + KEPT)
    heads, *people = rows(ours.scope, made.id)
    assert heads[2] == "Achternaam" and len(people) == 3
    # Who looked at whom is in the trail twice: when it was made for them, and when they took it.
    [event] = events(ours.scope, "exports.make")
    assert len(event.participant_ids) == 3 and event.account_id == ours.scope.account_id
    assert event.access_point == f"{ours.scope.brand}/export"
    [event] = events(ours.scope, "exports.download")
    assert event.object_ids == {"export_plan": [plan_id], "export": [made.id]}
    [told] = messages(ours.scope)
    assert (told.code, told.only_for, told.about_id) == ("export.ready", ours.scope.account_id, plan_id)
    assert told.facts == {"list": "current", "lines": 3, "until": (TODAY + KEPT).isoformat()}
    [plan] = plans(ours.scope)
    assert plan.next_day == WEEKLY.next_after(TODAY)


@pytest.mark.parametrize(("segment", "shown"), [("municipality", True), ("staffing_agency", False)])
def test_the_trail_says_whether_a_list_had_bsns_on_it(segment, shown):
    town = agency(segment=segment)
    crowd(town, 2)
    make(planned(town.scope))
    [made] = files(town.scope)
    heads = rows(town.scope, made.id)[0]
    [event] = events(town.scope, "exports.make")
    assert (event.detail["bsn"], "BSN" in heads) == (shown, shown)


@pytest.mark.feature("G13")
def test_that_a_list_of_one_contract_was_made_is_read_by_who_works_in_that_contract():
    town = agency()
    [person] = crowd(town, 1)
    make(planned(town.scope, contract_id=town.contracts[0].id))
    for contract, told in zip(town.contracts, (["exports.make"], []), strict=True):
        colleague = member_of(town.organisation, roles=["administrative"], name="Dewi")
        fewer = replace(colleague, contracts=frozenset([contract.id]))
        with opened(fewer):
            found = participant_log(fewer, person).lines
        assert [line.action for line in found if line.action.startswith("exports.")] == told


def test_made_twice_on_a_day_it_is_there_once(ours):
    plan_id = planned(ours.scope)
    one = due(plan_id, now=NOW)
    making.make(one, now=NOW)
    making.make(one, now=NOW)
    assert len(files(ours.scope)) == len(messages(ours.scope)) == 1
    assert making.due(TODAY) == []


def test_what_was_due_while_nothing_ran_is_made_once_and_goes_on_in_its_rhythm(ours):
    plan_id = planned(ours.scope, now=NOW - timedelta(days=40))
    make(plan_id)
    assert len(files(ours.scope)) == 1
    assert plans(ours.scope)[0].next_day == WEEKLY.next_after(TODAY)


def test_a_list_of_a_month_that_is_made_late_is_of_the_month_it_was_due_for_and_none_is_left_out(ours):
    contract = ours.contracts[0]
    begun = datetime(2026, 1, 20, 12, tzinfo=UTC)
    rhythm = Rhythm(Every.MONTH, 28)
    plan_id = planned(ours.scope, Which.FLOWS, contract_id=contract.id, rhythm=rhythm, now=begun)
    # Nothing ran from January on, until the first of March.
    late = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for _ in range(2):
        make(plan_id, now=late)
    assert making.due(late.date()) == []
    names = [one.name for one in files(ours.scope, today=late.date())]
    assert names == [f"in-en-uitstroom-{contract.number}-{month}.xlsx" for month in ("2026-01", "2025-12")]
    assert plans(ours.scope)[0].next_day == date(2026, 3, 28)


def test_of_one_contract_and_of_the_month_before(ours):
    contract = ours.contracts[0]
    number = planned(ours.scope, contract_id=ours.contracts[1].id)
    make(number)
    assert files(ours.scope)[0].lines == 0
    number = planned(ours.scope, Which.FLOWS, contract_id=contract.id, rhythm=FIRST_OF_MONTH, now=LAST_MONTH)
    make(number)
    [flows] = [one for one in files(ours.scope) if one.which == Which.FLOWS]
    month = Span.month(TODAY.replace(day=1) - timedelta(days=1)).code
    assert flows.name == f"in-en-uitstroom-{contract.number}-{month}.xlsx"
    assert rows(ours.scope, flows.id)[0][-1] == "In- of uitstroom"


def test_former_participants(ours):
    make(planned(ours.scope, Which.FORMER))
    assert files(ours.scope)[0].name == f"oud-deelnemers-{TODAY}.xlsx"


def test_it_speaks_the_language_it_was_planned_in(ours):
    with opened(ours.scope):
        plan_id = actions.plan(
            ours.scope, Wish(Which.CURRENT, WEEKLY), language="en", now=NOW - timedelta(days=8)
        )  # fmt: skip
    make(plan_id)
    [made] = files(ours.scope)
    assert made.name == f"participants-{TODAY}.xlsx"
    assert rows(ours.scope, made.id)[0][2] == "Surname"


def test_nobody_else_sees_it_and_row_security_says_so_too(ours):
    found = exported(ours.scope)
    colleague = member_of(ours.organisation, roles=["administrative"], name="Dewi")
    assert files(colleague) == plans(colleague) == []
    for scope in (colleague, agency(name="Otto").scope):
        with opened(scope):
            with pytest.raises(NoExport):
                actions.take(scope, found["export_id"], io.BytesIO(), now=NOW)
            with pytest.raises(NoExport):
                actions.stop(scope, found["export_plan_id"], now=NOW)
            # Without any filter of ours.
            assert not ExportFile.objects.exists() and not ExportPlan.objects.exists()
    assert messages(colleague) == []


def test_without_the_role_nothing_can_be_planned_seen_or_taken(ours):
    found = exported(ours.scope)
    bas = member_of(ours.organisation, roles=["account_manager"], name="Bas")
    with opened(bas):
        for refused in (
            lambda: actions.plan(bas, Wish(Which.CURRENT, WEEKLY), language="nl", now=NOW),
            lambda: actions.stop(bas, found["export_plan_id"], now=NOW),
            lambda: actions.take(bas, found["export_id"], io.BytesIO(), now=NOW),
            lambda: queries.plans(bas),
            lambda: queries.files(bas, today=TODAY),
        ):
            with pytest.raises(NotAllowed):
                refused()


def test_where_the_segment_has_none_nothing_can_be_planned():
    employer = agency(name="De Eik", segment="employer", roles=["main_user"], contracts=1)
    with opened(employer.scope), pytest.raises(NotAllowed):
        actions.plan(employer.scope, Wish(Which.CURRENT, WEEKLY), language="nl", now=NOW)


def test_another_contract_or_too_many_are_refused(ours):
    theirs = agency(name="Otto").contracts[0].id
    with opened(ours.scope):
        with pytest.raises(NoContract):
            actions.plan(ours.scope, Wish(Which.CURRENT, WEEKLY, theirs), language="nl", now=NOW)
        for _ in range(MOST):
            last = actions.plan(ours.scope, Wish(Which.CURRENT, WEEKLY), language="nl", now=NOW)
        with pytest.raises(ExportRefused, match="export_too_many"):
            actions.plan(ours.scope, Wish(Which.CURRENT, WEEKLY), language="nl", now=NOW)
        # What is stopped does not count, and stopping it again changes nothing.
        actions.stop(ours.scope, last, now=NOW)
        actions.stop(ours.scope, last, now=NOW + timedelta(hours=1))
        assert ExportPlan.objects.get(id=last).stopped_at == NOW
        actions.plan(ours.scope, Wish(Which.CURRENT, WEEKLY), language="nl", now=NOW)
    assert [event.detail["why"] for event in events(ours.scope, "exports.stop")] == ["by_owner"]


def _stopped(ours, plan_id: int, why: Stopped) -> None:
    """Nothing was made, the plan ended for this reason, and it is never due again."""
    with housekeeping():
        assert not ExportFile.objects.values("id").filter(plan_id=plan_id).exists()
    assert making.due(TODAY) == []
    [event] = events(ours.scope, "exports.stop")
    # By itself, where nobody is left to do it for.
    by_itself = why == Stopped.NO_ACCESS
    assert (event.detail["why"], event.account_id is None) == (why, by_itself)


def test_who_lost_the_role_gets_no_list_any_more(ours):
    anna = member_of(ours.organisation, roles=["administrative"], name="Anna")
    plan_id = planned(anna)
    with office():
        Membership.objects.filter(account_id=anna.account_id).update(roles=["financial"])
    make(plan_id)
    _stopped(ours, plan_id, Stopped.NO_ACCESS)


def test_a_list_that_the_portal_has_switched_off_meanwhile_is_not_made(ours, monkeypatch):
    plan_id = planned(ours.scope, Which.FORMER)
    with monkeypatch.context() as patch:
        patch.setattr("collectief.exports.making.offered", lambda profile: (Which.CURRENT, Which.FLOWS))
        make(plan_id)
    assert files(ours.scope) == [] and making.due(TODAY) == []
    assert [plan.stopped for plan in plans(ours.scope)] == [Stopped.NO_ACCESS]
    assert [event.detail["why"] for event in events(ours.scope, "exports.stop")] == ["no_access"]


def test_nor_who_has_left(ours):
    anna = member_of(ours.organisation, roles=["administrative"], name="Anna")
    plan_id = planned(anna)
    with office():
        Membership.objects.filter(account_id=anna.account_id).update(is_active=False)
    one = due(plan_id, now=NOW)
    making.make(one, now=NOW)
    making.make(one, now=NOW)
    _stopped(ours, plan_id, Stopped.NO_ACCESS)


@pytest.mark.feature("X07")
def test_nor_whose_mandate_was_revoked(ours):
    office_person = agency(name="Kantoor Zuid", segment="administration_office", roles=["administrative"], contracts=0)
    mandate_id = mandated(ours, office_person.scope)
    acting = scope_again(
        office_person.scope.account_id, ours.organisation.id, ours.scope.brand, channel="form", mandate_id=mandate_id
    )
    plan_id = planned(acting)
    make(plan_id)
    [made] = files(acting)
    assert made.lines == 3
    # It is theirs, not of whom they act for.
    assert files(ours.scope) == []
    with office():
        Mandate.objects.filter(id=mandate_id).update(revoked_at=NOW)
    later = NOW + timedelta(days=8)
    make(plan_id, now=later)
    assert making.due(timezone.localdate(later)) == []
    assert [event.detail["why"] for event in events(ours.scope, "exports.stop")] == ["no_access"]


@pytest.mark.feature("G13")
def test_who_works_in_fewer_contracts_now_takes_nothing_made_of_more(ours):
    anna = member_of(ours.organisation, roles=["administrative"], name="Anna")
    plan_id = planned(anna)
    make(plan_id)
    with office():
        Membership.objects.filter(account_id=anna.account_id).update(contracts=[ours.contracts[1].id])
    fewer = scope_again(anna.account_id, ours.organisation.id, anna.brand, channel="form")
    assert files(fewer) == []
    with opened(fewer):
        assert not ExportFile.objects.exists()
    # The next is made of what they reach then.
    later = NOW + timedelta(days=8)
    make(plan_id, now=later)
    assert [one.lines for one in files(fewer, today=timezone.localdate(later))] == [0]
    one_contract = planned(fewer, contract_id=ours.contracts[1].id)
    with office():
        Membership.objects.filter(account_id=anna.account_id).update(contracts=[ours.contracts[0].id])
    make(one_contract)
    other = scope_again(anna.account_id, ours.organisation.id, anna.brand, channel="form")
    assert [plan.stopped for plan in plans(other) if plan.id == one_contract] == [Stopped.NO_CONTRACT]
    assert "export.stopped" in [told.code for told in messages(other)]


def test_of_a_contract_that_ended_there_is_no_month_any_more(ours):
    contract = ours.contracts[1]
    plan_id = planned(ours.scope, Which.FLOWS, contract_id=contract.id, rhythm=FIRST_OF_MONTH, now=LAST_MONTH)
    with office():
        GroupContract.objects.filter(id=contract.id).update(end_day=TODAY.replace(day=1) - timedelta(days=32))
    make(plan_id)
    _stopped(ours, plan_id, Stopped.NO_CONTRACT)


def test_of_a_contract_that_is_still_to_begin_there_is_a_list_with_nobody_in_it(ours):
    contract = ours.contracts[1]
    with office():
        GroupContract.objects.filter(id=contract.id).update(first_day=TODAY)
    make(planned(ours.scope, Which.FLOWS, contract_id=contract.id, rhythm=FIRST_OF_MONTH, now=LAST_MONTH))
    assert [(one.which, one.lines) for one in files(ours.scope)] == [(Which.FLOWS, 0)]
    assert plans(ours.scope)[0].stopped is None


def test_a_file_is_not_legible_where_it_lies_and_killed_half_way_nothing_happened(ours, monkeypatch):
    plan_id = planned(ours.scope)
    one = due(plan_id, now=NOW)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("collectief.exports.making._tell", killed)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            making.make(one, now=NOW)
    assert files(ours.scope) == [] and making.due(TODAY) == [one]
    left_behind = set(default_storage.listdir("exports")[1])
    making.make(one, now=NOW)
    with housekeeping():
        stored_as = ExportFile.objects.values_list("stored_as", flat=True).get()
    with default_storage.open(stored_as, "rb") as stream:
        assert b"PK" not in stream.read()[:4]
    # What broke off is swept, what is awaited stays.
    making.forget(NOW + timedelta(days=2))
    there = set(default_storage.listdir("exports")[1])
    assert stored_as.split("/")[1] in there and not there & left_behind


def test_after_its_term_nothing_is_left(ours):
    plan_id = planned(ours.scope)
    make(plan_id)
    with housekeeping():
        stored_as = ExportFile.objects.values_list("stored_as", flat=True).get()
    with opened(ours.scope):
        actions.stop(ours.scope, plan_id, now=NOW)
    last_day = NOW + KEPT
    making.forget(last_day)
    assert [one.id for one in files(ours.scope, today=timezone.localdate(last_day))]
    making.forget(last_day + timedelta(days=1))
    assert not default_storage.exists(stored_as)
    with housekeeping():
        assert not ExportFile.objects.values("id").exists() and not ExportPlan.objects.values("id").exists()


def test_a_file_of_another_day_does_not_open_in_its_place(ours):
    found = exported(ours.scope)
    other = planned(ours.scope)
    make(other)
    stored = {one.id: one for one in files(ours.scope)}
    with housekeeping():
        swapped = dict(ExportFile.objects.values_list("id", "stored_as"))
    [second] = [one for one in stored if one != found["export_id"]]
    left, right = default_storage.path(swapped[second]), default_storage.path(swapped[found["export_id"]])
    with open(left, "rb") as a, open(right, "rb") as b:
        first, last = a.read(), b.read()
    with open(left, "wb") as a, open(right, "wb") as b:
        a.write(last)
        b.write(first)
    with opened(ours.scope), pytest.raises(actions.Unreadable):
        actions.take(ours.scope, second, io.BytesIO(), now=NOW)


def test_every_plan_that_is_due_gets_one_job(ours):
    plan_id = planned(ours.scope)
    jobs.make_due(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'exports.make'")
        [(given,)] = cursor.fetchall()
    given = given if isinstance(given, dict) else json.loads(given)
    assert given["plan_id"] == plan_id
    jobs.make(**given)
    assert len(files(ours.scope)) == 1
