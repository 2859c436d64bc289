"""A policy schedule says what is due, for exactly as long as that stays so (U05, U17)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.foundation.dates import BirthDate
from collectief.foundation.money import Money
from collectief.foundation.period import Period
from collectief.policies.premium import Cover, Discount, NoTariff, due_in
from collectief.policies.rules import Band, ProductKind, Tariff
from collectief.policies.schedules import on, schedules

pytestmark = [pytest.mark.feature("U05"), pytest.mark.feature("U17")]

ADULT = BirthDate(1980, 5, 2)
UNTIL = date(2027, 11, 1)


def tariff(first_day: date, euros: int) -> Tariff:
    return Tariff(first_day, (Band(0, 17, Money(0)), Band(18, None, Money(euros * 100))))


YEARS = (tariff(date(2020, 1, 1), 100), tariff(date(2026, 1, 1), 150), tariff(date(2027, 1, 1), 160))


def cover(first_day: date, last_day: date | None = None, **more) -> Cover:
    known = {"product": "Basis", "kind": ProductKind.BASIC, "tariffs": YEARS} | more
    return Cover(period=Period.through(first_day, last_day), **known)


def told(found) -> list[tuple[date, date | None, int]]:
    return [(one.period.first_day, one.period.last_day, one.monthly.cents // 100) for one in found]


def test_a_new_year_with_another_premium_is_another_schedule():
    assert told(schedules([cover(date(2025, 11, 17))], ADULT, until=UNTIL)) == [
        (date(2025, 11, 17), date(2025, 12, 31), 100),
        (date(2026, 1, 1), date(2026, 12, 31), 150),
        (date(2027, 1, 1), None, 160),
    ]


def test_the_last_ends_with_the_insurance_and_is_open_where_that_is_too_far_to_see():
    assert told(schedules([cover(date(2027, 2, 1), date(2027, 6, 30))], ADULT, until=UNTIL)) == [
        (date(2027, 2, 1), date(2027, 6, 30), 160)
    ]
    [*_, last] = schedules([cover(date(2026, 2, 1), date(2029, 6, 30))], ADULT, until=UNTIL)
    assert last.period.last_day is None


def test_a_last_day_that_is_the_last_one_looked_into_is_seen():
    last_seen = date(2027, 11, 30)
    for last_day, said in ((last_seen, last_seen), (last_seen + timedelta(days=1), None)):
        [*_, last] = schedules([cover(date(2027, 2, 1), last_day)], ADULT, until=UNTIL)
        assert last.period.last_day == said
    # Beside one that goes on: what they cost together holds until then.
    dental = cover(date(2027, 2, 1), last_seen, kind=ProductKind.DENTAL, product="Tand")
    [*_, last] = schedules([cover(date(2027, 2, 1)), dental], ADULT, until=UNTIL)
    assert last.period.last_day == last_seen


def test_who_becomes_eighteen_pays_from_the_month_after_by_another_schedule():
    found = schedules([cover(date(2026, 1, 1))], BirthDate(2008, 3, 14), until=date(2026, 12, 1))
    assert told(found) == [(date(2026, 1, 1), date(2026, 3, 31), 0), (date(2026, 4, 1), None, 150)]


def test_a_tariff_with_the_same_premium_changes_nothing():
    same = cover(date(2026, 1, 1), tariffs=(tariff(date(2025, 1, 1), 100), tariff(date(2026, 6, 1), 100)))
    assert told(schedules([same], ADULT, until=UNTIL)) == [(date(2026, 1, 1), None, 100)]


def test_two_products_stand_on_one_schedule_and_a_discount_is_told():
    dental = cover(
        date(2026, 3, 1), kind=ProductKind.DENTAL, product="Tand", tariffs=(tariff(date(2020, 1, 1), 10),),
        discounts=(Discount(date(2020, 1, 1), 1_000),),
    )  # fmt: skip
    first, second, *_ = schedules([cover(date(2026, 1, 1)), dental], ADULT, until=UNTIL)
    assert [one.product for one in first.prices] == ["Basis"]
    assert first.period.last_day == date(2026, 2, 28)
    assert [(one.product, one.gross, one.discount, one.net) for one in second.prices] == [
        ("Basis", Money(15000), Money(0), Money(15000)),
        ("Tand", Money(1000), Money(100), Money(900)),
    ]


def test_between_two_insurances_there_is_none():
    found = schedules([cover(date(2026, 1, 1), date(2026, 1, 31)), cover(date(2026, 3, 1))], ADULT, until=UNTIL)
    assert on(date(2026, 2, 10), found) is None
    assert on(date(2026, 3, 10), found) == found[1]
    assert schedules([], ADULT, until=UNTIL) == []


def test_days_without_a_price_are_refused():
    with pytest.raises(NoTariff):
        schedules([cover(date(2019, 12, 1))], ADULT, until=UNTIL)


_DAYS = st.integers(0, 900).map(lambda number: date(2025, 1, 1) + timedelta(days=number))


@given(st.lists(st.tuples(_DAYS, st.integers(0, 400)), min_size=1, max_size=3), st.integers(1950, 2012))
def test_every_day_of_every_month_is_due_by_the_schedule_that_holds(stays, year):
    born = BirthDate(year, 6, 15)
    covers = [
        cover(first, first + timedelta(days=length), product=f"P{number}")
        for number, (first, length) in enumerate(stays)
    ]
    found = schedules(covers, born, until=UNTIL)
    for before, after in pairwise(found):
        assert before.period.end_day is not None
        assert before.period.end_day <= after.period.first_day
        assert before.prices != after.prices or before.period.end_day < after.period.first_day
    for number in range(0, 1000, 13):
        day = date(2025, 1, 1) + timedelta(days=number)
        lines = [one for one in due_in(day.replace(day=1), covers, born) if one.first_day <= day <= one.last_day]
        holds = on(day, found)
        assert [(one.product, one.net) for one in (holds.prices if holds else ())] == sorted(
            (one.product, one.net) for one in lines
        )
