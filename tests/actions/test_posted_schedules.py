"""Who took out an insurance gets its policy schedule at home, on paper, once, whatever breaks in between (G06, K08)."""

from __future__ import annotations

import io
from copy import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pypdf import PdfReader

from collectief.audit.models import AuditEvent
from collectief.documents import actions as documents
from collectief.documents.queries import kept_file
from collectief.documents.store import StoreUnavailable
from collectief.enrolment import actions as enrolment
from collectief.mutations.corridor import this_moment
from collectief.participants.models import Address
from collectief.policies import jobs, posting
from collectief.policies.issuing import go_on as go_on_with_cards
from collectief.policies.models import InsuranceCard, PostedSchedule
from collectief.policies.posting import Problem
from collectief.policies.reissuing import made_anew
from collectief.post import actions as post
from collectief.post.models import Consignment
from collectief.post.rules import Again, PostRefused, Returned
from collectief.scope.database import opened, working_for
from collectief.scope.scope import NotAllowed
from tests.household_world import Town, enrol, family, town
from tests.office_world import clerk
from tests.terms_world import offer, product
from tests.world import Human, agency, enrolled, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G06"), pytest.mark.feature("K08")]


@pytest.fixture
def duinstad() -> Town:
    return town()


def lives(where, participant_id: int, city: str = "Duinstad") -> None:
    with opened(where.scope):
        Address.objects.create(
            organisation=where.organisation, participant_id=participant_id, country="Nederland", street="Kerkstraat",
            house_number="7", postcode="2311 CS", city=city,
        )  # fmt: skip


def go_on(where, moment, *, days: int = 0) -> int:
    own = where.organisation
    return posting.go_on(own.insurer_id, own.id, now=moment.now + timedelta(days=days))


def rows(where, table=PostedSchedule) -> list:
    with working_for(where.organisation.id, where.organisation.insurer_id):
        return list(table.objects.order_by("id"))


def text_of(where, document_id: int) -> str:
    with working_for(where.organisation.id, where.organisation.insurer_id):
        found = kept_file(where.organisation.id, document_id)
    assert found is not None
    return " ".join(PdfReader(io.BytesIO(found)).pages[0].extract_text().split())


def waiting_jobs(task: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args ->> 'organisation_id' FROM procrastinate_jobs WHERE task_name = %s", [task])
        return [one for (one,) in cursor.fetchall()]


def test_everyone_who_was_insured_has_theirs_sent_to_who_took_it_out(duinstad, moment):
    where = duinstad.customer
    client, partner, *_ = enrol(where, family(duinstad.basic), moment)
    assert str(where.organisation.id) in waiting_jobs("policies.post_schedules_of")
    lives(where, client.participant_id)
    assert go_on(where, moment) == 4
    sent = rows(where, Consignment)
    assert {(one.kind, one.to, one.state) for one in sent} == {("policy_schedule", "participant", "waiting")}
    posted = {one.participant_id: one for one in rows(where)}
    assert {one.document_id for one in posted.values()} == {one.document_id for one in sent}
    text = text_of(where, posted[partner.participant_id].document_id)
    for said in ("A. de Groot Kerkstraat 7 2311 CS DUINSTAD", "Polisblad", "B. de Groot", "04-03-1982", "€ 150,00"):
        assert said in text, text
    with opened(where.scope):
        event = AuditEvent.objects.get(action="schedules.post")
    assert sorted(event.participant_ids) == sorted(posted)


def test_run_again_nothing_goes_twice_and_who_came_since_gets_theirs(duinstad, moment):
    where = duinstad.customer
    people = family(duinstad.basic)
    client, *_ = enrol(where, people[:2], moment)
    lives(where, client.participant_id)
    assert (go_on(where, moment), go_on(where, moment), go_on(where, moment, days=1)) == (2, 0, 0)
    # A child that is added later is insured by the client, and lives there.
    enrol(where, people[2:3], moment, client=client.participant_id)
    assert go_on(where, moment, days=2) == 1
    assert len(rows(where)) == len(rows(where, Consignment)) == 3


def test_killed_halfway_it_goes_on_where_it_was(duinstad, moment, monkeypatch):
    where = duinstad.customer
    client, *_ = enrol(where, family(duinstad.basic), moment)
    lives(where, client.participant_id)
    monkeypatch.setattr(posting, "_AT_ONCE", 2)
    real, calls = posting.send, []

    def killed(*given, **more):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*given, **more)

    monkeypatch.setattr(posting, "send", killed)
    with pytest.raises(KeyboardInterrupt):
        go_on(where, moment)
    assert len(rows(where)) == len(rows(where, Consignment)) == 2
    monkeypatch.setattr(posting, "send", real)
    assert go_on(where, moment) == 2
    assert len({one.document_id for one in rows(where)}) == len(rows(where, Consignment)) == 4


def test_what_begins_later_says_what_holds_from_then_on(duinstad, moment):
    where, first_day = duinstad.customer, moment.today + timedelta(days=40)
    client, *_ = enrol(where, family(duinstad.basic)[:1], moment, first_day=first_day)
    lives(where, client.participant_id)
    assert go_on(where, moment) == 1
    assert f"{first_day:%d-%m-%Y}" in text_of(where, rows(where)[0].document_id)


def test_without_an_address_it_waits_staff_see_it_and_it_goes_once_there_is_one(duinstad, moment):
    where, sanne = duinstad.customer, clerk()
    client, *_ = enrol(where, family(duinstad.basic)[:2], moment)
    assert go_on(where, moment) == 0
    assert [(why, count) for *_, why, count in posting.missing(sanne)] == [(Problem.NO_ADDRESS, 2)]
    with pytest.raises(NotAllowed):
        posting.missing(replace(sanne, roles=frozenset()))
    lives(where, client.participant_id)
    assert go_on(where, moment, days=1) == 2
    assert posting.missing(sanne) == []


def test_a_layout_that_fails_leaves_it_open_and_the_next_night_mends_it(duinstad, moment, monkeypatch):
    where = duinstad.customer
    client, *_ = enrol(where, family(duinstad.basic)[:1], moment)
    lives(where, client.participant_id)
    real = documents.typeset

    def broken(said, *, at):
        raise documents.LetterFailed("missing alt text")

    monkeypatch.setattr(documents, "typeset", broken)
    assert go_on(where, moment) == 0
    assert [one.problem for one in rows(where)] == [Problem.NOT_SET]
    monkeypatch.setattr(documents, "typeset", real)
    assert go_on(where, moment, days=1) == 1
    assert [one.problem for one in rows(where)] == [""]


def test_one_that_came_back_goes_once_more_with_the_address_of_now(duinstad, moment):
    where, sanne = duinstad.customer, clerk()
    client, *_ = enrol(where, family(duinstad.basic)[:1], moment)
    lives(where, client.participant_id)
    now = moment.now
    assert posting.go_on(where.organisation.insurer_id, where.organisation.id, now=now) == 1
    [first] = rows(where, Consignment)
    with working_for(where.organisation.id, where.organisation.insurer_id):
        Consignment.objects.update(state="posted", handed_over_at=now)
    with opened(sanne):
        post.note_return(sanne, first.id, timezone.localdate(now), Returned.MOVED, now=now)
    with opened(where.scope):
        Address.objects.update(street="")
    with opened(sanne), pytest.raises(PostRefused, match="no_address_now"):
        post.send_again(sanne, first.id, Again.ADDRESS_MENDED, anew=made_anew, now=now)
    with opened(where.scope):
        Address.objects.update(street="Nieuweweg")
    with opened(sanne):
        post.send_again(sanne, first.id, Again.ADDRESS_MENDED, anew=made_anew, now=now)
    [posted], [_, second] = rows(where), rows(where, Consignment)
    assert posted.document_id == second.document_id != first.document_id
    assert "A. de Groot Nieuweweg 7" in text_of(where, second.document_id)
    assert go_on(where, moment, days=1) == 0


def test_while_letters_cannot_be_kept_none_goes_and_the_job_comes_back(duinstad, monkeypatch):
    where = duinstad.customer
    # The job goes by the clock.
    client, *_ = enrol(where, family(duinstad.basic)[:1], this_moment())
    lives(where, client.participant_id)

    def away():
        raise StoreUnavailable("EndpointConnectionError")

    monkeypatch.setattr(documents, "current_store", away)
    own = {"insurer_id": where.organisation.insurer_id, "organisation_id": where.organisation.id}
    with pytest.raises(StoreUnavailable) as problem:
        jobs.post_schedules_of(**own)
    patience = jobs.post_schedules_of.retry_strategy
    assert patience.lasts(problem.value, faults=1_000), "for as long as it takes"
    assert (rows(where), rows(where, Consignment)) == ([], [])
    monkeypatch.undo()
    jobs.post_schedules_of(**own)
    assert len(rows(where, Consignment)) == 1


def test_of_a_price_that_is_not_known_there_is_no_schedule_yet(duinstad, moment):
    where = duinstad.customer
    unpriced = product(where, f"NIEUW{where.organisation.id}", priced=False)
    offer(where, unpriced)
    client, *_ = enrol(where, family(unpriced.id)[:1], moment)
    lives(where, client.participant_id)
    assert go_on(where, moment) == 0
    assert [one.problem for one in rows(where)] == [Problem.NO_PREMIUM]


def test_what_was_undone_before_it_went_does_not_go(duinstad, moment):
    where = duinstad.customer
    client, *_ = enrol(where, family(duinstad.basic)[:1], moment)
    lives(where, client.participant_id)
    with opened(where.scope):
        enrolment.reverse(where.scope, client.mutation_id, moment)
    assert go_on(where, moment) == 0
    assert rows(where) == []


def test_who_is_insured_by_taking_part_gets_none_at_home(moment):
    ours = agency()
    offer(ours, product(ours))
    someone = enrolled(ours, Human(valid_bsns(1, start=947_000_000)[0]), moment)
    lives(ours, someone)
    assert go_on(ours, moment) == 0
    assert ours.organisation.id not in [id_ for _, id_ in posting.organisations()]


def test_a_card_goes_where_who_took_the_insurance_out_lives(duinstad, moment):
    where = duinstad.customer
    client, partner, *_ = enrol(where, family(duinstad.basic)[:2], moment)
    lives(where, client.participant_id)
    assert go_on_with_cards(where.organisation.insurer_id, where.organisation.id, 2026, now=moment.now) == 2
    cards = {one.participant_id: one for one in rows(where, InsuranceCard)}
    assert "B. de Groot Kerkstraat 7" in text_of(where, cards[partner.participant_id].document_id)


def test_every_night_each_municipality_goes_on(duinstad, moment):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    jobs.more_schedules(0)
    assert str(duinstad.customer.organisation.id) in waiting_jobs("policies.post_schedules_of")


def test_what_went_long_ago_or_never_will_is_forgotten(duinstad, moment, monkeypatch):
    where = duinstad.customer
    client, *_ = enrol(where, family(duinstad.basic)[:2], moment)
    lives(where, client.participant_id)
    go_on(where, moment)
    with working_for(where.organisation.id, where.organisation.insurer_id):
        PostedSchedule.objects.filter(participant_id=client.participant_id).update(document_id=None)
    for days, left in ((7, 2), (8, 1), (730, 1), (731, 0)):
        monkeypatch.setattr(timezone, "now", lambda days=days: moment.now + timedelta(days=days, seconds=-1))
        jobs.forget(0)
        assert len(rows(where)) == left, days


def test_another_organisation_sees_nothing_of_it(duinstad, moment):
    where = duinstad.customer
    client, *_ = enrol(where, family(duinstad.basic)[:1], moment)
    lives(where, client.participant_id)
    go_on(where, moment)
    assert len(rows(where)) == 1
    assert rows(town("Gemeente Elders").customer) == []
