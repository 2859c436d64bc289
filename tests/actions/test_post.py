"""Letters on paper: handed over exactly once, tracked, and noted when they come back (K08)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.documents import actions as documents
from collectief.documents.store import Place, StoreUnavailable, current_store
from collectief.gateways.print.port import PrintUnavailable
from collectief.post import actions, handing, jobs, queries
from collectief.post.models import Consignment
from collectief.post.queries import NoConsignment
from collectief.post.rules import NEXT, PostRefused, Returned, State, To
from collectief.scope.database import housekeeping, opened, working_for
from collectief.scope.scope import NotAllowed
from tests.letters_world import FRAME, on_paper, wanted
from tests.office_world import clerk
from tests.rules.test_gateways_print import behaves, received
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K08")]


@pytest.fixture
def letter(ours, moment):
    """A letter about somebody."""
    someone = enrolled(ours, Human(valid_bsns(1)[0]), moment)
    with opened(ours.scope):
        one = wanted(someone, contracts=[ours.contracts[0].id])
        return documents.make(ours.scope, one, frame=FRAME, now=timezone.now())


def send(customer, *letters) -> None:
    with opened(customer.scope):
        actions.send(customer.scope.insurer_id, customer.organisation.id, letters, To.ORGANISATION, now=timezone.now())


def hand_over(customer) -> None:
    jobs.hand_over(insurer_id=customer.scope.insurer_id, organisation_id=customer.organisation.id)


def row_of(customer) -> Consignment:
    with working_for(customer.organisation.id, customer.scope.insurer_id):
        return Consignment.objects.get()


def jobs_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'post.hand_over'")
        return int(cursor.fetchone()[0])


def test_a_letter_goes_to_the_print_service_once(ours, letter, printer):
    send(ours, letter)
    assert jobs_waiting() == 1
    hand_over(ours)
    hand_over(ours)
    [taken] = received(printer)["letters"]
    row = row_of(ours)
    assert (taken["reference"], taken["id"]) == (letter.number, row.service_number)
    assert taken["size"] == len(letter.pdf)
    assert row.state == State.HANDED_OVER
    with opened(ours.scope):
        assert queries.sent(ours.scope, [letter.id])[letter.id].state == State.HANDED_OVER


def test_sent_twice_it_goes_once(ours, letter, printer):
    send(ours, letter)
    send(ours, letter)
    hand_over(ours)
    assert len(received(printer)["letters"]) == 1


def test_what_is_not_committed_leaves_neither_letter_nor_job(ours, letter):
    with transaction.atomic():
        send(ours, letter)
        transaction.set_rollback(True)
    assert jobs_waiting() == 0
    assert handing.left() == []


def test_an_outage_delays_and_loses_nothing(ours, letter, printer):
    behaves(printer, fail="unavailable")
    send(ours, letter)
    with pytest.raises(PrintUnavailable), transaction.atomic():
        hand_over(ours)
    assert row_of(ours).state == State.WAITING
    policy = jobs.hand_over.retry_strategy
    assert policy.lasts(PrintUnavailable(), faults=100_000)
    behaves(printer)
    # Also when the job itself was lost.
    assert handing.left() == [(ours.scope.insurer_id, ours.organisation.id)]
    jobs.follow(0)
    assert len(received(printer)["letters"]) == 1


def test_while_files_cannot_be_reached_a_letter_waits_and_is_not_taken_for_lost(ours, letter, printer, monkeypatch):
    send(ours, letter)

    def away():
        raise StoreUnavailable("EndpointConnectionError")

    monkeypatch.setattr("collectief.documents.queries.current_store", away)
    with pytest.raises(StoreUnavailable) as problem, transaction.atomic():
        hand_over(ours)
    assert jobs.hand_over.retry_strategy.lasts(problem.value, faults=1_000), "for as long as it takes"
    assert (row_of(ours).state, received(printer)["letters"]) == (State.WAITING, [])


def test_taken_without_an_answer_it_is_not_sent_again(ours, letter, printer):
    behaves(printer, fail="takes_and_hangs_up", for_requests=1)
    send(ours, letter)
    with pytest.raises(PrintUnavailable), transaction.atomic():
        hand_over(ours)
    hand_over(ours)
    assert (len(received(printer)["letters"]), received(printer)["copies"]) == (1, 0)
    assert row_of(ours).state == State.HANDED_OVER


def test_what_became_of_it_is_asked_after_an_hour(ours, letter, printer):
    send(ours, letter)
    hand_over(ours)
    now = timezone.now()
    handing.follow(now)
    assert row_of(ours).state == State.HANDED_OVER
    for hours, state in ((2, State.HANDED_OVER), (4, State.POSTED)):
        handing.follow(now + timedelta(hours=hours))
        assert row_of(ours).state == state


def test_what_the_service_has_forgotten_keeps_nobody_waiting(ours, letter, printer):
    on_paper(ours)
    send(ours, letter)
    hand_over(ours)
    now = timezone.now()
    for hours in (2, 4):
        handing.follow(now + timedelta(hours=hours))
    with working_for(ours.organisation.id, ours.scope.insurer_id):
        states = dict(Consignment.objects.values_list("state", "asked_at"))
    assert states.keys() == {State.HANDED_OVER, State.POSTED}
    assert states[State.HANDED_OVER] is None


@pytest.mark.parametrize(("fault", "code"), [("invalid", "BadRequestError"), ("unprintable", "unprintable")])
def test_what_cannot_be_printed_is_for_staff_to_see(ours, letter, printer, fault, code, caplog):
    behaves(printer, fail=fault, for_requests=1)
    send(ours, letter)
    hand_over(ours)
    handing.follow(timezone.now() + timedelta(hours=2))
    sanne = clerk()
    [view], total = queries.consignments(sanne, state=State.REFUSED)
    assert (view.number, view.refusal, total) == (letter.number, code, 1)
    assert queries.counts(sanne)[State.REFUSED] == 1
    assert "the print service refused a policy_schedule" in caplog.text
    hand_over(ours)
    assert len(received(printer)["letters"]) <= 1


@pytest.mark.parametrize("left", [b"", b"what is left of it"], ids=["gone", "damaged"])
def test_without_its_file_it_is_refused_and_the_others_go(ours, letter, printer, left):
    with opened(ours.scope):
        other = documents.make(
            ours.scope, wanted(letter.participant_id, "Anders", [ours.contracts[0].id]), frame=FRAME, now=timezone.now()
        )
    send(ours, letter, other)
    place = Place(ours.organisation.id, letter.id, letter.number)
    with housekeeping():
        current_store().remove([place])
    if left:
        with opened(ours.scope):
            current_store().put({place: left})
    hand_over(ours)
    assert [one["reference"] for one in received(printer)["letters"]] == [other.number]


def test_mail_that_came_back_is_noted_and_both_trails_say_so(ours):
    sent = on_paper(ours)
    sanne, now = clerk(), timezone.now()
    with opened(sanne):
        actions.note_return(sanne, sent, timezone.localdate(now), Returned.MOVED, now=now)
        assert AuditEvent.objects.get(action="post.return").object_ids == {"consignment": [sent]}
    view = queries.consignment(sanne, sent)
    assert (view.state, view.returned_why, view.returned_by) == (State.RETURNED, Returned.MOVED, sanne.account)
    with opened(ours.scope):
        event = AuditEvent.objects.get(action="post.return")
    assert event.detail == {"kind": "policy_schedule", "why": "moved"}
    assert event.account != sanne.account, "the customer reads that the insurer did it"


@pytest.mark.parametrize(
    ("state", "days", "code"),
    [
        ("handed_over", 1, "returned_in_the_future"), ("handed_over", -1, "returned_before_sent"),
        ("waiting", 0, "never_sent"), ("refused", 0, "never_sent"), ("returned", 0, "returned_already"),
    ],
)  # fmt: skip
def test_what_cannot_have_come_back_is_refused(ours, state, days, code):
    sent, sanne, now = on_paper(ours, state=state), clerk(), timezone.now()
    with opened(sanne), pytest.raises(PostRefused) as refused:
        actions.note_return(sanne, sent, timezone.localdate(now) + timedelta(days=days), Returned.OTHER, now=now)
    assert refused.value.code == code
    assert queries.consignment(sanne, sent).state == state


def test_post_is_for_who_handles_it_at_the_own_insurer(ours):
    sent, now = on_paper(ours), timezone.now()
    for scope in (ours.scope, member_of(clerk_organisation(), roles=["help_desk"], brand="kantoor")):
        for refused in (
            lambda scope=scope: queries.consignments(scope),
            lambda scope=scope: queries.consignment(scope, sent),
            lambda scope=scope: queries.counts(scope),
            lambda scope=scope: actions.note_return(scope, sent, now.date(), Returned.OTHER, now=now),
        ):
            with pytest.raises(NotAllowed):
                refused()
    elsewhere = on_paper(agency(name="Elders", brand="voorbeeld"))
    sanne = clerk()
    assert [view.id for view in queries.consignments(sanne)[0]] == [sent]
    with pytest.raises(NoConsignment):
        queries.consignment(sanne, elsewhere)
    with opened(sanne), pytest.raises(NoConsignment):
        actions.note_return(sanne, elsewhere, timezone.localdate(now), Returned.OTHER, now=now)


def clerk_organisation():
    from collectief.contracts.models import Organisation
    from collectief.scope.database import office

    with office():
        return Organisation.objects.get(id=clerk().organisation_id)


def test_that_a_letter_went_is_known_for_as_long_as_the_letter(ours, monkeypatch):
    on_paper(ours)
    jobs.forget(0)
    assert row_of(ours)
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
    jobs.forget(0)
    with working_for(ours.organisation.id, ours.scope.insurer_id):
        assert not Consignment.objects.exists()


def test_every_state_says_what_may_follow_and_none_goes_back():
    assert NEXT.keys() == set(State)
    order = [State.WAITING, State.HANDED_OVER, State.POSTED, State.REFUSED, State.RETURNED]
    assert all(order.index(later) > order.index(state) for state, following in NEXT.items() for later in following)
