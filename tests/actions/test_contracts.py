"""Who works in some contracts of an organisation sees and changes what is in those, and nothing else (G13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectief.access.models import Membership
from collectief.access.queries import accounts_within_reach, scope_again
from collectief.audit import queries as trail
from collectief.audit.models import AuditEvent
from collectief.contracts.queries import contracts
from collectief.enrolment import actions as enrolment
from collectief.enrolment import jobs as enrolment_jobs
from collectief.enrolment import queries as lists
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.mutations import actions
from collectief.mutations import queries as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.mutations.models import Mutation
from collectief.mutations.rules import State
from collectief.mutations.verdicts import Accepted, Refused, Unchanged, Waiting
from collectief.participants import queries as participants
from collectief.participants.models import Address, Participant
from collectief.scope.database import office, opened
from collectief.scope.scope import Scope
from tests.world import Agency, Human, agency, confirm, enrol, enrolled, member_of, subject, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G13")]

HUMANS = [Human(bsn) for bsn in valid_bsns(3)]
DAY = date(2026, 11, 24)


@pytest.fixture
def ours() -> Agency:
    return agency(contracts=3)


def limited(ours: Agency, *numbers: int, roles: Sequence[str] = ("administrative",)) -> Scope:
    """A colleague who works in these contracts of the agency."""
    return member_of(ours.organisation, roles=roles, name="Lies", contracts=[ours.contracts[n] for n in numbers])


def give(scope: Scope, contracts: Sequence[int] | None) -> Scope:
    """The scope of who was given other contracts meanwhile."""
    with office():
        Membership.objects.filter(account_id=scope.account_id).update(contracts=contracts)
    return scope_again(scope.account_id, scope.organisation_id, scope.brand, channel=scope.channel)


# --- whatever the world and the choice -----------------------------------------------------------------------------

which = st.integers(0, 2)
days = st.integers(-200, 200).map(lambda number: DAY + timedelta(days=number))
enrolments = st.tuples(st.just(Kind.ENROL), st.integers(0, 2), which, which, days)
leavings = st.tuples(st.just(Kind.TERMINATE), st.integers(0, 2), which, which, days)
moves = st.tuples(st.just(Kind.TRANSFER), st.integers(0, 2), which, which, days)
references = st.tuples(st.just(Kind.CHANGE_REFERENCE), st.integers(0, 2), which, which, days)
asked = st.one_of(enrolments, enrolments, leavings, moves, references)


def request(ours: Agency, one: tuple[Kind, int, int, int, date]) -> Request:
    kind, who, contract, other, day = one
    human, number = HUMANS[who], ours.contracts[contract].number
    if kind == Kind.ENROL:
        return enrol(ours.scope, human, number, day)
    application = {
        Kind.TERMINATE: Application(kind, contract=number, last_day=day, reason="end_of_employment"),
        Kind.TRANSFER: Application(kind, contract=number, to_contract=ours.contracts[other].number, first_day=day),
        Kind.CHANGE_REFERENCE: Application(kind, reference=f"P-{day:%j}"),
    }[kind]
    return Request(application, subject(ours.scope, human.bsn))


@contextmanager
def filters_off(scope: Scope) -> Iterator[Scope]:
    """The database role of the scope, while every filter of ours believes that it reaches all contracts."""
    with opened(scope):
        yield replace(scope, contracts=None)


def shown(scope: Scope, moment) -> tuple[set[int], set[int]]:
    """Every contract that any query shows a stay or a mutation of, and everyone on a list."""
    found: set[int] = {contract.id for contract in contracts(scope)}
    search = lists.Search()
    rows = [
        *lists.current_participants(scope, search, today=moment.today, size=100).rows,
        *lists.former_participants(scope, search, today=moment.today, size=100).rows,
    ]
    people = {row.participant_id for row in rows}
    for participant in Participant.objects.values_list("id", flat=True):
        rows += lists.stays_of(scope, participant, today=moment.today)
        found |= {id_ for view in mutations.mutations_of(scope, participant) for id_ in of_mutation(view.id)}
    found |= {row.contract_id for row in rows}
    views = [
        *mutations.open_mutations(scope, size=100)[0],
        *mutations.rejected_mutations(scope, now=moment.now, size=100)[0],
        *mutations.latest(scope, State.PROCESSED, count=100),
    ]
    found |= {id_ for view in views for id_ in of_mutation(view.id)}
    return found, people


def of_mutation(mutation_id: int) -> set[int]:
    """Every contract that stands anywhere in a mutation: what it touched before and after among them."""
    row = Mutation.objects.get(id=mutation_id)
    sides = [side for line in row.touched for side in (line.get("before"), line.get("after")) if "id" in line]
    return {row.contract_id, row.also_contract_id, *(side["contract_id"] for side in sides if side)} - {None}


def stays(scope: Scope) -> list[tuple[int, int, date, date | None, str, bool]]:
    with opened(scope):
        rows = Participation.objects.order_by("id")
        return [(s.participant_id, s.contract_id, s.period.lower, s.period.upper, s.reason) for s in rows]


@given(
    world=st.lists(asked, min_size=3, max_size=14),
    choice=st.sets(which, min_size=1, max_size=2),
    tried=st.lists(asked, max_size=5),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.timeout(180)
def test_no_query_gives_a_stay_out_of_reach_whatever_was_done(moment, world, choice, tried):
    ours = agency(contracts=3)
    confirm(ours.scope, HUMANS, moment)
    with opened(ours.scope):
        for one in world:
            actions.submit(ours.scope, [request(ours, one)], moment)
    lies = limited(ours, *choice)
    mine = {ours.contracts[number].id for number in choice}
    elsewhere = [stay for stay in stays(ours.scope) if stay[1] not in mine]
    _sees_only(ours, lies, mine, moment)
    with opened(lies):
        outcomes = [actions.submit(lies, [request(ours, one)], moment)[0] for one in tried]
    # Whatever is tried changes nothing outside, and tells of nothing there.
    assert [stay for stay in stays(ours.scope) if stay[1] not in mine] == elsewhere
    for one, outcome in zip(tried, outcomes, strict=True):
        named = {one[2], one[3]} if one[0] == Kind.TRANSFER else {one[2]} if one[0] != Kind.CHANGE_REFERENCE else set()
        if named - choice:
            assert isinstance(outcome.verdict, Refused)
            assert outcome.verdict.code in ("contract_unknown", "participant_unknown")
    _sees_only(ours, lies, mine, moment)


def _sees_only(ours: Agency, lies: Scope, mine: set[int], moment) -> None:
    whole = stays(ours.scope)
    with opened(lies):
        contracts_seen, people = shown(lies, moment)
    assert contracts_seen <= mine
    # Everyone with a stay within reach is on one of the lists, and nobody else.
    within = {stay[0] for stay in whole if stay[1] in mine}
    assert people == within
    with filters_off(lies) as lying:
        assert shown(lying, moment)[0] <= mine
        assert {stay.contract_id for stay in Participation.objects.all()} <= mine
        assert set(Participant.objects.values_list("id", flat=True)) == within
    # And the other way round: our filters alone, as the role that sees all of the organisation.
    with opened(ours.scope):
        assert shown(lies, moment) == (contracts_seen, people)
    # One last stay of each participant, whoever changed what.
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute("SELECT participant_id, count(*) FILTER (WHERE latest) FROM participation GROUP BY 1")
        assert all(count == 1 for _, count in cursor.fetchall())
        cursor.execute(
            "SELECT count(*) FROM participation s WHERE latest AND EXISTS (SELECT FROM participation o"
            " WHERE o.participant_id = s.participant_id AND (o.end_day, o.id) > (s.end_day, s.id))"
        )
        assert cursor.fetchone() == (0,)


# --- one by one ----------------------------------------------------------------------------------------------------


@pytest.fixture
def human() -> Human:
    return HUMANS[0]


def test_somebody_of_two_contracts_is_seen_through_the_one_within_reach(ours, human, moment):
    participant = enrolled(ours, human, moment, since=date(2026, 9, 1))
    enrolled(ours, human, moment, since=date(2026, 10, 1), contract=1)
    for number, day in ((0, date(2026, 9, 1)), (1, date(2026, 10, 1))):
        lies = limited(ours, number)
        with opened(lies):
            [stay] = lists.stays_of(lies, participant, today=moment.today)
            assert (stay.contract_id, stay.first_day) == (ours.contracts[number].id, day)
            [view] = mutations.mutations_of(lies, participant)
            assert view.contract_id == ours.contracts[number].id
    nobody = limited(ours, 2)
    with opened(nobody):
        assert lists.stays_of(nobody, participant, today=moment.today) == []
        with pytest.raises(participants.NotFound):
            participants.participant(nobody, participant)


def test_who_left_here_and_works_elsewhere_is_a_former_participant_here(ours, human, moment):
    participant = enrolled(ours, human, moment, since=date(2026, 6, 1))
    move = Application(
        Kind.TRANSFER, contract=ours.contracts[0].number, to_contract=ours.contracts[1].number,
        first_day=date(2026, 9, 1),
    )  # fmt: skip
    with opened(ours.scope):
        actions.submit(ours.scope, [Request(move, Subject(participant_id=participant))], moment)
    for number, current, former in ((0, 0, 1), (1, 1, 0)):
        lies = limited(ours, number)
        with opened(lies):
            today = moment.today
            assert len(lists.current_participants(lies, lists.Search(), today=today).rows) == current
            assert len(lists.former_participants(lies, lists.Search(), today=today).rows) == former
            assert lists.exact_count(lies, lists.Search(), today=today, former=True) == former
            # A transfer tells of both contracts: who reaches one of them does not see it.
            assert "transfer" not in {view.kind for view in mutations.mutations_of(lies, participant)}
    both = limited(ours, 0, 1)
    with opened(both):
        assert "transfer" in {view.kind for view in mutations.mutations_of(both, participant)}


@pytest.mark.parametrize("how", ["bsn", "participant", "relation_number", "reference"])
@pytest.mark.parametrize("kind", [Kind.TERMINATE, Kind.RE_ENROL, Kind.CHANGE_REFERENCE, Kind.TRANSFER])
def test_somebody_of_another_contract_is_as_unknown_as_nobody(ours, human, moment, how, kind):
    participant = enrolled(ours, human, moment)
    with opened(ours.scope):
        numbered = Application(Kind.CHANGE_REFERENCE, reference="P-1")
        actions.submit(ours.scope, [Request(numbered, Subject(participant_id=participant))], moment)
        relation_number = Participant.objects.get().relation_number
    lies = limited(ours, 1, 2)
    here, other = ours.contracts[1].number, ours.contracts[2].number
    application = {
        Kind.TERMINATE: Application(kind, last_day=moment.today, reason="end_of_employment"),
        Kind.RE_ENROL: Application(kind, contract=here, first_day=moment.today),
        Kind.CHANGE_REFERENCE: Application(kind, reference="P-2"),
        Kind.TRANSFER: Application(kind, contract=here, to_contract=other, first_day=moment.today),
    }[kind]
    theirs, nobodys = {
        "bsn": (subject(lies, human.bsn), subject(lies, HUMANS[2].bsn)),
        "participant": (Subject(participant_id=participant), Subject(participant_id=999_999_999)),
        "relation_number": (Subject(relation_number=relation_number), Subject(relation_number="399999999")),
        "reference": (Subject(reference="P-1"), Subject(reference="P-9")),
    }[how]
    with opened(lies):
        outcomes = actions.submit(lies, [Request(application, theirs), Request(application, nobodys)], moment)
        assert outcomes[0].verdict == outcomes[1].verdict
        assert isinstance(outcomes[0].verdict, Refused)
        assert [outcome.participant_id for outcome in outcomes] == [None, None]
        for outcome in outcomes:
            assert mutations.mutation(lies, outcome.mutation_id).participant_id is None
    with opened(ours.scope):
        assert Participant.objects.get().external_reference == "P-1"
        assert not AuditEvent.objects.filter(account_id=lies.account_id, participant_ids__contains=[participant])


def test_enrolling_somebody_of_another_contract_gives_them_a_stay_here_and_shows_no_other(ours, human, moment):
    participant = enrolled(ours, human, moment, since=date(2026, 9, 1))
    lies = limited(ours, 1)
    address = {"street": "Breestraat", "house_number": "1", "city": "Leiden", "country": "Nederland"}
    with opened(lies):
        asking = enrol(lies, human, ours.contracts[1].number, date(2026, 10, 1), address=address, reference="P-7")
        [outcome] = actions.submit(lies, [asking], moment)
        assert isinstance(outcome.verdict, Accepted)
        assert outcome.participant_id == participant
        [stay] = lists.stays_of(lies, participant, today=moment.today)
        assert stay.contract_id == ours.contracts[1].id
        assert participants.participant(lies, participant).address.city == "Leiden"
    with opened(ours.scope):
        assert Participation.objects.filter(participant_id=participant).count() == 2
        # The reference is the organisation's own: it stands with every stay.
        assert set(Participation.objects.values_list("external_reference", flat=True)) == {"P-7"}


def test_who_the_brp_must_be_asked_about_waits_as_a_newcomer_would(ours, human, moment):
    participant = enrolled(ours, human, moment)
    lies = limited(ours, 1)
    much_later = replace(moment, now=moment.now + timedelta(days=120))
    with opened(lies):
        [outcome] = actions.submit(
            lies, [enrol(lies, human, ours.contracts[1].number, date(2026, 11, 1))], much_later
        )  # fmt: skip
        assert (outcome.verdict, outcome.participant_id) == (Waiting(), None)
    confirm(ours.scope, [human], much_later)
    with opened(lies):
        actions.decide_waiting(lies, [outcome.mutation_id], much_later)
        assert mutations.mutation(lies, outcome.mutation_id).participant_id == participant


def test_a_contract_out_of_reach_is_as_unknown_as_one_that_is_not_there(ours, human, moment):
    confirm(ours.scope, [human], moment)
    lies = limited(ours, 0)
    with opened(lies):
        for number in (ours.contracts[1].number, "99999999"):
            [outcome] = actions.submit(lies, [enrol(lies, human, number, date(2026, 11, 1))], moment)
            assert outcome.verdict == Refused("contract_unknown", {"contract": number})
            assert mutations.mutation(lies, outcome.mutation_id).code == "contract_unknown"


def test_undoing_an_enrolment_leaves_nobody_to_be_seen_and_can_be_done_again(ours, human, moment):
    lies = limited(ours, 0)
    confirm(lies, [human], moment)
    asking = enrol(lies, human, ours.contracts[0].number, date(2026, 11, 1))
    with opened(lies):
        [first] = actions.submit(lies, [asking], moment)
        undone = enrolment.reverse(lies, first.mutation_id, moment)
        assert isinstance(undone.verdict, Accepted)
        with pytest.raises(participants.NotFound):
            participants.participant(lies, first.participant_id)
        [again] = actions.submit(lies, [asking], moment)
        assert isinstance(again.verdict, Accepted)
        assert again.participant_id == first.participant_id
        [twice] = actions.submit(lies, [asking], moment)
        assert isinstance(twice.verdict, Unchanged)


def test_the_database_itself_refuses_a_stay_out_of_reach(ours, human, moment):
    participant = enrolled(ours, human, moment)
    lies = limited(ours, 1)
    with opened(ours.scope):
        stay = Participation.objects.get()
    with opened(lies):
        assert Participation.objects.filter(id=stay.id).update(reason="x") == 0
        assert Participation.objects.filter(id=stay.id).delete()[0] == 0
        assert not Address.objects.exists()
        with pytest.raises(Exception, match="row-level security"), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO participation (insurer_id, organisation_id, participant_id, contract_id, period, reason,"
                " sort_key, birth_date, relation_number, external_reference, initials, prefix, surname)"
                " VALUES (%s, %s, %s, %s, daterange('2020-01-01', NULL), '', '', '', '', '', '', '', '')",
                [lies.insurer_id, lies.organisation_id, participant, ours.contracts[0].id],
            )
        connection.needs_rollback = False
        connection.set_rollback(True)


def test_who_was_given_other_contracts_loses_sight_of_the_old_at_the_next_click(ours, human, moment):
    participant = enrolled(ours, human, moment)
    lies = limited(ours, 0)
    with opened(lies):
        assert lists.stays_of(lies, participant, today=moment.today)
    lies = give(lies, [ours.contracts[1].id])
    with opened(lies):
        assert not lists.stays_of(lies, participant, today=moment.today)
    lies = give(lies, None)
    assert lies.contracts is None
    with opened(lies):
        assert lists.stays_of(lies, participant, today=moment.today)


def test_what_waits_for_the_brp_in_a_contract_that_was_taken_away_is_rejected(ours, human, moment, register):
    lies = limited(ours, 0)
    with opened(lies):
        [outcome] = enrolment.apply(
            lies, [enrol(lies, human, ours.contracts[0].number, date(2026, 11, 1))], moment
        )  # fmt: skip
        assert isinstance(outcome.verdict, Waiting)
    give(lies, [ours.contracts[1].id])
    enrolment_jobs.ask_register(
        organisation_id=lies.organisation_id, account_id=lies.account_id, brand=lies.brand,
        mutation_ids=[outcome.mutation_id],
    )  # fmt: skip
    with opened(ours.scope):
        found = mutations.mutation(ours.scope, outcome.mutation_id)
        assert (found.state, found.code) == ("rejected", "rights_ended")


@pytest.mark.feature("X09")
def test_the_log_tells_what_colleagues_did_who_work_nowhere_else(ours, human, moment):
    participant = enrolled(ours, human, moment)
    enrolled(ours, human, moment, since=date(2026, 10, 1), contract=1)
    lies = limited(ours, 0, roles=("administrative", "account_manager"))
    mien = limited(ours, 0)
    confirm(ours.scope, [HUMANS[1]], moment)
    with opened(mien):
        actions.submit(mien, [enrol(mien, HUMANS[1], ours.contracts[0].number, date(2026, 11, 1))], moment)
    assert set(accounts_within_reach(lies)) == {lies.account_id, mien.account_id}
    asked = trail.LogFilter(accounts=accounts_within_reach(lies))
    with opened(lies):
        page = trail.organisation_log(lies, asked)
        assert {line.account for line in page.lines} == {"Lies"}
        assert [line.action for line in trail.whole_log(lies, asked, most=10)] == [one.action for one in page.lines]
        # Of somebody who works in two contracts: what was done about the one within reach.
        about = trail.participant_log(lies, participant)
        assert [line.object_ids.get("contract") for line in about.lines] == [[ours.contracts[0].id]]
    with opened(ours.scope):
        assert len(trail.participant_log(ours.scope, participant).lines) == 2
