"""Asking for an S1, sending it abroad, deciding it by hand, and asking for another (U09)."""

from __future__ import annotations

from copy import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from collectief.audit.models import AuditEvent
from collectief.cases import actions as cases
from collectief.cases.models import Case
from collectief.cases.rules import CaseRefused, Decision
from collectief.enrolment.facts import Application, Kind
from collectief.foundation.workdays import after_workdays
from collectief.gateways.eessi.port import DocumentRefused, EessiUnavailable, Institution, Reply
from collectief.inbox.models import Message
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.participants.queries import NotFound
from collectief.scope.database import Audience, office, opened
from collectief.scope.scope import NotAllowed
from collectief.statements import actions, exchange, jobs
from collectief.statements.models import S1Request
from collectief.statements.queries import found_by_id, found_by_number, latest_s1
from collectief.statements.rules import S1Refused, State, Way
from tests.office_world import clerk
from tests.s1_world import BSN, ask, asked, by_hand, insured, known_institutions, queued, row_of
from tests.web.visiting import this_moment
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U09")]


@pytest.fixture
def moment():
    return this_moment()


@pytest.fixture
def world():
    return insured()


def codes(refused) -> list[str]:
    return [one.code for one in refused.value.refusals]


def seen(scope, *actions: str) -> list[tuple]:
    with opened(scope):
        found = AuditEvent.objects.filter(action__in=actions).order_by("id")
        return [(one.action, one.outcome, one.participant_ids, one.detail) for one in found]


def told(scope) -> list[tuple[str, dict]]:
    with opened(scope):
        return [(one.code, one.facts) for one in Message.objects.filter(category="s1").order_by("id")]


def case_of(scope) -> Case:
    with office(scope.insurer_id):
        return Case.objects.get(kind="s1")


# Asking


def test_asked_for_a_country_of_eessi_it_waits_to_be_sent(world, moment):
    ours, participant = world
    assert ask(ours.scope, participant, asked(moment), moment) == Way.EESSI
    row = row_of(ours.scope)
    assert (row.state, row.form, row.surname, row.institution_name) == (
        "asked", "S1", "Veen", "NFZ Małopolski Oddział Wojewódzki",
    )  # fmt: skip
    assert row.contracts == [ours.contracts[0].id]
    assert queued("statements.send") == [row.id]
    assert seen(ours.scope, "s1.ask") == [
        ("s1.ask", "success", [participant], {"country": "PL", "form": "S1", "ground": "works_here", "way": "eessi"})
    ]
    with office(ours.scope.insurer_id):
        assert not Case.objects.exists()


def test_asked_for_another_country_it_is_a_case_of_three_working_days(world, moment):
    ours, participant = world
    assert ask(ours.scope, participant, by_hand(moment), moment) == Way.BY_HAND
    assert row_of(ours.scope).form == "E106"
    case = case_of(ours.scope)
    assert (case.subject, case.due_on) == (str(row_of(ours.scope).id), after_workdays(moment.today, 3))
    assert queued("statements.send") == []
    with opened(ours.scope):
        assert latest_s1(ours.scope, participant).due_on == case.due_on


def test_an_insurer_that_is_not_on_eessi_makes_it_by_hand(moment):
    ours, participant = insured(brand="voorbeeld")
    assert ask(ours.scope, participant, asked(moment, institution=""), moment) == Way.BY_HAND
    assert row_of(ours.scope).form == "S1"


def test_what_is_not_complete_is_refused_and_nothing_is_kept(world, moment):
    ours, participant = world
    with pytest.raises(S1Refused) as refused:
        ask(ours.scope, participant, asked(moment, house_number="", verified=False), moment)
    assert codes(refused) == ["house_number_missing", "not_verified"]
    with opened(ours.scope):
        assert not S1Request.objects.exists()
    assert seen(ours.scope, "s1.ask") == []
    assert queued("statements.send") == []


def test_once_asked_no_second_can_be(world, moment):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    for again in (asked(moment), by_hand(moment)):
        with pytest.raises(S1Refused) as refused:
            ask(ours.scope, participant, again, moment)
        assert codes(refused) == ["already_requested"]
    with opened(ours.scope):
        assert S1Request.objects.count() == 1


def test_of_two_at_the_same_moment_the_second_is_refused(world, moment, monkeypatch):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    known_of = actions.known_of

    def before_the_first(*args, **named):
        known, contracts = known_of(*args, **named)
        return replace(known, asked_before=False), contracts

    monkeypatch.setattr(actions, "known_of", before_the_first)
    with pytest.raises(S1Refused) as refused:
        ask(ours.scope, participant, by_hand(moment), moment)
    assert codes(refused) == ["already_requested"]
    with opened(ours.scope):
        assert S1Request.objects.count() == 1
    with office(ours.scope.insurer_id):
        assert not Case.objects.exists()


def test_who_is_not_insured_any_more_gets_none(world, moment):
    ours, participant = world
    leave = Application(Kind.TERMINATE, last_day=moment.today - timedelta(days=1), reason="end_of_employment")
    with opened(ours.scope):
        mutations.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
    with pytest.raises(S1Refused) as refused:
        ask(ours.scope, participant, asked(moment), moment)
    assert codes(refused) == ["not_insured"]


def test_who_leaves_later_gets_one_until_then(world, moment):
    ours, participant = world
    last_day = moment.today + timedelta(days=20)
    leave = Application(Kind.TERMINATE, last_day=last_day, reason="end_of_employment")
    with opened(ours.scope):
        mutations.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
    ask(ours.scope, participant, by_hand(moment), moment)
    assert row_of(ours.scope).last_day == last_day


def test_without_the_right_or_of_another_organisation_there_is_none(world, moment):
    ours, participant = world
    for roles in (["financial"], ["account_manager"], []):
        with pytest.raises(NotAllowed):
            ask(member_of(ours.organisation, roles=roles), participant, asked(moment), moment)
    with pytest.raises(NotFound):
        ask(agency(name="Otto").scope, participant, asked(moment), moment)
    town = agency(segment="municipality")
    with pytest.raises(NotAllowed):
        ask(town.scope, participant, asked(moment), moment)


def test_a_colleague_in_other_contracts_sees_nothing_of_it(world, moment):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    here = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[:1])
    with opened(here):
        assert latest_s1(here, participant).state == State.ASKED
    elsewhere = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    with opened(elsewhere):
        assert latest_s1(elsewhere, participant) is None
        assert not S1Request.objects.exists()


# Abroad


def test_what_is_sent_is_what_was_asked_with_the_bsn_and_our_number(world, moment, eessi):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    jobs.send(request_id=row_of(ours.scope).id)
    [one] = eessi.sent
    assert one.sender == Institution("NL:7085", "NL", "Zorg en Zekerheid")
    assert (one.receiver.id, one.bsn, one.name.surname, str(one.birth_date)) == ("PL:NFZ06", BSN, "Veen", "1980-02-01")
    assert (one.residence.street, one.residence.house_number, one.ground) == ("Długa", "12/4", "works_here")
    assert (one.first_day, one.last_day) == (moment.today - timedelta(days=30), None)
    row = row_of(ours.scope)
    assert (row.state, row.eessi_case) == ("sent", f"case-{row.key}")
    assert seen(ours.scope, "s1.send") == [("s1.send", "success", [participant], {})]
    jobs.send(request_id=row.id)
    assert len(eessi.sent) == 1


def test_while_eessi_is_away_it_waits_and_then_goes_once(world, moment, eessi):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    eessi.fails = [EessiUnavailable("status 503")] * 3
    for _ in range(3):
        with pytest.raises(EessiUnavailable):
            jobs.send(request_id=row_of(ours.scope).id)
        assert row_of(ours.scope).state == "asked"
    jobs.send(request_id=row_of(ours.scope).id)
    assert (row_of(ours.scope).state, len(eessi.sent)) == ("sent", 1)
    # The job is tried for as long as that is what is wrong.
    assert jobs.send.retry_strategy.lasts(EessiUnavailable("away"), 10_000)


def test_what_the_access_point_never_takes_goes_on_by_hand(world, moment, eessi):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    eessi.fails = [DocumentRefused("unknown_institution")]
    jobs.send(request_id=row_of(ours.scope).id)
    row = row_of(ours.scope)
    assert (row.way, row.state, row.not_sent) == ("by_hand", "asked", "unknown_institution")
    assert case_of(ours.scope).due_on == after_workdays(moment.today, 3)
    assert seen(ours.scope, "s1.send") == [("s1.send", "failure", [participant], {})]
    jobs.send(request_id=row.id)
    assert eessi.sent == []


def test_an_insurer_that_left_eessi_meanwhile_makes_it_by_hand(world, moment, eessi, monkeypatch):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    brand = exchange.brand_of(ours.scope.brand)
    monkeypatch.setattr(exchange, "brand_of", lambda _: replace(brand, institution=""))
    jobs.send(request_id=row_of(ours.scope).id)
    assert (row_of(ours.scope).way, eessi.sent) == ("by_hand", [])


def test_whose_account_has_ended_still_gets_it_sent(world, moment, eessi):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    from collectief.access.models import Membership

    with office():
        Membership.objects.filter(account_id=ours.scope.account_id).update(is_active=False, roles=[])
    jobs.send(request_id=row_of(ours.scope).id)
    assert row_of(ours.scope).state == "sent"


@pytest.mark.parametrize(
    ("registered", "state", "code"), [(True, "confirmed", "s1.confirmed"), (False, "refused", "s1.refused")]
)
@pytest.mark.feature("U29")
def test_an_answer_is_written_told_and_then_said_to_be_received(world, moment, eessi, registered, state, code):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    jobs.send(request_id=row_of(ours.scope).id)
    reason, text = ("", "") if registered else ("unknown_person", "Nie znamy tej osoby.")
    eessi.waiting = [Reply("r1", row_of(ours.scope).eessi_case, registered, reason, text)]
    jobs.fetch(timestamp=0)
    row = row_of(ours.scope)
    assert (row.state, row.reason_code, row.reason) == (state, reason, text)
    assert told(ours.scope) == [(code, {"form": "S1", "country": "PL"})]
    assert eessi.acknowledged == ["r1"]
    assert seen(ours.scope, "s1.answer") == [("s1.answer", "success", [participant], {"registered": registered})]


def test_an_answer_that_comes_again_does_nothing_again(world, moment, eessi, caplog):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    jobs.send(request_id=row_of(ours.scope).id)
    reply = Reply("r1", row_of(ours.scope).eessi_case, True)
    for one, complaints in ((reply, 0), (replace(reply, id="r2", registered=False, reason="other"), 2)):
        assert exchange.take(one, now=moment.now)
        assert exchange.take(one, now=moment.now)
        assert len(caplog.messages) == complaints
    assert row_of(ours.scope).state == "confirmed"
    assert len(told(ours.scope)) == len(seen(ours.scope, "s1.answer")) == 1


def test_an_answer_to_nothing_of_ours_stays_where_it_is(world, eessi):
    eessi.waiting = [Reply("r1", "another's", True)]
    jobs.fetch(timestamp=0)
    assert eessi.acknowledged == []


def test_an_answer_that_cannot_be_written_keeps_no_other_waiting(world, moment, eessi, monkeypatch):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    jobs.send(request_id=row_of(ours.scope).id)
    take = exchange.take

    def fails_for_one(reply, *, now):
        if reply.id == "r1":
            raise RuntimeError
        return take(reply, now=now)

    monkeypatch.setattr(exchange, "take", fails_for_one)
    eessi.waiting = [Reply(id_, row_of(ours.scope).eessi_case, True) for id_ in ("r1", "r2")]
    jobs.fetch(timestamp=0)
    assert (row_of(ours.scope).state, eessi.acknowledged) == ("confirmed", ["r2"])


def test_while_eessi_is_away_answers_and_the_directory_wait(world, eessi):
    eessi.fails = [EessiUnavailable("away"), EessiUnavailable("away")]
    jobs.fetch(timestamp=0)
    jobs.learn(timestamp=0)
    assert eessi.fails == []
    assert "PL:NFZ06" in known_institutions()


def test_the_directory_follows_eessi_but_an_empty_one_is_none(world, eessi):
    jobs.learn(timestamp=0)
    assert "PL:NFZ06" in known_institutions()
    eessi.listed = [Institution("PL:NFZ06", "PL", "NFZ Kraków"), Institution("PL:NEW", "PL", "Nowy")]
    jobs.learn(timestamp=0)
    assert known_institutions() == {"PL:NFZ06", "PL:NEW"}


def test_what_has_not_begun_begins_again_and_stands_in_the_queue_once(world, moment):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    row = row_of(ours.scope)
    exchange.begin_again(now=moment.now + timedelta(hours=1))
    assert queued("statements.send") == [row.id]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'statements.send'")
    exchange.begin_again(now=moment.now + timedelta(minutes=5))
    assert queued("statements.send") == []
    exchange.begin_again(now=moment.now + timedelta(hours=1))
    exchange.begin_again(now=moment.now + timedelta(hours=2))
    assert queued("statements.send") == [row.id]


# By hand


def decide(case: Case, scope, decision: Decision, reason: str, moment) -> None:
    cases.decide(case.id, decision, by=cases.staff_of(scope), reason=reason, now=moment.now)


@pytest.mark.feature("K01")
@pytest.mark.parametrize(
    ("decision", "state", "code", "action"),
    [
        (Decision.APPROVED, "issued", "s1.issued", "s1.issue"),
        (Decision.REFUSED, "refused", "s1.refused", "s1.refuse"),
    ],
)  # fmt: skip
def test_deciding_it_issues_the_form_or_says_why_not(world, moment, decision, state, code, action):
    ours, participant = world
    ask(ours.scope, participant, by_hand(moment), moment)
    sanne = clerk()
    reason = "Stuur eerst het detacheringscontract." if decision == Decision.REFUSED else ""
    decide(case_of(ours.scope), sanne, decision, reason, moment)
    row = row_of(ours.scope)
    assert (row.state, row.reason) == (state, reason)
    [told_of] = queued("statements.tell")
    jobs.tell(request_id=told_of)
    assert told(ours.scope) == [(code, {"form": "E106", "country": "TR"})]
    [(what, _, _, _)] = seen(ours.scope, action)
    assert what == action
    with pytest.raises(CaseRefused, match="already_decided"):
        decide(case_of(ours.scope), sanne, decision, reason, moment)


def test_only_who_judges_cases_of_that_insurer_decides(world, moment):
    ours, participant = world
    ask(ours.scope, participant, by_hand(moment), moment)
    for nobody in (ours.scope, clerk(roles=["help_desk"])):
        with pytest.raises(NotAllowed):
            cases.staff_of(nobody)
    elsewhere = agency(name="IZZ", segment="back_office", contracts=0, brand="kantoor-izz")
    lotte = member_of(elsewhere.organisation, roles=["case_handler"], brand="kantoor-izz")
    from collectief.cases.queries import NoCase

    with pytest.raises(NoCase):
        decide(case_of(ours.scope), lotte, Decision.APPROVED, "", moment)
    assert row_of(ours.scope).state == "asked"


# Another


def test_staff_let_another_be_asked_for_and_the_first_stays(world, moment):
    ours, participant = world
    ask(ours.scope, participant, by_hand(moment), moment)
    first, sanne = row_of(ours.scope), clerk()
    with pytest.raises(S1Refused) as refused:
        actions.allow_another(sanne, first.id, now=moment.now)
    assert codes(refused) == ["still_with_us"]
    decide(case_of(ours.scope), sanne, Decision.APPROVED, "", moment)
    actions.allow_another(sanne, first.id, now=moment.now)
    with pytest.raises(S1Refused) as refused:
        actions.allow_another(sanne, first.id, now=moment.now)
    assert codes(refused) == ["already_allowed"]
    assert ask(ours.scope, participant, asked(moment), moment) == Way.EESSI
    with opened(ours.scope):
        assert S1Request.objects.count() == 2
    assert [action for action, *_ in seen(ours.scope, "s1.allow_another")] == ["s1.allow_another"]
    assert [action for action, *_ in seen(sanne, "s1.allow_another")] == ["s1.allow_another"]


def test_only_staff_of_that_insurer_find_it_and_let_another_be_asked_for(world, moment):
    ours, participant = world
    ask(ours.scope, participant, by_hand(moment), moment)
    row, sanne = row_of(ours.scope), clerk()
    assert [one.s1.id for one in found_by_number(sanne, row.relation_number)] == [row.id]
    assert found_by_id(sanne, row.id).organisation == ours.organisation.name
    assert found_by_number(sanne, "nobody's") == []
    elsewhere = agency(name="IZZ", segment="back_office", contracts=0, brand="kantoor-izz")
    lotte = member_of(elsewhere.organisation, roles=["case_handler"], brand="kantoor-izz")
    assert found_by_number(lotte, row.relation_number) == []
    assert found_by_id(lotte, row.id) is None
    with pytest.raises(S1Request.DoesNotExist):
        actions.allow_another(lotte, row.id, now=moment.now)
    for nobody in (ours.scope, clerk(roles=["help_desk"])):
        with pytest.raises(NotAllowed):
            found_by_number(nobody, row.relation_number)
        with pytest.raises(NotAllowed):
            actions.allow_another(nobody, row.id, now=moment.now)


# What the database itself forbids


@pytest.mark.feature("K06")
def test_each_role_sees_of_it_what_its_work_needs(world, moment):
    ours, participant = world
    ask(ours.scope, participant, asked(moment), moment)
    with opened(agency(name="Otto").scope):
        assert not S1Request.objects.exists()
    with office(10**9):
        assert not S1Request.objects.exists()
    for role, column in ((Audience.WORKER, "surname"), (Audience.SIGN_IN, "id"), (Audience.HELP_DESK, "id")):
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_column_privilege(%s, 's1_request', %s, 'SELECT')", [str(role), column])
            assert cursor.fetchone() == (False,), role
    with pytest.raises(DatabaseError), transaction.atomic(), opened(ours.scope):
        S1Request.objects.update(surname="Anders")


def test_past_its_term_it_is_gone(world, moment):
    ours, participant = world
    ask(ours.scope, participant, by_hand(moment), moment)
    assert row_of(ours.scope).keep_until.year == moment.today.year + 7
    jobs.forget(timestamp=0)
    with opened(ours.scope):
        assert S1Request.objects.count() == 1
    late = moment.now - timedelta(days=8 * 366)
    with opened(ours.scope):
        [kept] = S1Request.objects.values()
    more = {name: value for name, value in kept.items() if name not in ("id", "key", "another_at", "keep_until")}
    with opened(ours.scope):
        S1Request.objects.create(**more, another_at=late, keep_until=late.date() + timedelta(days=7 * 366))
    jobs.forget(timestamp=0)
    with opened(ours.scope):
        assert [one.id for one in S1Request.objects.all()] == [kept["id"]]
