"""What waits for the BRP: whom it is asked about, what comes of it, and that nobody learns of another's question."""

from __future__ import annotations

import json
from copy import replace
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection

from collectief.access.models import Membership
from collectief.enrolment import actions as enrolment
from collectief.enrolment import jobs
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.gateways.brp.port import LookUp, RegisteredPerson
from collectief.inbox.models import Message
from collectief.mutations import actions, lanes
from collectief.mutations.corridor import LANES, Moment, Request, Subject
from collectief.mutations.models import Mutation
from collectief.mutations.verdicts import Accepted, Refused, Waiting
from collectief.participants import register
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from collectief.segments.profile import Role
from tests.world import Human, agency, confirm, enrol, enrolled, valid_bsns

pytestmark = pytest.mark.django_db


@pytest.fixture
def human() -> Human:
    return Human(valid_bsns(1)[0])


@pytest.fixture
def ours():
    return agency()


@dataclass
class Knows:
    """A register in which one person stands."""

    human: Human

    def look_up(self, bsns) -> LookUp:
        person = RegisteredPerson(self.human.bsn, self.human.name, self.human.birth_date, False)
        return LookUp({self.human.bsn: person}, frozenset(), ())


def answered(scope, human: Human):
    return register.answers(scope, Knows(human).look_up([human.bsn]))


@pytest.mark.feature("U13")
def test_who_comes_back_after_a_year_is_asked_about_by_the_bsn_we_know(ours, human, moment):
    """Nobody types the BSN again in Oud deelnemers."""
    participant = enrolled(ours, human, moment)
    with opened(ours.scope):
        leave = Application(Kind.TERMINATE, last_day=moment.today - timedelta(days=10), reason="end_of_employment")
        actions.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
    later = Moment(moment.today + timedelta(days=90), moment.now + timedelta(days=90))
    back = Application(Kind.RE_ENROL, contract=ours.contracts[0].number, first_day=later.today)
    with opened(ours.scope):
        [outcome] = actions.submit(ours.scope, [Request(back, Subject(participant_id=participant))], later)
        assert isinstance(outcome.verdict, Waiting)
        assert enrolment.whom_to_ask(ours.scope, [outcome.mutation_id]) == [human.bsn]
        enrolment.take_answers(ours.scope, [outcome.mutation_id], answered(ours.scope, human), later)
        assert Mutation.objects.get(id=outcome.mutation_id).state == "processed"
        assert Participation.objects.count() == 2


def test_another_agency_is_asked_about_nobody_by_our_mutation(ours, human, moment):
    theirs = agency(name="Otto")
    with opened(ours.scope):
        [outcome] = actions.submit(
            ours.scope, [enrol(ours.scope, human, ours.contracts[0].number, date(2026, 11, 1))], moment
        )
    with opened(theirs.scope):
        assert enrolment.whom_to_ask(theirs.scope, [outcome.mutation_id]) == []


def test_the_same_asked_twice_while_waiting_is_done_once_and_said(ours, human, moment):
    request = enrol(ours.scope, human, ours.contracts[0].number, date(2026, 11, 1))
    with opened(ours.scope):
        ids = [actions.submit(ours.scope, [request], moment)[0].mutation_id for _ in range(2)]
        enrolment.take_answers(ours.scope, ids, answered(ours.scope, human), moment)
        assert list(Mutation.objects.order_by("id").values_list("state", "code")) == [
            ("processed", ""),
            ("rejected", "already_so"),
        ]
        assert Participation.objects.count() == 1


@pytest.mark.feature("U21")
def test_what_another_agency_asked_makes_no_answer_sooner(ours, human, moment):
    theirs = agency(name="Otto")
    confirm(ours.scope, [human], moment)
    with opened(theirs.scope):
        [outcome] = actions.submit(
            theirs.scope, [enrol(theirs.scope, human, theirs.contracts[0].number, date(2026, 11, 1))], moment
        )
        assert isinstance(outcome.verdict, Waiting)


def test_somebody_without_a_birth_date_in_the_brp_can_be_changed_later(ours, human, moment):
    nameless = answered(ours.scope, human)
    with opened(ours.scope):
        register.keep(ours.scope, {i: replace(a, birth_date=None) for i, a in nameless.items()}, now=moment.now)
        [outcome] = actions.submit(
            ours.scope, [enrol(ours.scope, human, ours.contracts[0].number, date(2026, 11, 1))], moment
        )
        assert isinstance(outcome.verdict, Accepted)
        leave = Application(Kind.TERMINATE, last_day=date(2026, 11, 30), reason="end_of_employment")
        [ended] = actions.submit(ours.scope, [Request(leave, Subject(participant_id=outcome.participant_id))], moment)
        assert isinstance(ended.verdict, Accepted)


def test_what_waits_for_who_lost_their_account_is_rejected_and_said(ours, human, moment):
    with opened(ours.scope):
        [outcome] = actions.submit(
            ours.scope, [enrol(ours.scope, human, ours.contracts[0].number, date(2026, 11, 1))], moment
        )
        actions.reject_waiting(ours.scope, [outcome.mutation_id], moment, code="account_ended")
        mutation = Mutation.objects.get()
        assert (mutation.state, mutation.code, mutation.bsn_sealed) == ("rejected", "account_ended", None)


@pytest.mark.feature("U02")
@pytest.mark.parametrize(
    ("roles", "became"), [(["financial"], ("rejected", "rights_ended")), (["administrative"], ("processed", ""))]
)
def test_what_waits_is_carried_out_for_who_still_may(ours, human, moment, monkeypatch, roles, became):
    with opened(ours.scope):
        [outcome] = enrolment.apply(
            ours.scope, [enrol(ours.scope, human, ours.contracts[0].number, date(2026, 11, 1))], moment
        )
    with office():
        Membership.objects.filter(account_id=ours.scope.account_id).update(roles=roles)
    monkeypatch.setattr(register, "current_register", lambda: Knows(human))
    jobs.ask_register(
        organisation_id=ours.organisation.id, account_id=ours.scope.account_id, brand=ours.scope.brand,
        mutation_ids=[outcome.mutation_id],
    )  # fmt: skip
    with opened(ours.scope):
        assert Mutation.objects.values_list("state", "code").get() == became
        assert Participation.objects.count() == (became[0] == "processed")
        # Told where one looks, and in the messages.
        assert Message.objects.filter(code="enrol.rejected").count() == (became[0] == "rejected")
        with pytest.raises(NotAllowed):
            actions.decide_waiting(replace(ours.scope, roles=frozenset({Role.FINANCIAL})), [], moment)


@pytest.mark.feature("U13")
def test_what_waits_is_asked_about_again_once_its_job_has_failed(ours, moment, monkeypatch, caplog):
    people = [Human(bsn) for bsn in valid_bsns(3)]
    with opened(ours.scope):
        first, waits, withdrawn = (
            enrolment.apply(ours.scope, [enrol(ours.scope, one, ours.contracts[0].number, moment.today)], moment)[0]
            for one in people
        )
        enrolment.withdraw(ours.scope, withdrawn.mutation_id, moment)
    with connection.cursor() as cursor:
        # The first one's job is still to be tried.
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'failed', priority = -4"
            " WHERE task_name = 'enrolment.ask_register' AND NOT args -> 'mutation_ids' @> %s::jsonb",
            [str(first.mutation_id)],
        )
    jobs.wake.func(0)
    jobs.wake.func(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, args, status::text FROM procrastinate_jobs"
            " WHERE task_name = 'enrolment.ask_register' ORDER BY id"
        )
        found = [(id_, json.loads(args), status) for id_, args, status in cursor.fetchall()]
    assert [(args["mutation_ids"], status) for _, args, status in found] == [
        ([first.mutation_id], "todo"), ([waits.mutation_id], "todo"), ([withdrawn.mutation_id], "failed"),
    ]  # fmt: skip
    job_id, args, _ = found[1]
    assert caplog.messages == [f"job {job_id} failed, and mutations wait for it: it is tried again"]
    monkeypatch.setattr(register, "current_register", lambda: Knows(people[1]))
    jobs.ask_register(**args)
    with opened(ours.scope):
        assert Mutation.objects.get(id=waits.mutation_id).state == "processed"


@pytest.mark.feature("X05")
def test_taking_something_back_counts_as_a_change_of_the_lane(ours, human, moment):
    participant = enrolled(ours, human, moment)
    with opened(ours.scope):
        leave = Application(Kind.TERMINATE, last_day=date(2026, 12, 31), reason="end_of_employment")
        [outcome] = actions.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
        before = [lanes.version(ours.scope, lane) for lane in range(LANES)]
        enrolment.withdraw(ours.scope, outcome.mutation_id, moment)
        assert [lanes.version(ours.scope, lane) for lane in range(LANES)] == [number + 1 for number in before]


def said_of(human: Human, *, found: bool = True, deceased: bool = False) -> LookUp:
    person = RegisteredPerson(human.bsn, human.name, human.birth_date, deceased)
    return LookUp({human.bsn: person}, frozenset(), ()) if found else LookUp({}, frozenset([human.bsn]), ())


@pytest.mark.feature("U21")
@pytest.mark.parametrize("said", [{"found": False}, {"deceased": True}], ids=["unknown", "deceased"])
def test_who_was_refused_for_what_the_brp_said_is_asked_about_again(ours, human, moment, said):
    number = ours.contracts[0].number
    with opened(ours.scope):
        register.keep(ours.scope, register.answers(ours.scope, said_of(human, **said)), now=moment.now)
        hour = Moment(moment.today, moment.now + register.RECENT_REFUSAL)
        [refused] = actions.submit(ours.scope, [enrol(ours.scope, human, number, moment.today)], hour)
        assert isinstance(refused.verdict, Refused)
        later = Moment(moment.today, hour.now + timedelta(seconds=1))
        [again] = actions.submit(ours.scope, [enrol(ours.scope, human, number, moment.today)], later)
        assert isinstance(again.verdict, Waiting)
        # The answer that comes now is judged by, whichever it is.
        enrolment.take_answers(ours.scope, [again.mutation_id], answered(ours.scope, human), later)
        assert Mutation.objects.get(id=again.mutation_id).state == "processed"


@pytest.mark.feature("U21")
def test_an_answer_that_comes_in_late_does_not_take_the_place_of_a_newer_one(ours, human, moment):
    """Two files with one person ask at the same time: whichever is kept last, the newest counts."""
    earlier, later = moment.now - timedelta(minutes=1), moment.now
    with opened(ours.scope):
        for asked_at, found in ((later, True), (earlier, False)):
            said = register.answers(ours.scope, said_of(human, found=found))
            register.keep(ours.scope, said, now=asked_at)
        assert [one.found for one in register.recent_answers(ours.scope, list(said), now=later).values()] == [True]
        register.keep(ours.scope, said, now=later + timedelta(minutes=1))
        assert [one.found for one in register.recent_answers(ours.scope, list(said), now=later).values()] == [False]


@pytest.mark.feature("U21")
def test_who_the_brp_knows_is_asked_about_once_in_thirty_days(ours, human, moment):
    confirm(ours.scope, [human], moment)
    for passed, expected in ((register.RECENT, Accepted), (register.RECENT + timedelta(seconds=1), Waiting)):
        later = Moment(moment.today, moment.now + passed)
        with opened(ours.scope):
            [verdict] = actions.Trial(
                ours.scope, [enrol(ours.scope, human, ours.contracts[0].number, moment.today)], later
            ).verdicts
        assert isinstance(verdict, expected)


@pytest.mark.feature("U18")
@pytest.mark.parametrize("beyond", [0, 1])
def test_a_day_that_was_in_time_when_it_was_asked_is_so_when_the_brp_answers_late(ours, human, moment, beyond):
    earliest, _ = ours.scope.profile.window(moment.today)
    later = Moment(moment.today + timedelta(days=3), moment.now + timedelta(days=3))
    asked = enrol(ours.scope, human, ours.contracts[0].number, earliest - timedelta(days=beyond))
    with opened(ours.scope):
        [outcome] = actions.submit(ours.scope, [asked], moment)
        if beyond:
            assert outcome.verdict == Refused("first_day_too_early", {"earliest": earliest.isoformat()})
            return
        enrolment.take_answers(ours.scope, [outcome.mutation_id], answered(ours.scope, human), later)
        assert Mutation.objects.get().state == "processed"
        assert Participation.objects.get().period.lower == earliest
