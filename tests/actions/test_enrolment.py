"""Enrolling, terminating, transferring, undoing: through the corridor, into the tables, with a trail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collectief.audit.models import AuditEvent
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.mutations import actions
from collectief.mutations.corridor import Request, Subject
from collectief.mutations.models import Mutation
from collectief.mutations.verdicts import Accepted, Refused, Unchanged, Waiting
from collectief.scope.database import opened
from collectief.scope.scope import NotAllowed
from tests.world import Human, agency, confirm, enrol, enrolled, member_of, valid_bsns

pytestmark = pytest.mark.django_db


@pytest.fixture
def human() -> Human:
    return Human(valid_bsns(1)[0])


@pytest.mark.feature("U18")
def test_who_the_brp_knows_is_enrolled_at_once(human, moment):
    ours = agency()
    confirm(ours.scope, [human], moment)
    with opened(ours.scope):
        request = enrol(ours.scope, human, ours.contracts[0].number, date(2026, 11, 1), reference="P-100")
        [outcome] = actions.submit(ours.scope, [request], moment)
        assert isinstance(outcome.verdict, Accepted)
        stay = Participation.objects.get()
        assert (stay.participant_id, stay.external_reference) == (outcome.participant_id, "P-100")
        assert stay.period.lower == date(2026, 11, 1) and stay.period.upper is None
        mutation = Mutation.objects.get()
        assert mutation.state == "processed"
        assert [step["state"] for step in mutation.trail] == ["received", "processed"]
        assert mutation.bsn_sealed is None
        event = AuditEvent.objects.get()
        assert (event.action, event.participant_ids) == ("mutation.enrol", [outcome.participant_id])


@pytest.mark.feature("U21")
def test_who_the_brp_was_not_asked_about_waits(human, moment):
    ours = agency()
    with opened(ours.scope):
        request = enrol(ours.scope, human, ours.contracts[0].number, date(2026, 11, 1))
        [outcome] = actions.submit(ours.scope, [request], moment)
        assert isinstance(outcome.verdict, Waiting)
        assert Mutation.objects.get().state == "waiting"
        assert not Participation.objects.exists()
    confirm(ours.scope, [human], moment)
    with opened(ours.scope):
        actions.decide_waiting(ours.scope, [outcome.mutation_id], moment)
        mutation = Mutation.objects.get()
        assert (mutation.state, mutation.bsn_sealed) == ("processed", None)
        assert Participation.objects.get().participant_id == mutation.participant_id


@pytest.mark.feature("U21")
def test_the_same_twice_changes_nothing(human, moment):
    ours = agency()
    enrolled(ours, human, moment, since=date(2026, 11, 1))
    with opened(ours.scope):
        again = enrol(ours.scope, human, ours.contracts[0].number, date(2026, 11, 1))
        [outcome] = actions.submit(ours.scope, [again], moment)
        assert isinstance(outcome.verdict, Unchanged)
        assert Mutation.objects.count() == 1


@pytest.mark.feature("U06")
def test_termination_ends_the_stay_on_its_last_day(human, moment):
    ours = agency()
    participant = enrolled(ours, human, moment)
    with opened(ours.scope):
        leave = Application(Kind.TERMINATE, last_day=date(2026, 11, 30), reason="end_of_employment")
        [outcome] = actions.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
        assert isinstance(outcome.verdict, Accepted)
        assert Participation.objects.get().period.upper == date(2026, 12, 1)


@pytest.mark.feature("U06")
def test_termination_before_the_start_is_refused_with_the_start(human, moment):
    ours = agency()
    participant = enrolled(ours, human, moment, since=date(2026, 11, 1))
    with opened(ours.scope):
        leave = Application(Kind.TERMINATE, last_day=date(2026, 10, 1), reason="end_of_employment")
        [outcome] = actions.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
        assert outcome.verdict == Refused("last_day_before_start", {"first_day": "2026-11-01"})
        rejected = Mutation.objects.get(state="rejected")
        assert (rejected.code, rejected.participant_id) == ("last_day_before_start", participant)


@pytest.mark.feature("U21")
def test_enrol_terminate_and_enrol_again_in_one_file(human, moment):
    ours = agency()
    confirm(ours.scope, [human], moment)
    contract = ours.contracts[0].number
    first = enrol(ours.scope, human, contract, date(2026, 8, 1))
    leave = Request(Application(Kind.TERMINATE, last_day=date(2026, 9, 30), reason="end_of_employment"), first.subject)
    again = enrol(ours.scope, human, contract, date(2026, 11, 1))
    with opened(ours.scope):
        outcomes = actions.submit(ours.scope, [first, leave, again], moment)
        assert all(isinstance(outcome.verdict, Accepted) for outcome in outcomes)
        stays = Participation.objects.order_by("period")
        assert [(s.period.lower, s.period.upper) for s in stays] == [
            (date(2026, 8, 1), date(2026, 10, 1)),
            (date(2026, 11, 1), None),
        ]
        twice = actions.submit(ours.scope, [first, leave, again], moment)
        assert all(isinstance(outcome.verdict, Unchanged) for outcome in twice)


def test_who_may_not_change_participants_is_refused(human, moment):
    ours = agency()
    femke = member_of(ours.organisation, roles=["financial"])
    with opened(femke), pytest.raises(NotAllowed):
        actions.submit(femke, [enrol(femke, human, ours.contracts[0].number, date(2026, 11, 1))], moment)


@pytest.mark.feature("U10")
def test_transfer_ends_one_stay_and_begins_the_other(human, moment):
    ours = agency()
    participant = enrolled(ours, human, moment, since=date(2026, 9, 1))
    move = Application(
        Kind.TRANSFER, contract=ours.contracts[0].number, to_contract=ours.contracts[1].number,
        first_day=date(2026, 12, 1),
    )  # fmt: skip
    with opened(ours.scope):
        [outcome] = actions.submit(ours.scope, [Request(move, Subject(participant_id=participant))], moment)
        assert isinstance(outcome.verdict, Accepted)
        stays = Participation.objects.order_by("period").values_list("contract_id", "period")
        assert [(c, p.lower, p.upper) for c, p in stays] == [
            (ours.contracts[0].id, date(2026, 9, 1), date(2026, 12, 1)),
            (ours.contracts[1].id, date(2026, 12, 1), None),
        ]


@pytest.mark.feature("X05")
def test_a_termination_in_error_is_undone_in_one_step(human, moment):
    from collectief.enrolment import actions as enrolment

    ours = agency()
    participant = enrolled(ours, human, moment)
    with opened(ours.scope):
        leave = Application(Kind.TERMINATE, last_day=moment.today - timedelta(days=3), reason="end_of_employment")
        [outcome] = actions.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
        undone = enrolment.reverse(ours.scope, outcome.mutation_id, moment)
        assert isinstance(undone.verdict, Accepted)
        assert Participation.objects.get().period.upper is None
        original = Mutation.objects.get(id=outcome.mutation_id)
        assert original.state == "reversed"
        assert Mutation.objects.get(id=undone.mutation_id).reverses_id == original.id


@pytest.mark.feature("X05")
@pytest.mark.parametrize("days", [-3, 3])
def test_undoing_takes_effect_on_the_first_day_that_it_changes_and_is_not_withdrawn(human, moment, days):
    from collectief.enrolment import actions as enrolment

    ours = agency()
    participant = enrolled(ours, human, moment)
    last_day = moment.today + timedelta(days=days)
    with opened(ours.scope):
        came = Mutation.objects.get()
        leave = Application(Kind.TERMINATE, last_day=last_day, reason="end_of_employment")
        [outcome] = actions.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
        undone = enrolment.reverse(ours.scope, outcome.mutation_id, moment)
        # Not today: on the days between somebody took part no more, and does again.
        assert Mutation.objects.get(id=undone.mutation_id).effective_day == last_day + timedelta(days=1)
        with pytest.raises(enrolment.CannotWithdraw, match="is_reversal"):
            enrolment.withdraw(ours.scope, undone.mutation_id, moment)
        assert Participation.objects.get().period.upper is None
        undone = enrolment.reverse(ours.scope, came.id, moment)
        assert Mutation.objects.get(id=undone.mutation_id).effective_day == came.effective_day


@pytest.mark.feature("X05")
def test_undoing_is_refused_once_something_builds_on_it(human, moment):
    from collectief.enrolment import actions as enrolment

    ours = agency()
    participant = enrolled(ours, human, moment)
    with opened(ours.scope):
        enrolment_id = Mutation.objects.get().id
        leave = Application(Kind.TERMINATE, last_day=moment.today, reason="end_of_employment")
        actions.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
        assert enrolment.reverse(ours.scope, enrolment_id, moment).verdict == Refused("built_upon")
        assert Mutation.objects.get(id=enrolment_id).state == "processed"


@pytest.mark.feature("X05")
def test_a_future_termination_is_withdrawn_and_leaves_everything_as_it_was(human, moment):
    from collectief.enrolment import actions as enrolment

    ours = agency()
    participant = enrolled(ours, human, moment)
    with opened(ours.scope):
        leave = Application(Kind.TERMINATE, last_day=date(2026, 12, 31), reason="end_of_employment")
        [outcome] = actions.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
        withdrawn = enrolment.withdraw(ours.scope, outcome.mutation_id, moment)
        assert withdrawn.state == "withdrawn"
        assert Participation.objects.get().period.upper is None


def test_another_agency_sees_nothing_even_without_our_own_filters(human, moment):
    ours, theirs = agency(), agency(name="Otto Uitzendbureau")
    enrolled(ours, human, moment)
    with opened(theirs.scope):
        assert not Participation.objects.exists()
        assert not Mutation.objects.exists()


def test_being_known_elsewhere_changes_no_answer(human, moment):
    ours, theirs = agency(), agency(name="Otto Uitzendbureau")
    enrolled(ours, human, moment)
    participant = enrolled(theirs, human, moment)
    with opened(theirs.scope):
        assert Participation.objects.get().participant_id == participant
