"""A verzekeringsverklaring that the records do not suffice for: asked for, a case of five working days, then there
(U08, U15)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.cases import actions as cases
from collectief.cases.actions import staff_of
from collectief.cases.models import Case
from collectief.cases.rules import CaseRefused, Decision, due_on
from collectief.enrolment.models import Participation
from collectief.foundation.dates import dutch
from collectief.inbox.models import Message
from collectief.policies import jobs
from collectief.policies.asking import STATEMENT
from collectief.policies.models import StatementRequest
from collectief.scope.database import office, opened
from tests.office_world import clerk
from tests.terms_world import offer, product
from tests.web.test_letters import read
from tests.web.visiting import client_of, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U08"), pytest.mark.feature("U15")]

ASK = "Verzekeringsverklaring aanvragen"


def recorded_from(customer, day: date) -> None:
    """The insurance of the first contract is recorded here from this day on."""
    offer(customer, product(customer), day)


@pytest.fixture
def ours():
    customer = agency()
    recorded_from(customer, timezone.localdate() - timedelta(days=40))
    return customer


@pytest.fixture
def someone(ours) -> int:
    """Took part for a hundred days, of which the last forty are recorded."""
    return enrolled(ours, Human(valid_bsns(1, start=951_000_000)[0]), this_moment())


def page_of(participant: int) -> str:
    return f"/deelnemers/{participant}/"


def address(participant: int) -> str:
    return f"/deelnemers/{participant}/verzekeringsverklaring/"


def asked(customer, participant: int) -> Case:
    """Asked for, and received by the insurer."""
    response = client_of(customer.scope).post(address(participant) + "aanvragen/", follow=True)
    assert "De verzekeringsverklaring is aangevraagd." in text_of(response)
    with opened(customer.scope):
        request = StatementRequest.objects.get()
    jobs.receive_request(request_id=request.id, insurer_id=customer.scope.insurer_id)
    with office(customer.scope.insurer_id):
        return Case.objects.get(kind=STATEMENT)


def answer(case: Case, text: str = "Verzekerd van 01-01-2024 tot en met vandaag.") -> None:
    """As the office does, and the job that follows."""
    cases.decide(case.id, Decision.APPROVED, by=staff_of(clerk()), reason=text, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'policies.tell_of_statement'")
        [(given,)] = cursor.fetchall()
    from json import loads

    jobs.tell_of_statement(**(loads(given) if isinstance(given, str) else given))


def test_what_is_not_recorded_is_asked_for_and_the_page_says_by_when_it_is_there(ours, someone):
    client, today = client_of(ours.scope), timezone.localdate()
    text = text_of(client.get(page_of(someone)))
    assert ASK in text
    first, last = today - timedelta(days=100), today - timedelta(days=41)
    assert f"Van {dutch(first)} t/m {dutch(last)} ligt de verzekering hier niet vast." in text
    assert client.get(address(someone)).status_code == 404, "not before it is whole"
    case = asked(ours, someone)
    assert case.due_on == due_on(STATEMENT, today)
    text = text_of(client.get(page_of(someone)))
    assert (
        f"Verzekeringsverklaring aangevraagd op {dutch(today)}, uiterlijk {dutch(case.due_on)} te downloaden." in text
    )
    assert ASK not in text
    with opened(ours.scope):
        assert AuditEvent.objects.get(action="documents.ask").participant_ids == [someone]


def test_five_working_days_later_at_the_latest_it_can_be_downloaded_and_a_message_says_so(ours, someone):
    case = asked(ours, someone)
    answer(case)
    client = client_of(ours.scope)
    assert f'href="{address(someone)}"' in text_of(client.get(page_of(someone)))
    text = read(client.get(address(someone)))
    assert "Aanvulling van de verzekeraar Verzekerd van 01-01-2024 tot en met vandaag." in text
    berichten = text_of(client.get("/berichten/?categorie=insurance_statement"))
    assert "De verzekeringsverklaring van A.J. Janse is te downloaden" in berichten
    with opened(ours.scope):
        assert Message.objects.filter(code="statement.ready").get().participant_id == someone
        assert AuditEvent.objects.filter(action="documents.answer").count() == 1


def test_asked_twice_it_is_one_case(ours, someone):
    case = asked(ours, someone)
    again = client_of(ours.scope).post(address(someone) + "aanvragen/", follow=True)
    assert "De verzekeringsverklaring was al aangevraagd." in text_of(again)
    jobs.receive_request(request_id=int(case.subject), insurer_id=ours.scope.insurer_id)
    with office(ours.scope.insurer_id):
        assert Case.objects.filter(kind=STATEMENT).count() == 1


def test_staff_see_the_relation_number_and_the_days_and_no_name(ours, someone):
    case = asked(ours, someone)
    with opened(ours.scope):
        number = Participation.objects.get().relation_number
    page = text_of(client_of(clerk()).get(f"/zaken/{case.id}/"))
    today = timezone.localdate()
    for said in (number, ours.organisation.name, dutch(today - timedelta(days=41)), "Schrijf op welke van deze dagen"):
        assert said in page, said
    assert "Janse" not in page
    with pytest.raises(CaseRefused):
        cases.decide(case.id, Decision.APPROVED, by=staff_of(clerk()), reason=" ", now=timezone.now())


def test_where_everything_is_recorded_there_is_nothing_to_ask():
    customer = agency()
    recorded_from(customer, timezone.localdate() - timedelta(days=100))
    someone = enrolled(customer, Human(valid_bsns(1, start=951_000_000)[0]), this_moment())
    client = client_of(customer.scope)
    assert ASK not in text_of(client.get(page_of(someone)))
    there = text_of(client.post(address(someone) + "aanvragen/", follow=True))
    assert "Hiervoor ligt alles vast. De verklaring is meteen te downloaden." in there
    with opened(customer.scope):
        assert not StatementRequest.objects.exists()
    assert read(client.get(address(someone)))


def test_nobody_asks_about_anothers_people_or_without_the_right(ours, someone):
    where = address(someone) + "aanvragen/"
    assert client_of(agency(name="Zuid").scope).post(where).status_code == 404
    assert client_of(member_of(ours.organisation, roles=["account_manager"])).post(where).status_code == 403
    elsewhere = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    assert client_of(elsewhere).post(where).status_code == 404
    with opened(ours.scope):
        assert not StatementRequest.objects.exists()


def test_of_what_was_answered_long_ago_nothing_is_left(ours, someone, monkeypatch):
    answer(asked(ours, someone))
    jobs.forget(0)
    with opened(ours.scope):
        assert StatementRequest.objects.count() == 1
    later = timezone.now() + timedelta(days=401)
    monkeypatch.setattr(timezone, "now", lambda: later)
    jobs.forget(0)
    with opened(ours.scope):
        assert not StatementRequest.objects.exists()
