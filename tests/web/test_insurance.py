"""What somebody is insured with, and what it costs, on the page of a participant (U06, U14)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from collectief.enrolment.facts import Application, Kind
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.scope.database import opened
from tests.terms_world import insuring_agency, offer, product
from tests.web.visiting import client_of, text_of, this_moment
from tests.world import Human, agency, enrolled, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U06")]


@pytest.fixture
def ours():
    return insuring_agency()


def page_of(customer, participant: int) -> str:
    response = client_of(customer.scope).get(f"/deelnemers/{participant}/")
    assert response.status_code == 200
    # As it is read: no-break spaces stay.
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", text_of(response)))


def comes(customer, *, since: date | None = None, **more: object) -> int:
    return enrolled(customer, Human(valid_bsns(1, start=920_000_000)[0], **more), this_moment(), since=since)


@pytest.mark.feature("U18")
def test_the_insurance_stands_with_its_days_and_this_months_premium(ours):
    text = page_of(ours, comes(ours))
    assert "Verzekering Product Contract Ingangsdatum" in text
    assert "Verzekerd" in text
    assert "Basis hele maand €\u00a0150,00 €\u00a0150,00" in text
    assert "Totaal €\u00a0150,00" in text


def test_of_a_month_not_whole_the_days_are_told(ours):
    today = timezone.localdate()
    first = today.replace(day=1) + timedelta(days=1)
    text = page_of(ours, comes(ours, since=first))
    assert f"Basis {first:%d-%m-%Y} t/m " in text
    assert "hele maand" not in text


@pytest.mark.feature("U14")
def test_a_former_participant_keeps_the_history_and_pays_nothing(ours):
    participant = comes(ours)
    before = timezone.localdate().replace(day=1) - timedelta(days=1)
    leave = Application(Kind.TERMINATE, last_day=before, reason="end_of_employment")
    with opened(ours.scope):
        mutations.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], this_moment())
    text = page_of(ours, participant)
    assert f"{before:%d-%m-%Y} Beëindigd" in text
    assert "Premie" not in text


def test_without_insurance_the_page_says_so():
    bare = agency()
    assert "Er is geen verzekering via een contract van deze organisatie." in page_of(bare, comes(bare))


def test_two_premiums_at_once_are_not_added_up(ours):
    offer(ours, product(ours, "ANDERS"), contract=1)
    human = Human(valid_bsns(1, start=920_000_000)[0])
    participant = enrolled(ours, human, this_moment())
    enrolled(ours, human, this_moment(), contract=1)
    text = page_of(ours, participant)
    assert "Anders hele maand" in text
    assert "Totaal" not in text


def test_where_insurance_is_asked_for_by_itself_the_page_says_nothing_of_it():
    town = agency(segment="municipality", name="Gemeente Duinstad")
    assert "verzekering via een contract" not in page_of(town, comes(town))


def test_without_a_birth_date_there_is_no_premium_and_the_page_says_why(ours):
    participant = comes(ours)
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute("UPDATE participant SET birth_date = '' WHERE id = %s", [participant])
    assert "De geboortedatum is niet bekend bij de BRP; daarom is er nog geen premie." in page_of(ours, participant)


def test_a_product_without_a_premium_yet_is_named():
    customer = agency()
    made = product(customer, "NIEUW", priced=False)
    offer(customer, made)
    assert "Er is nog geen premie vastgesteld voor Nieuw." in page_of(customer, comes(customer))
