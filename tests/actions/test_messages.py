"""Messages: written with the deed, once, for whoever may know, and gone after their term (U29, G11, G12)."""

from __future__ import annotations

from copy import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Kind
from collectief.foundation.names import PersonName
from collectief.inbox import actions, jobs, queries
from collectief.inbox.facts import About, Tiding
from collectief.inbox.models import Message, MessageRead
from collectief.inbox.queries import Asked, NoMessage
from collectief.inbox.rules import MOST_COUNTED, NEW_FOR
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Moment, Request, Subject
from collectief.mutations.verdicts import Accepted
from collectief.participants.models import Participant
from collectief.scope.database import housekeeping, opened
from collectief.scope.scope import Scope
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import MessageCategory
from tests.bulk_world import demo_file, done
from tests.terms_world import offer, product
from tests.world import Agency, Human, agency, confirm, enrol, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U29")]

EVERYTHING = Asked()
GROOT = PersonName("D.", "", "Groot")


def told(scope: Scope, moment: Moment, asked: Asked = EVERYTHING) -> list[tuple[str, str]]:
    """What the scope reads: code and name, first to last."""
    with opened(scope):
        found, total = queries.messages(scope, asked, now=moment.now + timedelta(minutes=1), size=500)
    assert total == len(found)
    return [(view.code, view.name) for view in reversed(found)]


def later(moment: Moment, **by: int) -> Moment:
    now = moment.now + timedelta(**by)
    return Moment(now.date(), now)


def change(scope: Scope, participant: int, moment: Moment, kind: Kind, **asked: object):
    with opened(scope):
        [outcome] = enrolment.apply(
            scope, [Request(Application(kind, **asked), Subject(participant_id=participant))], moment
        )
    assert isinstance(outcome.verdict, Accepted), outcome.verdict
    return outcome


def tell(ours: Agency, category: MessageCategory, code: str, at: Moment) -> None:
    """A message that is about nobody."""
    with opened(ours.scope):
        actions.write(ours.scope, [Tiding(category, code, About.NEWS, 1, [])], at=at.now)


@pytest.fixture
def groot(ours, moment) -> int:
    offer(ours, product(ours, "BASIS"))
    return enrolled(ours, Human(valid_bsns(1)[0], GROOT), moment)


def test_each_verb_leaves_its_confirmation(ours, groot, moment):
    second = ours.contracts[1].number
    change(
        ours.scope,
        groot,
        moment,
        Kind.TRANSFER,
        contract=ours.contracts[0].number,
        to_contract=second,
        first_day=moment.today - timedelta(days=20),
    )
    ended = change(
        ours.scope, groot, moment, Kind.TERMINATE, contract=second, last_day=moment.today + timedelta(days=10),
        reason="end_of_employment",
    )  # fmt: skip
    with opened(ours.scope):
        enrolment.withdraw(ours.scope, ended.mutation_id, moment)
    past = moment.today - timedelta(days=1)
    change(ours.scope, groot, moment, Kind.TERMINATE, contract=second, last_day=past, reason="end_of_employment")
    change(ours.scope, groot, moment, Kind.RE_ENROL, contract=second, first_day=moment.today)
    change(ours.scope, groot, moment, Kind.CHANGE_REFERENCE, reference="P-1")
    codes = [code for code, name in told(ours.scope, moment) if name == "D. Groot"]
    assert codes[:2] == ["enrol.processed", "transfer.processed"]
    assert [code for code in codes if code.startswith("terminate")] == [
        "terminate.processed", "terminate.withdrawn", "terminate.processed",
    ]  # fmt: skip
    assert codes[-1] == "re_enrol.processed"
    assert "change_reference.processed" not in codes


def test_undoing_is_told_too(ours, groot, moment):
    past = moment.today - timedelta(days=5)
    ended = change(ours.scope, groot, moment, Kind.TERMINATE, last_day=past, reason="deceased")
    with opened(ours.scope):
        enrolment.reverse(ours.scope, ended.mutation_id, moment)
    assert told(ours.scope, moment)[-1] == ("reverse.processed", "D. Groot")


@pytest.mark.feature("U16")
def test_a_termination_letter_that_can_be_had_is_a_message(ours, groot, moment):
    change(ours.scope, groot, moment, Kind.TERMINATE, last_day=moment.today, reason="deceased")
    letters = told(ours.scope, moment, Asked(MessageCategory.TERMINATION_LETTER))
    assert letters == [("letter.termination", "D. Groot")]


def test_without_insurance_there_is_no_letter_to_tell_of(ours, moment):
    participant = enrolled(ours, Human(valid_bsns(1)[0], GROOT), moment)
    change(ours.scope, participant, moment, Kind.TERMINATE, last_day=moment.today, reason="deceased")
    assert told(ours.scope, moment, Asked(MessageCategory.TERMINATION_LETTER)) == []


@pytest.mark.feature("G12")
def test_a_rejection_says_its_reason_under_the_category_of_the_segment(moment):
    for segment, category in (
        ("municipality", MessageCategory.REJECTION), ("staffing_agency", MessageCategory.PROCESSING_REPORT),
    ):  # fmt: skip
        theirs = agency(segment=segment, name=segment)
        human = Human(valid_bsns(1, 900_000_100)[0], GROOT)
        confirm(theirs.scope, [Human(human.bsn, PersonName("X.", "", "Anders"))], moment)
        with opened(theirs.scope):
            asked = enrol(theirs.scope, human, theirs.contracts[0].number, moment.today)
            mutations.submit(theirs.scope, [asked], moment)
            [view], _ = queries.messages(theirs.scope, Asked(), now=moment.now)
        # Who was refused is no participant: the name is the one that was asked for.
        assert (view.code, view.category, view.name) == ("enrol.rejected", category, "D. Groot")
        assert view.facts["refused"] == "register_name_differs"


def test_what_waited_is_told_when_it_comes_in_and_when_it_is_decided(ours, moment):
    human = Human(valid_bsns(1)[0], GROOT)
    with opened(ours.scope):
        [outcome] = enrolment.apply(
            ours.scope, [enrol(ours.scope, human, ours.contracts[0].number, moment.today)], moment
        )
    confirm(ours.scope, [human], moment)
    with opened(ours.scope):
        mutations.decide_waiting(ours.scope, [outcome.mutation_id], moment)
        assert queries.unread(ours.scope, now=moment.now) == 1
    assert told(ours.scope, moment) == [("enrol.waiting", "D. Groot"), ("enrol.decided", "D. Groot")]


class Cut(Exception):
    """Something went wrong after the deed."""


def _terminate_and_fail(ours, participant: int, moment: Moment) -> None:
    change(ours.scope, participant, moment, Kind.TERMINATE, last_day=moment.today, reason="deceased")
    raise Cut


def test_a_deed_that_did_not_happen_is_not_told(ours, groot, moment):
    before = told(ours.scope, moment)
    with pytest.raises(Cut), transaction.atomic():
        _terminate_and_fail(ours, groot, moment)
    assert told(ours.scope, moment) == before


def test_a_file_is_one_message_however_many_rows(ours, number, register, tmp_path, moment):
    batch = done(ours.scope, demo_file(tmp_path, number, rows=40, bad=3))
    with opened(ours.scope):
        [message] = Message.objects.all()
    assert (message.code, message.about, message.about_id) == ("batch.done", "batch", batch.id)
    assert message.facts["outcomes"] == batch.outcome_counts
    assert message.participant_id is None


def _written(ours, count: int, start: int, moment: Moment) -> int:
    """How many statements telling of so many enrolments takes."""
    humans = [Human(bsn, GROOT) for bsn in valid_bsns(count, start)]
    confirm(ours.scope, humans, moment)
    requests = [enrol(ours.scope, human, ours.contracts[0].number, moment.today) for human in humans]
    with opened(ours.scope), CaptureQueriesContext(connection) as captured:
        mutations.submit(ours.scope, requests, moment)
    return len([query for query in captured.captured_queries if "INTO message" in query["sql"]])


def test_a_chunk_is_told_with_one_statement(ours, moment):
    assert _written(ours, 1, 900_001_000, moment) == _written(ours, 300, 900_002_000, moment) == 1
    assert len(told(ours.scope, moment)) == 301


def test_whoever_did_it_has_read_it_and_a_colleague_has_not(ours, groot, moment):
    piet = member_of(ours.organisation, roles=["administrative"], name="Piet")
    for scope, new in ((ours.scope, 0), (piet, 1)):
        with opened(scope):
            assert queries.unread(scope, now=moment.now) == new
    with opened(piet):
        [view] = queries.latest(piet, now=moment.now, count=5)
        actions.mark_read(piet, [view.id, view.id + 1], now=moment.now)
        actions.mark_read(piet, [view.id], now=moment.now)
        assert queries.unread(piet, now=moment.now) == 0
        assert queries.message(piet, view.id, now=moment.now).read


def test_what_nobody_read_for_a_month_is_no_longer_new_but_is_unread(ours, groot, moment):
    piet = member_of(ours.organisation, roles=["administrative"], name="Piet")
    long_after = moment.now + NEW_FOR
    with opened(piet):
        assert queries.unread(piet, now=long_after - timedelta(seconds=1)) == 1
        assert queries.unread(piet, now=long_after) == 0
        assert queries.messages(piet, Asked(unread=True), now=long_after)[1] == 1
        actions.mark_all_read(piet, Asked(unread=True), now=long_after)
        assert queries.messages(piet, Asked(unread=True), now=long_after)[1] == 0


def test_marking_what_is_filtered_leaves_the_rest(ours, groot, moment):
    change(ours.scope, groot, moment, Kind.TERMINATE, last_day=moment.today, reason="deceased")
    piet = member_of(ours.organisation, roles=["administrative"], name="Piet")
    with opened(piet):
        actions.mark_all_read(piet, Asked(MessageCategory.TERMINATION_LETTER), now=moment.now)
    left = told(piet, moment, Asked(unread=True))
    assert {code for code, _ in left} == {"enrol.processed", "terminate.processed"}


def test_the_count_in_the_menu_stops_counting(ours, moment):
    piet = member_of(ours.organisation, roles=["administrative"], name="Piet")
    _written(ours, MOST_COUNTED + 20, 900_003_000, moment)
    with opened(piet):
        assert queries.unread(piet, now=moment.now) == MOST_COUNTED + 1


@pytest.mark.feature("U02")
def test_roles_decide_the_categories(ours, groot, moment):
    """Somebody's name is for who works with participants; money for who sees invoices."""
    tell(ours, MessageCategory.FINANCIAL, "money", moment)
    for roles, sees in (
        (["administrative"], {"enrol.processed"}), (["financial"], {"money"}), (["account_manager"], set()),
        (["administrative", "financial"], {"enrol.processed", "money"}), ([], set()),
    ):  # fmt: skip
        scope = member_of(ours.organisation, roles=roles)
        assert {code for code, _ in told(scope, moment)} == sees, roles


@pytest.mark.feature("G13")
def test_who_works_in_some_contracts_gets_messages_of_those(ours, moment):
    first, second = ours.contracts
    near = member_of(ours.organisation, roles=["administrative"], name="Dichtbij", contracts=[first])
    bsns = valid_bsns(3)
    here = enrolled(ours, Human(bsns[0], PersonName("H.", "", "Hier")), moment)
    enrolled(ours, Human(bsns[1], PersonName("E.", "", "Elders")), moment, contract=1)
    assert told(near, moment) == [("enrol.processed", "H. Hier")]
    with opened(ours.scope):
        [elsewhere] = Message.objects.filter(contracts=[second.id])
    with opened(near), pytest.raises(NoMessage):
        queries.message(near, elsewhere.id, now=moment.now)
    # Who goes on to a contract beyond reach is not followed there.
    change(
        ours.scope,
        here,
        moment,
        Kind.TRANSFER,
        contract=first.number,
        to_contract=second.number,
        first_day=moment.today,
    )
    assert [code for code, _ in told(near, moment)] == ["enrol.processed"]
    # The database says so too, with our own filter gone.
    with opened(near):
        assert {tuple(found.contracts) for found in Message.objects.all()} == {(first.id,)}


@pytest.mark.feature("G13")
def test_a_rejection_in_no_contract_there_is_goes_to_whose_deed_it_was(ours, moment):
    near = member_of(ours.organisation, roles=["administrative"], name="Dichtbij", contracts=[ours.contracts[0]])
    also = member_of(ours.organisation, roles=["administrative"], name="Ook", contracts=[ours.contracts[0]])
    human = Human(valid_bsns(1)[0], GROOT)
    confirm(near, [human], moment)
    with opened(near):
        mutations.submit(near, [enrol(near, human, "999999", moment.today)], moment)
    assert told(near, moment) == [("enrol.rejected", "D. Groot")]
    assert told(also, moment) == []
    assert told(ours.scope, moment) == [("enrol.rejected", "D. Groot")]


def test_another_organisation_gets_nothing(ours, groot, moment):
    otto = agency(name="Otto")
    assert told(otto.scope, moment) == []
    with opened(ours.scope):
        [found] = Message.objects.all()
    with opened(otto.scope):
        with pytest.raises(NoMessage):
            queries.message(otto.scope, found.id, now=moment.now)
        actions.mark_read(otto.scope, [found.id], now=moment.now)
        assert Message.objects.count() == MessageRead.objects.count() == 0


def test_looking_for_somebody(ours, moment):
    bsns = valid_bsns(3)
    enrolled(ours, Human(bsns[0], PersonName("A.", "van der", "Veen")), moment)
    enrolled(ours, Human(bsns[1], PersonName("B.", "", "Öztürk")), moment, contract=1)
    confirm(ours.scope, [Human(bsns[2], PersonName("X.", "", "Anders"))], moment)
    with opened(ours.scope):
        asked = enrol(
            ours.scope, Human(bsns[2], PersonName("C.", "", "Veenstra")), ours.contracts[0].number, moment.today
        )
        mutations.submit(ours.scope, [asked], moment)
        numbers = list(Participant.objects.order_by("id").values_list("relation_number", flat=True))
    for text, found in (
        ("veen", ["A. van der Veen", "C. Veenstra"]), ("van der veens", ["C. Veenstra"]), ("ozt", ["B. Öztürk"]),
        (numbers[0], ["A. van der Veen"]), ("%", []), ("'", []), ("123456789012", []),
    ):  # fmt: skip
        assert sorted(name for _, name in told(ours.scope, moment, Asked(text=text))) == found, text
    by_contract = told(ours.scope, moment, Asked(contract_id=ours.contracts[1].id))
    assert [name for _, name in by_contract] == ["B. Öztürk"]


def test_a_message_that_lies_ahead_is_not_there_yet(ours, moment):
    ahead = later(moment, days=3)
    tell(ours, MessageCategory.FROM_INSURER, "news", ahead)
    with opened(ours.scope):
        assert queries.messages(ours.scope, Asked(), now=moment.now) == ([], 0)
        assert queries.messages(ours.scope, Asked(), now=ahead.now)[1] == 1


def test_after_its_term_a_message_is_gone_and_who_read_it_too(ours, groot, moment):
    piet = member_of(ours.organisation, roles=["administrative"], name="Piet")
    with opened(piet):
        actions.mark_all_read(piet, Asked(), now=moment.now)
        [found] = Message.objects.all()
        assert found.keep_until == moment.today + PROFILES["staffing_agency"].messages_kept
        assert MessageRead.objects.count() == 1
    for day, left in ((found.keep_until, 1), (found.keep_until + timedelta(days=1), 0)):
        _forget_on(day)
        with opened(ours.scope):
            assert Message.objects.count() == MessageRead.objects.count() == left


def _forget_on(day: date) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("collectief.inbox.jobs.timezone.localdate", lambda: day)
        jobs.forget(0)


def test_the_worker_that_tidies_reads_no_message(ours, groot):
    with housekeeping(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('message', 'name', 'SELECT'),"
            " has_column_privilege('message', 'facts', 'SELECT'),"
            " has_table_privilege('message_read', 'SELECT')"
        )
        assert cursor.fetchone() == (False, False, False)


def test_a_segment_without_messages_is_told_nothing(ours, moment):
    bare = replace(ours.scope, profile=replace(ours.scope.profile, message_categories=()))
    human = Human(valid_bsns(1)[0], GROOT)
    confirm(bare, [human], moment)
    with opened(bare):
        mutations.submit(bare, [enrol(bare, human, ours.contracts[0].number, moment.today)], moment)
        assert Message.objects.count() == 0


def test_the_manuals_categories_in_its_order_and_two_of_ours_behind_them():
    of_agency = PROFILES["staffing_agency"].message_categories
    assert [str(one) for one in of_agency] == [
        "termination_letter", "confirmation", "s1", "financial", "flow", "processing_report", "insurance_statement",
        "export", "from_insurer",
    ]  # fmt: skip
    for profile in PROFILES.values():
        assert not profile.message_categories or profile.rejections_in in profile.message_categories
