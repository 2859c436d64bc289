"""Who is in the in- en uitstroomlijsten, beside a plain oracle that goes by the day (U23, G08)."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectief.contracts.queries import contracts
from collectief.reporting.flow_lists import Asked, flow_lines, flow_page
from collectief.reporting.queries import use_of
from collectief.reporting.rules import Movement, Span
from collectief.scope.database import opened
from collectief.scope.scope import NotAllowed
from tests.stays_world import DAY, listed, peopled, restayed, some_stays, wholes
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U23"), pytest.mark.feature("G08")]

BEGIN = date(2024, 3, 1)
DAYS = (date(2024, 6, 30), date(2024, 12, 31), date(2025, 1, 1), date(2025, 5, 14))


@pytest.fixture
def ours():
    return agency()


def asked(customer, span: Span, *, everyone: bool) -> Asked:
    with opened(customer.scope):
        contract = next(one for one in contracts(customer.scope) if one.id == customer.contracts[0].id)
    return Asked(contract, span, everyone)


def lines(customer, question: Asked, today: date):
    with opened(customer.scope):
        found = list(flow_lines(customer.scope, question, today=today))
    return sorted((one.participant_id, one.first_day, one.last_day, one.movement) for one in found)


@pytest.mark.parametrize("seed", range(6))
def test_who_is_listed_is_what_one_finds_day_by_day(ours, moment, seed):
    people = peopled(ours, moment, 12, Random(seed), begin=BEGIN)
    for today in DAYS:
        for span in (*map(Span.month, DAYS), Span.year(date(2024, 1, 1)), Span.year(date(2025, 1, 1))):
            said = listed(people, span, today)
            assert lines(ours, asked(ours, span, everyone=True), today) == said, (span, today)
            movers = [one for one in said if one[3] is not Movement.STAYED]
            assert lines(ours, asked(ours, span, everyone=False), today) == movers, (span, today)
            with opened(ours.scope):
                page = flow_page(ours.scope, asked(ours, span, everyone=False), today=today, page=1, size=100)
            kinds = [one[3] for one in movers]
            assert page.total == len(movers)
            assert page.came == sum(one in (Movement.CAME, Movement.CAME_AND_LEFT) for one in kinds)
            assert page.left == sum(one in (Movement.LEFT, Movement.CAME_AND_LEFT) for one in kinds)


@pytest.mark.feature("U27")
@pytest.mark.parametrize("seed", range(3))
def test_a_month_has_as_many_who_came_and_left_as_its_figures_say(ours, moment, seed):
    peopled(ours, moment, 10, Random(seed), begin=BEGIN)
    today = DAYS[-1]
    with opened(ours.scope):
        contract = next(one for one in contracts(ours.scope) if one.id == ours.contracts[0].id)
        for month in use_of(ours.scope, contract, today=today):
            page = flow_page(ours.scope, Asked(contract, Span.month(month.month)), today=today, page=1, size=10)
            assert (page.came, page.left) == (month.came, month.left), month


@pytest.mark.parametrize("seed", range(4))
def test_the_table_knows_which_stays_adjoin_whatever_is_changed(ours, moment, seed):
    chance = Random(seed)
    people = peopled(ours, moment, 6, chance, begin=BEGIN)
    for _ in range(10):
        someone = chance.choice(people)
        stays = restayed(ours, someone.id, some_stays(chance, BEGIN))
        if len(stays) > 1 and chance.random() < 0.5:
            # One is cut a day shorter, as by a termination: what adjoined it does so no more.
            with opened(ours.scope), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE participation SET period = daterange(lower(period), upper(period) - 1)"
                    " WHERE participant_id = %s AND contract_id = %s AND lower(period) = %s"
                    " AND upper(period) - lower(period) > 1",
                    [someone.id, ours.contracts[0].id, stays[0][0]],
                )
        with opened(ours.scope), connection.cursor() as cursor:
            cursor.execute(
                "SELECT first_day, nullif(end_day, 'infinity') - 1, adjoins FROM participation"
                " WHERE participant_id = %s AND contract_id = %s",
                [someone.id, ours.contracts[0].id],
            )
            there = cursor.fetchall()
        whole = wholes((first, last) for first, last, _ in there)
        assert {(first, last) for first, last, adjoins in there if not adjoins} == set(whole) & {
            (first, last) for first, last, _ in there
        }


def test_pages_make_up_the_whole_list_in_two_questions_each(ours, moment):
    peopled(ours, moment, 9, Random(9), begin=BEGIN)
    question = asked(ours, Span.year(BEGIN), everyone=True)
    with opened(ours.scope):
        whole = [(one.participant_id, one.first_day) for one in flow_lines(ours.scope, question, today=DAYS[-1])]
        found = []
        for number in range(1, -(-len(whole) // 4) + 1):
            with CaptureQueriesContext(connection) as captured:
                page = flow_page(ours.scope, question, today=DAYS[-1], page=number, size=4)
            assert len(captured) == 2
            found += [(one.participant_id, one.first_day) for one in page.lines]
        assert found == whole
        beyond = flow_page(ours.scope, question, today=DAYS[-1], page=99, size=4)
        assert beyond.lines == page.lines and beyond.number == number


def test_who_leaves_and_comes_back_later_has_two_lines(ours, moment):
    people = peopled(ours, moment, 1, Random(1), begin=BEGIN)
    restayed(ours, people[0].id, [(BEGIN, BEGIN + 9 * DAY), (BEGIN + 40 * DAY, None)])
    said = [one[3] for one in lines(ours, asked(ours, Span.year(BEGIN), everyone=False), DAYS[-1])]
    assert said == [Movement.CAME_AND_LEFT, Movement.CAME]


def test_who_may_not_see_participants_gets_no_list(ours):
    money = member_of(ours.organisation, roles=["financial"])
    question = asked(ours, Span.month(BEGIN), everyone=True)
    with opened(money), pytest.raises(NotAllowed):
        flow_page(money, question, today=BEGIN, page=1, size=10)
    with opened(money), pytest.raises(NotAllowed):
        next(flow_lines(money, question, today=BEGIN))
