"""Who can be a customer, and from when to when a contract holds (K02)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.customers.rules import (
    FURTHEST,
    CustomerRefused,
    NewCustomer,
    judge_customer,
    judge_ending,
    judge_leaving,
    judge_opening,
    judge_people,
)
from collectief.foundation.period import Period

pytestmark = pytest.mark.feature("K02")

TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)
SINCE = Period(date(2024, 1, 1))


def code(judge, *args) -> str:
    """Why it is refused; empty where it is not."""
    try:
        judge(*args)
    except CustomerRefused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kvk": "28012345"}, ""),
        ({"kvk": "28012345", "branch": "000012345678"}, ""),
        ({"rsin": "999990019"}, ""),
        ({}, "number_missing"),
        ({"branch": "000012345678"}, "number_missing"),
        ({"kvk": "2801234"}, "kvk_wrong"),
        ({"kvk": "280123456"}, "kvk_wrong"),
        ({"kvk": "2801234x"}, "kvk_wrong"),
        ({"kvk": "٢٨٠١٢٣٤٥"}, "kvk_wrong"),
        ({"rsin": "999990018"}, "rsin_wrong"),
        ({"rsin": "99990019"}, "rsin_wrong"),
        ({"kvk": "28012345", "branch": "12345678"}, "branch_wrong"),
        ({"kvk": "28012345", "segment": "back_office"}, "segment_unknown"),
    ],
)
def test_the_numbers_of_an_organisation_are_judged(more, said):
    new = NewCustomer(**{"name": "De Brug", "segment": "staffing_agency"} | more)
    assert code(judge_customer, new, ["staffing_agency"]) == said


@pytest.mark.parametrize(
    ("contracts", "waiting", "said"),
    [
        ([], [], ""),
        ([("1", Period(date(2024, 1, 1), TODAY))], [], ""),
        ([("1", Period(date(2024, 1, 1), TODAY + DAY))], [], "contracts_run"),
        ([("1", SINCE)], [], "contracts_run"),
        ([("1", Period(TODAY + DAY, TODAY + 2 * DAY))], [], "contracts_run"),
        ([], ["1"], "contract_waits"),
    ],
)
def test_an_organisation_ends_after_its_contracts(contracts, waiting, said):
    assert code(judge_leaving, TODAY, contracts, waiting) == said
    assert code(judge_leaving, None, contracts, waiting) == ""


def test_a_refusal_names_the_first_few_contracts():
    with pytest.raises(CustomerRefused) as refused:
        judge_leaving(TODAY, [(str(number), SINCE) for number in range(9)], [])
    assert refused.value.params == {"numbers": "0, 1, 2, 3, 4", "more": 9}


@pytest.mark.parametrize(
    ("first_day", "ends", "said"),
    [
        (TODAY, None, ""),
        (TODAY - FURTHEST, None, ""),
        (TODAY + FURTHEST, None, ""),
        (TODAY + FURTHEST + DAY, None, "too_far"),
        (TODAY - FURTHEST - DAY, None, "too_far"),
        (TODAY, TODAY + DAY, "customer_ended"),
    ],
)
def test_a_contract_begins_about_now_for_who_is_a_customer(first_day, ends, said):
    assert code(judge_opening, Period(first_day), ends, TODAY) == said


@pytest.mark.parametrize(
    ("now", "end_day", "ends", "said"),
    [
        (SINCE, TODAY + DAY, None, ""),
        (SINCE, TODAY, None, "ends_in_the_past"),
        (SINCE, None, None, "same_end"),
        (Period(date(2024, 1, 1), TODAY + DAY), TODAY + DAY, None, "same_end"),
        (Period(date(2024, 1, 1), TODAY + DAY), None, None, ""),
        (Period(date(2024, 1, 1), TODAY + DAY), TODAY + 9 * DAY, None, ""),
        (Period(date(2024, 1, 1), TODAY), TODAY + 9 * DAY, None, "contract_over"),
        (Period(TODAY + 9 * DAY), TODAY + 9 * DAY, None, "ends_before_it_begins"),
        (SINCE, TODAY + DAY, TODAY + 9 * DAY, "customer_ended"),
    ],
)
def test_the_end_of_a_contract_is_today_or_later(now, end_day, ends, said):
    assert code(judge_ending, now, end_day, ends, TODAY) == said


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_an_end_that_is_let_through_leaves_a_contract_of_at_least_a_day_that_is_yet_to_come(first, end):
    if not code(judge_ending, Period(first), end, None, TODAY):
        assert (Period(first, end).last_day or TODAY) >= TODAY


def test_no_contract_ends_over_the_heads_of_its_people():
    judge_people(0, TODAY)
    with pytest.raises(CustomerRefused) as refused:
        judge_people(3, TODAY)
    assert refused.value.params == {"people": 3, "last_day": TODAY - DAY}
