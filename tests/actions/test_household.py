"""A household is enrolled as one, all or none, and insured where they ask (G06, G07)."""

from __future__ import annotations

import dataclasses
from copy import replace
from datetime import date, timedelta

import pytest
from django.db import transaction

from collectief.audit.models import AuditEvent
from collectief.contracts.queries import contracts
from collectief.enrolment import actions as enrolment
from collectief.enrolment import jobs
from collectief.enrolment.facts import Application, Kind, Place
from collectief.enrolment.models import HouseholdMember, Participation
from collectief.enrolment.relatives import household_of
from collectief.enrolment.undoing import not_undone
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.foundation.period import ONE_DAY
from collectief.inbox.models import Message
from collectief.mutations import actions as mutations
from collectief.mutations import lanes
from collectief.mutations import queries as mutation_queries
from collectief.mutations.corridor import Request, Subject
from collectief.mutations.models import Mutation
from collectief.mutations.verdicts import Accepted, Refused, Unchanged, Waiting
from collectief.participants import register as register_module
from collectief.participants.models import Participant
from collectief.policies.models import PolicyTerm
from collectief.scope.database import opened
from collectief.scope.scope import NotAllowed
from tests.household_world import Town, asked, enrol, family, town
from tests.world import agency, confirm, enrolled, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G06")]


@pytest.fixture
def duinstad() -> Town:
    return town()


def terms(where) -> set[tuple[str, int, date, date | None, str]]:
    """Everyone's insurance: whose, what, from, up to, how it is paid."""
    with opened(where.scope):
        names = dict(Participant.objects.values_list("id", "initials"))
        return {
            (names[row.participant_id], row.product_id, row.period.lower, row.period.upper, row.payment)
            for row in PolicyTerm.objects.all()
        }


def counts(where) -> tuple[int, ...]:
    """How many participants, stays, household members and terms there are."""
    with opened(where.scope):
        return tuple(table.objects.count() for table in (Participant, Participation, HouseholdMember, PolicyTerm))


def change(where, participant, moment, **more):
    with opened(where.scope):
        application = Application(Kind.TERMINATE, **more)
        [outcome] = mutations.submit(where.scope, [Request(application, Subject(participant_id=participant))], moment)
    assert isinstance(outcome.verdict, Accepted), outcome.verdict
    return outcome


def test_a_family_is_enrolled_and_insured_as_one(duinstad, moment):
    where, basic = duinstad.customer, duinstad.basic
    outcomes = enrol(where, family(basic), moment)
    assert [type(one.verdict) for one in outcomes] == [Accepted] * 4
    client = outcomes[0].participant_id
    with opened(where.scope):
        found = household_of(where.scope, outcomes[3].participant_id)
        assert found == household_of(where.scope, client)
        holders = set(PolicyTerm.objects.values_list("policyholder_id", flat=True))
        groups = set(Mutation.objects.values_list("group_id", flat=True))
        event = AuditEvent.objects.filter(action="mutation.enrol").latest("id")
        messages = list(Message.objects.values_list("code", flat=True))
    assert [one.place for one in found] == [Place.CLIENT, Place.PARTNER, Place.CHILD, Place.CHILD]
    assert [str(one.name) for one in found] == [f"{one}. de Groot" for one in "ABCD"]
    assert {one.client_id for one in found} == holders == {client}
    assert groups == {outcomes[0].mutation_id}
    assert terms(where) == {(f"{one}.", basic, moment.today, None, "direct_debit") for one in "ABCD"}
    # One event names all four, and each has a message of their own (G11).
    assert set(event.participant_ids) == {one.participant_id for one in outcomes}
    assert (event.outcome, event.detail["mutations"]) == ("success", 4)
    assert messages == ["enrol.processed"] * 4


def test_who_is_insured_elsewhere_takes_part_and_is_not_insured_here(duinstad, moment):
    where = duinstad.customer
    people = family()
    insured = dataclasses.replace(people[1], products=tuple(one.id for one in duinstad.products))
    enrol(where, [people[0], insured], moment, payment="invoice")
    assert terms(where) == {("B.", one.id, moment.today, None, "invoice") for one in duinstad.products}
    assert counts(where) == (2, 2, 2, 3)


def test_one_who_cannot_be_enrolled_leaves_nobody_enrolled_and_each_is_told_why(duinstad, moment):
    where = duinstad.customer
    people = family(duinstad.basic)
    confirm(where.scope, [one.human for one in people], moment)
    other = dataclasses.replace(people[2].human, name=PersonName("X.", "", "Anders"))
    wrong = [*people[:2], dataclasses.replace(people[2], human=other), people[3]]
    with opened(where.scope):
        outcomes = enrolment.enrol_household(where.scope, asked(where, wrong, moment.today), moment)
    codes = [one.verdict.code for one in outcomes]
    assert codes == [*["another_of_group_refused"] * 2, "register_name_differs", "another_of_group_refused"]
    assert counts(where) == (0, 0, 0, 0)
    with opened(where.scope):
        assert set(Mutation.objects.values_list("state", flat=True)) == {"rejected"}
        told = [one.facts["refused"] for one in Message.objects.filter(category="rejection").order_by("id")]
        event = AuditEvent.objects.filter(action="mutation.enrol").latest("id")
    assert told == codes
    assert event.outcome == "failure"
    # Mended, all of them are.
    assert all(isinstance(one.verdict, Accepted) for one in enrol(where, people, moment))
    assert counts(where) == (4, 4, 4, 4)


def test_what_is_wrong_with_the_household_is_refused_too(duinstad, moment):
    people = family()
    grown = dataclasses.replace(people[2].human, birth_date=BirthDate(2000, 1, 1))
    outcomes = enrol(duinstad.customer, [people[0], dataclasses.replace(people[2], human=grown)], moment)
    assert [one.verdict for one in outcomes] == [Refused("another_of_group_refused"), Refused("child_adult")]
    assert counts(duinstad.customer) == (0, 0, 0, 0)


def test_a_product_that_is_not_sold_then_is_refused(duinstad, moment):
    [outcome] = enrol(duinstad.customer, family(duinstad.basic + 1_000_000)[:1], moment)
    assert outcome.verdict == Refused("product_not_sold", {"day": moment.today.isoformat()})


def test_the_same_twice_changes_nothing_twice(duinstad, moment):
    people = family(duinstad.basic)
    enrol(duinstad.customer, people, moment)
    again = enrol(duinstad.customer, people, moment)
    assert {type(one.verdict) for one in again} == {Unchanged}
    assert counts(duinstad.customer) == (4, 4, 4, 4)
    with opened(duinstad.customer.scope):
        assert Mutation.objects.count() == 4


def test_who_takes_part_already_is_not_enrolled_again_with_others(duinstad, moment):
    people = family()
    enrol(duinstad.customer, people[:1], moment)
    outcomes = enrol(duinstad.customer, people[:2], moment)
    assert [one.verdict.code for one in outcomes] == ["already_so", "another_of_group_refused"]


@pytest.mark.parametrize("more", [{"address": {"street": "Kade", "city": "Duinstad"}}, {}])
def test_who_takes_part_already_gets_no_household_and_no_insurance_by_the_way(duinstad, moment, more):
    where, people = duinstad.customer, family(duinstad.basic)
    enrol(where, [dataclasses.replace(people[0], products=())], moment)
    confirm(where.scope, [one.human for one in people], moment)
    there = counts(where)
    requests = [
        replace(one, application=replace(one.application, **more)) for one in asked(where, people, moment.today)
    ]
    with opened(where.scope):
        problems = enrolment.household_problems(where.scope, requests, moment)
        outcomes = enrolment.enrol_household(where.scope, requests, moment)
    assert problems == {0: Refused("already_enrolled", {"first_day": moment.today.isoformat()})}
    assert [type(one.verdict) for one in outcomes] == [Refused] * 4
    assert counts(where) == there
    # Alone they are no household either: what is asked with it is not done half.
    with opened(where.scope):
        [alone] = enrolment.enrol_household(where.scope, requests[:1], moment)
    assert alone.verdict == problems[0]
    assert counts(where) == there


def test_all_wait_for_the_brp_and_all_are_decided_together(duinstad, moment, monkeypatch):
    where = duinstad.customer
    people = family(duinstad.basic)
    # Of the client the BRP said who it is already.
    confirm(where.scope, [people[0].human], moment)
    outcomes = enrol(where, people, moment, known=False)
    assert [type(one.verdict) for one in outcomes] == [Waiting] * 4
    assert counts(where) == (0, 0, 0, 0)
    _answers(monkeypatch, people[:3])
    with pytest.raises(register_module.RegisterSilent):
        _ask(where, outcomes)
    assert counts(where) == (0, 0, 0, 0)
    _answers(monkeypatch, people)
    _ask(where, outcomes)
    assert counts(where) == (4, 4, 4, 4)
    with opened(where.scope):
        client = Mutation.objects.get(id=outcomes[0].mutation_id).participant_id
        assert set(HouseholdMember.objects.values_list("client_id", flat=True)) == {client}
        assert set(PolicyTerm.objects.values_list("policyholder_id", flat=True)) == {client}
        assert not Mutation.objects.filter(bsn_sealed__isnull=False).exists()


def test_one_whom_the_brp_does_not_know_leaves_nobody_enrolled(duinstad, moment, monkeypatch):
    where = duinstad.customer
    people = family()
    outcomes = enrol(where, people, moment, known=False)
    _answers(monkeypatch, people[:3], absent=people[3:])
    _ask(where, outcomes)
    assert counts(where) == (0, 0, 0, 0)
    with opened(where.scope):
        codes = list(Mutation.objects.order_by("id").values_list("code", flat=True))
    assert codes == [*["another_of_group_refused"] * 3, "register_unknown"]


def _answers(monkeypatch, people, absent=()):
    humans = {one.human.bsn: one.human for one in people}

    class Says:
        def look_up(self, bsns):
            from collectief.gateways.brp.port import LookUp, RegisteredPerson

            found = {
                bsn: RegisteredPerson(bsn, human.name, human.birth_date, False)
                for bsn in bsns
                if (human := humans.get(bsn))
            }
            nobody = frozenset(one.human.bsn for one in absent)
            return LookUp(found, nobody, tuple(bsn for bsn in bsns if bsn not in found and bsn not in nobody))

    monkeypatch.setattr(register_module, "current_register", Says)


def _ask(where, outcomes):
    jobs.ask_register(
        organisation_id=where.organisation.id, account_id=where.scope.account_id, brand=where.scope.brand,
        mutation_ids=[one.mutation_id for one in outcomes],
    )  # fmt: skip


@pytest.mark.feature("X05")
def test_taken_back_or_undone_they_go_as_they_came(duinstad, moment):
    where = duinstad.customer
    ahead = moment.today + timedelta(days=20)
    outcomes = enrol(where, family(duinstad.basic), moment, first_day=ahead)
    with opened(where.scope):
        enrolment.withdraw(where.scope, outcomes[2].mutation_id, moment)
        assert set(Mutation.objects.values_list("state", flat=True)) == {"withdrawn"}
        assert AuditEvent.objects.filter(action="mutation.withdraw").count() == 4
    assert counts(where)[1:] == (0, 0, 0)
    outcomes = enrol(where, family(duinstad.basic), moment)
    with opened(where.scope):
        outcome = enrolment.reverse(where.scope, outcomes[0].mutation_id, moment)
        assert isinstance(outcome.verdict, Accepted)
        states = Mutation.objects.filter(id__in=[one.mutation_id for one in outcomes]).values_list("state", flat=True)
        assert list(states) == ["reversed"] * 4
    assert counts(where)[1:] == (0, 0, 0)


@pytest.mark.feature("X05")
def test_a_household_of_which_one_has_left_is_not_undone(duinstad, moment):
    where = duinstad.customer
    outcomes = enrol(where, family(duinstad.basic), moment)
    leaves = {"last_day": moment.today, "reason": "end_of_contract_membership"}
    change(where, outcomes[3].participant_id, moment, **leaves)
    with opened(where.scope):
        outcome = enrolment.reverse(where.scope, outcomes[0].mutation_id, moment)
        codes = list(Mutation.objects.filter(kind="reverse").order_by("id").values_list("code", flat=True))
    assert outcome.verdict == Refused("built_upon")
    # Nobody is told that they were not enrolled, and are to be enrolled again.
    assert codes == [*["another_of_group_not_undone"] * 3, "built_upon"]
    assert counts(where) == (4, 4, 4, 4)


@pytest.mark.feature("X05")
@pytest.mark.feature("G07")
@pytest.mark.parametrize("days", [0, 20])
@pytest.mark.parametrize("size", [1, 2])
def test_a_client_whom_somebody_joined_later_is_not_undone_before_them(duinstad, moment, days, size):
    where, people = duinstad.customer, family(duinstad.basic)
    first_day = moment.today + timedelta(days=days)
    came = enrol(where, people[:size], moment, first_day=first_day)
    client = came[0].participant_id
    [joins] = enrol(where, people[2:3], moment, client=client, first_day=first_day + timedelta(days=3))
    there = counts(where)

    def taken_back(mutation_id: int):
        with opened(where.scope):
            views = mutation_queries.mutations_of(where.scope, client)
            standing = not_undone(where.scope, views, moment, contracts=contracts(where.scope))
            if days:
                return enrolment.withdraw(where.scope, mutation_id, moment).state, standing
            return enrolment.reverse(where.scope, mutation_id, moment).verdict, standing

    if days:
        with pytest.raises(enrolment.CannotWithdraw, match="joined_since"), transaction.atomic():
            taken_back(came[0].mutation_id)
    else:
        assert taken_back(came[0].mutation_id) == (
            Refused("joined_since"),
            {came[0].mutation_id: Refused("joined_since")},
        )
    assert counts(where) == there
    # Once who came later is gone, they go as they came.
    with opened(where.scope):
        enrolment.withdraw(where.scope, joins.mutation_id, moment)
    done, standing = taken_back(came[0].mutation_id)
    assert done == "withdrawn" or isinstance(done, Accepted)
    assert standing == {}
    assert counts(where)[1:] == (0, 0, 0)


@pytest.mark.feature("G04")
def test_leaving_the_contract_leaves_the_insurance_and_death_ends_it(duinstad, moment):
    where, basic = duinstad.customer, duinstad.basic
    since = moment.today - timedelta(days=10)
    outcomes = enrol(where, family(basic)[:2], moment, first_day=since)
    leaves = {"last_day": moment.today, "reason": "end_of_contract_membership"}
    change(where, outcomes[0].participant_id, moment, **leaves)
    assert ("A.", basic, since, None, "direct_debit") in terms(where)
    died = change(where, outcomes[1].participant_id, moment, last_day=moment.today, reason="deceased")
    assert terms(where) == {
        ("A.", basic, since, None, "direct_debit"), ("B.", basic, since, moment.today + ONE_DAY, "direct_debit"),
    }  # fmt: skip
    with opened(where.scope):
        enrolment.withdraw(where.scope, died.mutation_id, moment)
    assert ("B.", basic, since, None, "direct_debit") in terms(where)


@pytest.mark.parametrize("again", [True, False])
def test_who_was_enrolled_again_after_a_death_is_not_insured_twice_by_taking_that_back(duinstad, moment, again):
    where, [person, *_] = duinstad.customer, family(duinstad.basic)
    since, died = moment.today - timedelta(days=90), moment.today - timedelta(days=60)
    [came] = enrol(where, [person], moment, first_day=since)
    death = change(where, came.participant_id, moment, last_day=died, reason="deceased")
    if again:
        enrol(where, [person], moment, first_day=moment.today - timedelta(days=30))
    insured = terms(where)
    for day in (died, died - ONE_DAY):
        application = Application(
            Kind.TERMINATE, last_day=day, reason="end_of_contract_membership", stay=_first_stay(where)
        )
        with opened(where.scope), transaction.atomic():
            request = Request(application, Subject(participant_id=came.participant_id))
            [outcome] = mutations.submit(where.scope, [request], moment)
            transaction.set_rollback(not again)
        assert isinstance(outcome.verdict, Refused if again else Accepted), outcome.verdict
        assert terms(where) == insured
    with opened(where.scope):
        undone = enrolment.reverse(where.scope, death.mutation_id, moment).verdict
    assert undone == Refused("built_upon") if again else isinstance(undone, Accepted)
    assert (terms(where) == insured) is again


def _first_stay(where) -> int:
    with opened(where.scope):
        return Participation.objects.order_by("id").values_list("id", flat=True)[0]


@pytest.mark.feature("G07")
def test_relatives_are_added_to_a_client(duinstad, moment):
    where, people = duinstad.customer, family(duinstad.basic)
    # Enrolled alone, and before there were households.
    client = enrolled(where, people[0].human, moment)
    outcomes = enrol(where, people[1:3], moment, client=client)
    assert [type(one.verdict) for one in outcomes] == [Accepted] * 2
    with opened(where.scope):
        found = household_of(where.scope, client)
        assert [(one.place, one.client_id) for one in found] == [(Place.PARTNER, client), (Place.CHILD, client)]
        assert set(PolicyTerm.objects.values_list("policyholder_id", flat=True)) == {client}
    # A partner is there by now; another child is welcome.
    [refused] = enrol(where, [dataclasses.replace(family(start=931_000_000)[1])], moment, client=client)
    assert refused.verdict == Refused("partner_twice")
    [accepted] = enrol(where, people[3:], moment, client=client)
    assert isinstance(accepted.verdict, Accepted)
    [itself] = enrol(where, [dataclasses.replace(people[0], place=Place.CHILD)], moment, client=client)
    assert itself.verdict == Refused("same_person_twice")


def _joins(where, client: int) -> list[str]:
    """As whom people joined somebody, and as what they stand in the tables."""
    with opened(where.scope):
        return sorted(HouseholdMember.objects.filter(client_id=client).values_list("place", flat=True))


@pytest.mark.feature("G07")
@pytest.mark.parametrize("meanwhile", ["nothing", "another partner", "the client left"])
def test_a_household_that_waited_is_judged_by_how_it_stands_when_the_brp_answers(duinstad, moment, meanwhile):
    where = duinstad.customer
    client, partner, *_ = family()
    first_day = moment.today - timedelta(days=5)
    [came] = enrol(where, [client], moment, first_day=first_day)
    [waits] = enrol(where, [partner], moment, client=came.participant_id, known=False)
    assert waits.verdict == Waiting()
    if meanwhile == "another partner":
        [other] = enrol(where, [family(start=931_000_000)[1]], moment, client=came.participant_id)
        assert isinstance(other.verdict, Accepted)
    elif meanwhile == "the client left":
        leave = {"last_day": moment.today - timedelta(days=1), "reason": "end_of_contract_membership"}
        change(where, came.participant_id, moment, **leave)
    confirm(where.scope, [partner.human], moment)
    with opened(where.scope):
        enrolment.take_answers(where.scope, [waits.mutation_id], {}, moment)
        decided = Mutation.objects.get(id=waits.mutation_id)
    assert (decided.state, decided.code, _joins(where, came.participant_id)) == {
        "nothing": ("processed", "", ["client", "partner"]),
        "another partner": ("rejected", "partner_twice", ["client", "partner"]),
        "the client left": ("rejected", "client_not_there", ["client"]),
    }[meanwhile]


@pytest.mark.feature("G07")
def test_of_two_partners_added_at_once_the_second_is_refused(duinstad, moment, monkeypatch):
    where = duinstad.customer
    client, partner, *_ = family()
    [came] = enrol(where, [client], moment)
    other = family(start=931_000_000)[1]
    confirm(where.scope, [partner.human, other.human], moment)
    lock = lanes.lock_people

    def locked_after_a_colleague(scope, subjects):
        monkeypatch.setattr(lanes, "lock_people", lock)
        [first] = enrolment.enrol_household(
            where.scope, asked(where, [other], moment.today, client=came.participant_id), moment
        )
        assert isinstance(first.verdict, Accepted)
        return lock(scope, subjects)

    monkeypatch.setattr(lanes, "lock_people", locked_after_a_colleague)
    with opened(where.scope):
        [second] = enrolment.enrol_household(
            where.scope, asked(where, [partner], moment.today, client=came.participant_id), moment
        )
    assert second.verdict == Refused("partner_twice")
    assert _joins(where, came.participant_id) == ["client", "partner"]


@pytest.mark.feature("G07")
def test_relatives_come_on_a_day_on_which_the_client_is_there(duinstad, moment):
    where, people = duinstad.customer, family()
    [came] = enrol(where, people[:1], moment)
    before = moment.today - timedelta(days=1)
    [outcome] = enrol(where, people[1:2], moment, first_day=before, client=came.participant_id)
    assert outcome.verdict == Refused("client_not_there", {"day": before.isoformat()})


@pytest.mark.feature("G07")
def test_a_partner_who_has_left_makes_room_for_another(duinstad, moment):
    where, people = duinstad.customer, family()
    outcomes = enrol(where, people[:2], moment, first_day=moment.today - timedelta(days=10))
    last_day = moment.today - ONE_DAY
    change(where, outcomes[1].participant_id, moment, last_day=last_day, reason="end_of_contract_membership")
    other = family(start=931_000_000)[1:2]
    [outcome] = enrol(where, other, moment, client=outcomes[0].participant_id)
    assert isinstance(outcome.verdict, Accepted)


@pytest.mark.feature("G07")
def test_who_is_insured_already_is_not_insured_twice(duinstad, moment):
    where, people = duinstad.customer, family(duinstad.basic)
    outcomes = enrol(where, people[:2], moment, first_day=moment.today - timedelta(days=10))
    leaves = {"last_day": moment.today, "reason": "end_of_contract_membership"}
    change(where, outcomes[1].participant_id, moment, **leaves)
    [outcome] = enrol(where, people[1:2], moment, first_day=moment.today + ONE_DAY, client=outcomes[0].participant_id)
    assert outcome.verdict == Refused("already_insured")


@pytest.mark.feature("G13")
def test_a_household_is_of_who_reaches_the_contract(duinstad, moment):
    where = duinstad.customer
    outcomes = enrol(where, family(), moment)
    elsewhere = member_of(where.organisation, roles=["administrative"], contracts=where.contracts[1:])
    with opened(elsewhere):
        assert household_of(elsewhere, outcomes[0].participant_id) == []
    here = member_of(where.organisation, roles=["administrative"], contracts=where.contracts[:1])
    with opened(here):
        assert len(household_of(here, outcomes[0].participant_id)) == 4


def test_another_organisation_and_who_may_not_change_find_nothing_to_do(duinstad, moment):
    where = duinstad.customer
    outcomes = enrol(where, family(), moment)
    other = agency(segment="municipality", name="Gemeente Elders")
    with opened(other.scope):
        assert household_of(other.scope, outcomes[0].participant_id) == []
        assert HouseholdMember.objects.count() == 0
    koen = member_of(where.organisation, roles=["financial"])
    with opened(koen), pytest.raises(NotAllowed):
        enrolment.enrol_household(koen, asked(where, family(start=931_000_000), moment.today), moment)
    with opened(koen), pytest.raises(NotAllowed):
        household_of(koen, outcomes[0].participant_id)
    assert counts(where)[0] == 4


@pytest.mark.feature("G12")
def test_an_agency_enrols_no_households(moment):
    ours = agency()
    outcomes = enrol(ours, family(), moment)
    assert {one.verdict.code for one in outcomes} == {"not_for_this_segment"}
