"""Runs: planned once, done in steps, taken up again, and nobody else's (K04, law 3)."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from collectief.audit.models import AuditEvent
from collectief.contracts.models import Insurer
from collectief.reporting.models import FixedMonth
from collectief.reporting.rules import due_month
from collectief.runs import actions, jobs, queries
from collectief.runs.models import Run
from collectief.runs.rules import Kind, NoRun, Preview, RunRefused, RunState, registry
from collectief.scope.database import auditing, housekeeping, office, opened
from collectief.scope.scope import NotAllowed
from tests.office_world import clerk
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K04")]

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
TODAY = date(2026, 11, 28)


class Pile:
    """Work that is done one by one, and a stone in the way of it when that is asked for."""

    def __init__(self, units: int) -> None:
        self.left, self.breaks = units, False

    def preview(self, insurer_id: int, subject: str) -> Preview:
        return Preview(self.left, (("Units", self.left),))

    def step(self, insurer_id: int, subject: str, now: datetime) -> int:
        if self.breaks:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        done = min(1, self.left)
        self.left -= done
        return done


@pytest.fixture
def pile(monkeypatch) -> Pile:
    """The only kind there is."""
    made = Pile(3)
    kind = Kind(
        "pile", "Pile", "Does", "Never", "units", lambda today: ["2026", "2025"], lambda today: "2025",
        lambda subject: subject, made.preview, made.step,
    )  # fmt: skip
    monkeypatch.setattr(registry, "kinds", {"pile": kind})
    return made


@contextmanager
def refused(what: type[Exception], **more):
    """What is refused leaves the rest of the test its transaction."""
    with pytest.raises(what, **more) as found, transaction.atomic():
        yield found


def stands(scope, run_id: int):
    with opened(scope):
        return queries.one_run(scope, run_id)


def queued() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args ->> 'run_id')::bigint FROM procrastinate_jobs WHERE task_name = 'runs.go_on' ORDER BY id"
        )
        return [run_id for (run_id,) in cursor.fetchall()]


def trail(insurer_id: int) -> list[AuditEvent]:
    with auditing(insurer_id):
        return list(AuditEvent.objects.filter(action__startswith="runs.").order_by("id"))


def test_what_is_started_is_done_in_steps_and_in_the_trail(pile):
    sanne = clerk()
    assert queries.preview(sanne, "pile", "2025", today=TODAY).left == 3
    run = actions.start(sanne, "pile", "2025", now=NOW)
    assert queued() == [run]
    planned = stands(sanne, run)
    assert (planned.state, planned.planned_by, planned.done, planned.total) == (RunState.PLANNED, "Sanne-Kok", 0, 3)
    assert actions._step(run)
    half = stands(sanne, run)
    assert (half.state, half.done, half.percent, half.under_way) == (RunState.RUNNING, 1, 33, True)
    actions.go_on(run)
    whole = stands(sanne, run)
    assert (whole.state, whole.done, whole.percent, whole.under_way) == (RunState.DONE, 3, 100, False)
    assert whole.started_at <= whole.finished_at
    started, done = trail(sanne.insurer_id)
    assert (started.action, started.account_id, started.object_ids) == (
        "runs.start", sanne.account_id, {"run": [run]},
    )  # fmt: skip
    assert (done.action, list(done.roles), done.detail["units"]) == ("runs.done", ["automatic"], 3)


def test_what_is_under_way_or_done_is_not_started_again(pile):
    sanne = clerk()
    run = actions.start(sanne, "pile", "2025", now=NOW)
    with refused(RunRefused, match="under_way"):
        actions.start(sanne, "pile", "2025", now=NOW)
    actions.go_on(run)
    actions.go_on(run)
    assert stands(sanne, run).done == 3
    with refused(RunRefused, match="nothing_left"):
        actions.start(sanne, "pile", "2025", now=NOW)
    assert queued() == [run]
    # Something came to do: the same run goes on.
    pile.left = 2
    assert actions.start(sanne, "pile", "2025", now=NOW) == run
    assert (stands(sanne, run).done, stands(sanne, run).total) == (3, 5)
    actions.go_on(run)
    assert (stands(sanne, run).state, stands(sanne, run).done) == (RunState.DONE, 5)


class _Context:
    """A job that failed so often before."""

    def __init__(self, faults: int) -> None:
        self.job = self
        self.priority = -faults


def _tries(run: int, faults: int) -> None:
    """The job itself, as it runs: in no transaction of somebody else's."""
    with transaction.atomic():
        jobs.go_on.func(_Context(faults), run_id=run)


def test_a_step_that_fails_is_undone_and_told_and_the_run_goes_on_where_it_was(pile, monkeypatch):
    sanne = clerk()
    run = actions.start(sanne, "pile", "2025", now=NOW)
    actions._step(run)
    told = []
    monkeypatch.setattr(actions, "stumble", lambda *args, **more: told.append((args, more["last"])))
    pile.breaks = True
    for faults in (0, 4):
        with refused(Exception, match="division"):
            _tries(run, faults)
    assert told == [((run, "DataError"), False), ((run, "DataError"), True)]
    monkeypatch.undo()
    monkeypatch.setattr(registry, "kinds", {"pile": stands_in(pile)})
    actions.stumble(run, "DataError", last=False, now=NOW)
    again = stands(sanne, run)
    assert (again.state, again.done, again.failure, again.failed_at) == (RunState.RUNNING, 1, "DataError", NOW)
    actions.stumble(run, "DataError", last=True, now=NOW)
    assert stands(sanne, run).state == RunState.FAILED
    # Nothing goes on with it until somebody starts it.
    pile.breaks = False
    actions.go_on(run)
    assert stands(sanne, run).done == 1
    assert actions.start(sanne, "pile", "2025", now=NOW) == run
    actions.go_on(run)
    whole = stands(sanne, run)
    assert (whole.state, whole.done, whole.total, whole.failure) == (RunState.DONE, 3, 3, "")


def stands_in(pile: Pile) -> Kind:
    return Kind(
        "pile", "Pile", "Does", "Never", "units", lambda today: ["2025"], lambda today: "2025",
        lambda subject: subject, pile.preview, pile.step,
    )  # fmt: skip


def test_only_who_holds_the_right_and_only_of_the_own_insurer(pile):
    sanne, erik = clerk(), clerk(roles=["auditor"])
    anna = agency().scope
    run = actions.start(sanne, "pile", "2025", now=NOW)
    for scope in (erik, anna):
        for ask in (
            lambda scope: actions.start(scope, "pile", "2026", now=NOW),
            lambda scope: queries.preview(scope, "pile", "2025", today=TODAY),
            lambda scope: queries.runs(scope, page=1, size=10),
            lambda scope: queries.one_run(scope, run),
        ):
            with refused(NotAllowed):
                ask(scope)
    elsewhere = agency(name="Elders", segment="back_office", brand="kantoor-izz", contracts=0)
    theirs = member_of(elsewhere.organisation, roles=["case_handler"], brand="kantoor-izz")
    with refused(NoRun):
        queries.one_run(theirs, run)
    assert queries.runs(theirs, page=1, size=10) == ([], 0)
    assert queries.runs(sanne, page=1, size=10)[1] == 1
    # The database says the same of a customer, whatever our own filters do.
    with opened(anna), connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('run', 'SELECT')")
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize("asked", [("pile", "2024"), ("nothing", "2025"), ("pile", "")])
def test_what_cannot_be_run_is_not_there(pile, asked):
    with refused(NoRun):
        actions.start(clerk(), *asked, now=NOW)


def test_every_night_what_is_due_is_planned_once_and_what_failed_again(pile):
    sanne = clerk()
    actions.plan_due(TODAY, now=NOW)
    actions.plan_due(TODAY, now=NOW)
    with office():
        insurers = Insurer.objects.count()
    with housekeeping():
        runs = list(Run.objects.all())
    assert len(runs) == insurers == len(queued())
    [own] = [one for one in runs if one.insurer_id == sanne.insurer_id]
    assert (own.planned_by, own.planned_by_id, own.subject) == ("", None, "2025")
    [event] = trail(sanne.insurer_id)
    assert (event.action, list(event.roles), event.account_id) == ("runs.plan", ["automatic"], None)
    actions.stumble(own.id, "DataError", last=True, now=NOW)
    actions.plan_due(TODAY, now=NOW)
    assert stands(sanne, own.id).state == RunState.PLANNED


@pytest.mark.feature("U23")
@pytest.mark.feature("U27")
def test_the_month_that_is_due_is_fixed_at_every_insurer():
    ours, elsewhere = agency(), agency(name="Elders", brand="voorbeeld")
    jobs.plan_due(0)
    jobs.plan_due(0)
    month = due_month(date.today())
    assert len(queued()) == 2
    for run in queued():
        actions.go_on(run)
    for customer in (ours, elsewhere):
        with opened(customer.scope):
            assert FixedMonth.objects.filter(month=month).count() == len(customer.contracts)
        with housekeeping():
            found = Run.objects.get(insurer=customer.organisation.insurer_id)
        assert (found.state, found.subject, found.done) == ("done", f"{month:%Y-%m}", len(customer.contracts))
    jobs.plan_due(0)
    assert len(queued()) == 2
