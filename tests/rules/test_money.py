"""Euros and cents: read as people type them, written as they read them, divided without losing any."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.foundation.money import NOTHING, Money, total

amounts = st.integers(-10_000_000, 10_000_000).map(Money)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200), ("12,50", 1250), ("1234,56", 123456), ("1.234,56", 123456), ("€ 1.234,56", 123456),
        ("€12", 1200), (" 0,05 ", 5), ("-3,10", -310), ("€ -3,10", -310), ("1.234.567", 123456700),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(text, cents):
    assert Money.parse(text) == Money(cents)


@pytest.mark.parametrize("text", ["", "12.50", "12,5", "1.23", "1,234.56", "twaalf", "12,50 euro", "1e3", "٣"])
def test_what_could_be_read_in_two_ways_is_no_amount(text):
    with pytest.raises(ValueError):
        Money.parse(text)


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "€\u00a00,00"), (5, "€\u00a00,05"), (123456, "€\u00a01.234,56"), (-310, "€\u00a0-3,10")],
)
def test_an_amount_is_written_as_people_read_it(cents, text):
    assert Money(cents).dutch == text


@given(amounts)
def test_what_is_written_can_be_read_again(amount):
    assert Money.parse(amount.dutch) == amount


@pytest.mark.parametrize(
    ("cents", "numerator", "denominator", "result"),
    [(100, 1, 3, 33), (100, 2, 3, 67), (1, 1, 2, 1), (-1, 1, 2, -1), (5, 1, 2, 3), (15995, 31, 31, 15995)],
)
def test_a_part_is_to_the_nearest_cent_and_half_a_cent_goes_up(cents, numerator, denominator, result):
    assert Money(cents).part(numerator, denominator) == Money(result)


@given(amounts, st.lists(st.integers(0, 31), max_size=6), st.integers(28, 31))
def test_parts_counted_from_the_beginning_add_up_to_the_whole(amount, cuts, days):
    places = sorted({0, days} | {cut for cut in cuts if cut < days})
    parts = [amount.part(end, days) - amount.part(begin, days) for begin, end in pairwise(places)]
    assert total(parts) == amount


@given(amounts, amounts)
def test_adding_and_taking_away(one, other):
    assert one + other - other == one
    assert one + -one == NOTHING
    assert not NOTHING
    assert (one < other) == (one.cents < other.cents)
