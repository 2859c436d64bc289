"""A letter that was refused or came back, sent once more: once, under its own key, with the address of now (K08)."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pypdf import PdfReader

from collectief.audit.models import AuditEvent
from collectief.contracts.models import Contact
from collectief.documents import actions as documents
from collectief.enrolment.facts import Application, Kind
from collectief.gateways.print import client
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.policies import issuing
from collectief.policies.held_cards import cards_of
from collectief.policies.models import InsuranceCard
from collectief.policies.reissuing import made_anew
from collectief.post import actions, jobs, queries
from collectief.post.models import Consignment
from collectief.post.queries import NoConsignment
from collectief.post.rules import Again, PostRefused, Returned, State
from collectief.scope.database import opened, working_for
from collectief.scope.scope import NotAllowed
from tests.letters_world import on_paper
from tests.office_world import clerk
from tests.rules.test_gateways_print import behaves, received
from tests.terms_world import offer, product
from tests.web.visiting import this_moment
from tests.world import Human, agency, enrolled, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K08")]


@pytest.fixture
def ours():
    """An agency with somebody who has a card of this year, on its way to the agency."""
    customer = agency()
    offer(customer, product(customer))
    with working_for(customer.organisation.id, customer.organisation.insurer_id):
        Contact.objects.create(
            insurer_id=customer.organisation.insurer_id, organisation=customer.organisation, kind="company",
            street="Hoofdweg", house_number="1", postcode="2333AA", city="Leiden", changed_by="Anna",
            changed_at=timezone.now(),
        )  # fmt: skip
    enrolled(customer, Human(valid_bsns(1, start=948_000_000)[0]), this_moment())
    year = timezone.localdate().year
    assert issuing.go_on(customer.organisation.insurer_id, customer.organisation.id, year, now=timezone.now()) == 1
    return customer


@pytest.fixture
def sanne():
    return clerk()


def hand_over(customer) -> None:
    jobs.hand_over(insurer_id=customer.scope.insurer_id, organisation_id=customer.organisation.id)


def rows(customer) -> list[Consignment]:
    with working_for(customer.organisation.id, customer.scope.insurer_id):
        return list(Consignment.objects.order_by("id"))


def address(customer, **fields: str) -> None:
    """The agency's postal address is another, or not known."""
    with working_for(customer.organisation.id, customer.scope.insurer_id):
        Contact.objects.update(**fields)


def comes_back(sanne, consignment: int) -> None:
    now = timezone.now()
    with opened(sanne):
        actions.note_return(sanne, consignment, timezone.localdate(now), Returned.MOVED, now=now)


def again(sanne, consignment: int, why: Again = Again.ADDRESS_MENDED) -> int:
    with opened(sanne):
        return actions.send_again(sanne, consignment, why, anew=made_anew, now=timezone.now())


def refusal(sanne, consignment: int, *, days: int = 0) -> str:
    now = timezone.now() + timedelta(days=days)
    with opened(sanne), pytest.raises(PostRefused) as refused:
        actions.send_again(sanne, consignment, Again.OTHER, anew=made_anew, now=now)
    return refused.value.code


def card_of(customer):
    """The card as the agency sees it, and what stands on its letter."""
    with opened(customer.scope):
        [card] = cards_of(customer.scope, InsuranceCard.objects.get().participant_id)
        pdf = documents.reopen(customer.scope, card.document_id).pdf
    return card, " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def test_a_card_that_came_back_goes_with_the_address_of_now_and_the_first_time_stays_as_it_was(ours, sanne, printer):
    hand_over(ours)
    [first] = rows(ours)
    before, text = card_of(ours)
    assert "Hoofdweg 1" in text
    comes_back(sanne, first.id)
    address(ours, street="Nieuweweg")
    after = again(sanne, first.id)
    old, new = rows(ours)
    assert (old.state, new.state) == (State.RETURNED, State.WAITING)
    assert (new.id, new.again_of, new.again_why, new.again_by) == (after, old.id, "address_mended", sanne.account)
    card, text = card_of(ours)
    assert "Nieuweweg 1" in text
    assert (card.number, card.expires_on) == (before.number, before.expires_on), "the card is the same one"
    assert card.document_id == new.document_id != old.document_id
    hand_over(ours)
    assert {one["reference"] for one in received(printer)["letters"]} == {old.number, new.number}
    assert received(printer)["copies"] == 0
    assert card_of(ours)[0].sent.state == State.HANDED_OVER
    assert queries.consignment(sanne, old.id).followed_by == new.id


def test_the_same_letter_goes_under_another_key(ours, sanne, printer):
    behaves(printer, fail="invalid", for_requests=1)
    hand_over(ours)
    [refused] = rows(ours)
    assert refused.state == State.REFUSED
    again(sanne, refused.id, Again.PRINTABLE_NOW)
    hand_over(ours)
    old, new = rows(ours)
    assert (new.document_id, new.number, new.attempt) == (old.document_id, old.number, 2)
    assert [one["reference"] for one in received(printer)["letters"]] == [f"{old.number}-2"]
    assert card_of(ours)[0].sent.state == State.HANDED_OVER, "how it stands is how the last time stands"
    comes_back(sanne, new.id)
    again(sanne, new.id)
    assert rows(ours)[-1].attempt == 3
    assert [one.state for one in rows(ours)] == [State.REFUSED, State.RETURNED, State.WAITING]


@pytest.mark.parametrize("kept_from", ["takes_and_hangs_up", "unavailable"])
def test_with_the_answer_lost_or_the_service_away_it_still_goes_once(ours, sanne, printer, kept_from):
    hand_over(ours)
    comes_back(sanne, rows(ours)[0].id)
    again(sanne, rows(ours)[0].id)
    behaves(printer, fail=kept_from, for_requests=1)
    with pytest.raises(client.PrintUnavailable), transaction.atomic():
        hand_over(ours)
    behaves(printer)
    hand_over(ours)
    assert (len(received(printer)["letters"]), received(printer)["copies"]) == (2, 0)


def test_not_while_one_is_under_way_and_each_once(ours, sanne):
    [first] = rows(ours)
    assert refusal(sanne, first.id) == "under_way"
    for state in (State.HANDED_OVER, State.POSTED):
        with working_for(ours.organisation.id, ours.scope.insurer_id):
            Consignment.objects.update(state=state, handed_over_at=timezone.now())
        assert refusal(sanne, first.id) == "under_way"
    comes_back(sanne, first.id)
    second = again(sanne, first.id)
    assert refusal(sanne, first.id) == "again_already"
    assert refusal(sanne, second) == "under_way"
    assert len(rows(ours)) == 2


def test_without_an_address_it_does_not_go_until_there_is_one(ours, sanne):
    refused_by_the_service(ours)
    [first] = rows(ours)
    address(ours, postcode="")
    assert refusal(sanne, first.id) == "no_address_now"
    assert (len(rows(ours)), card_of(ours)[0].document_id) == (1, first.document_id)
    address(ours, postcode="2333AA", street="Nieuweweg")
    again(sanne, first.id)
    assert "Nieuweweg 1" in card_of(ours)[1]


def test_a_card_of_who_left_or_of_a_year_gone_by_does_not_go(ours, sanne):
    refused_by_the_service(ours)
    [first] = rows(ours)
    today = timezone.localdate()
    with opened(ours.scope):
        subject = Subject(participant_id=InsuranceCard.objects.get().participant_id)
        leave = Application(Kind.TERMINATE, last_day=today, reason="end_of_employment")
        mutations.submit(ours.scope, [Request(leave, subject)], this_moment())
    assert refusal(sanne, first.id, days=1) == "not_insured_now"
    assert refusal(sanne, first.id, days=366) == "card_over"
    assert (len(rows(ours)), card_of(ours)[0].document_id) == (1, first.document_id)


def test_a_letter_that_is_no_card_goes_as_it_was_made(ours, sanne):
    sent = on_paper(ours, state="refused")
    row = rows(ours)[-1]
    again(sanne, sent, Again.OTHER)
    new = rows(ours)[-1]
    assert (new.document_id, new.number, new.attempt, new.kind) == (row.document_id, row.number, 2, row.kind)


def test_both_trails_say_so_and_the_customers_does_not_name_who(ours, sanne):
    refused_by_the_service(ours)
    [old] = rows(ours)
    new = again(sanne, old.id)
    with opened(sanne):
        event = AuditEvent.objects.get(action="post.again")
        assert (event.object_ids, event.detail) == ({"consignment": [old.id, new]}, {"why": "address_mended"})
    with opened(ours.scope):
        event = AuditEvent.objects.get(action="post.again")
        assert event.participant_ids == [InsuranceCard.objects.get().participant_id]
        assert event.account != sanne.account


def test_it_is_for_who_handles_post_at_the_own_insurer(ours, sanne):
    elsewhere = on_paper(agency(name="Elders", brand="voorbeeld"), state="refused")
    with opened(sanne), pytest.raises(NoConsignment):
        actions.send_again(sanne, elsewhere, Again.OTHER, anew=made_anew, now=timezone.now())
    for scope in (ours.scope, clerk(roles=["help_desk"])):
        with opened(scope), pytest.raises(NotAllowed):
            actions.send_again(scope, rows(ours)[0].id, Again.OTHER, anew=made_anew, now=timezone.now())


def refused_by_the_service(customer) -> None:
    with working_for(customer.organisation.id, customer.scope.insurer_id):
        Consignment.objects.update(state=State.REFUSED)
