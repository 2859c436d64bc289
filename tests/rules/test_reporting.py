"""The use of a contract, month by month (U27, G10)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.reporting.rules import Flow, MonthOfUse, Movement, Span, months_of_use, spans
from collectief.web.reporting.chart import HEIGHT, chart

pytestmark = [pytest.mark.feature("U27"), pytest.mark.feature("G10")]

SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


@pytest.mark.parametrize(
    ("flows", "first", "last", "said"),
    [
        ({}, date(2026, 12, 1), NOV, []),
        ({}, NOV, date(2026, 11, 28), [MonthOfUse(NOV, 0, 0, 0)]),
        (
            {SEP: Flow(3, 0), NOV: Flow(1, 2)}, date(2026, 9, 15), date(2026, 11, 28),
            [MonthOfUse(NOV, 2, 1, 2), MonthOfUse(OCT, 3, 0, 0), MonthOfUse(SEP, 3, 3, 0)],
        ),
        # Whoever came before the contract says it began is counted all the same.
        ({OCT: Flow(1)}, NOV, NOV, [MonthOfUse(NOV, 1, 0, 0), MonthOfUse(OCT, 1, 1, 0)]),
        ({date(2025, 12, 1): Flow(1)}, date(2025, 12, 31), date(2026, 1, 1),
         [MonthOfUse(date(2026, 1, 1), 1, 0, 0), MonthOfUse(date(2025, 12, 1), 1, 1, 0)]),
    ],
)  # fmt: skip
def test_the_months_of_a_contract(flows, first, last, said):
    assert months_of_use(flows, first, last) == said


moved = st.dictionaries(
    st.dates(date(2024, 1, 1), date(2026, 11, 1)).map(lambda day: day.replace(day=1)),
    st.builds(Flow, st.integers(0, 50), st.integers(0, 50)),
)


@given(moved, st.dates(date(2024, 1, 1), date(2026, 11, 28)))
def test_every_month_is_the_one_before_with_what_made_the_difference(flows, first):
    months = months_of_use(flows, first, date(2026, 11, 28))[::-1]
    assert months[0].count == months[0].difference
    for before, after in pairwise(months):
        assert after.count == before.count + after.difference
    assert sum(one.came for one in months) == sum(flow.came for flow in flows.values())
    assert sum(one.left for one in months) == sum(flow.left for flow in flows.values())


@given(st.lists(st.integers(0, 1_000_000), max_size=30))
def test_a_bar_is_as_high_as_its_share_and_anybody_is_seen(numbers):
    drawn = chart(numbers)
    assert len(drawn.bars) == len(numbers)
    for number, bar in zip(numbers, drawn.bars, strict=True):
        assert (bar.height > 0) == (number > 0)
        assert bar.y + bar.height == HEIGHT
        assert 0 <= bar.height <= HEIGHT
    if any(numbers):
        assert max(bar.height for bar in drawn.bars) == HEIGHT


@pytest.mark.feature("U23")
@pytest.mark.feature("G08")
@given(st.dates(date(2010, 1, 1), date(2026, 11, 28)), st.integers(0, 2000))
def test_every_day_is_in_one_month_and_one_year_of_what_there_are_lists_of(first, days):
    last = first + timedelta(days=days)
    there = spans(first, last)
    assert len({one.code for one in there}) == len(there)
    for number in range(0, days + 1, 17):
        day = first + timedelta(days=number)
        holding = [one for one in there if one.first <= day < one.end]
        assert [one.whole_year for one in holding] == [True, False]
        assert [one.code for one in holding] == [f"{day.year}", f"{day.year}-{day.month:02}"]
    assert all(one.end > first and one.first <= last for one in there)
    # The latest first: a year stands above its months.
    assert [one.end for one in there if one.whole_year] == sorted({one.end for one in there if one.whole_year})[::-1]
    assert there[0].whole_year and there[1] == Span.month(last)


@pytest.mark.feature("U23")
def test_what_moved_has_one_word():
    assert [Movement.of(came, left) for came in (True, False) for left in (True, False)] == [
        Movement.CAME_AND_LEFT, Movement.CAME, Movement.LEFT, Movement.STAYED,
    ]  # fmt: skip
