"""A premium to the cent: worked examples, and what must hold whatever the facts are (K02, U28)."""

from __future__ import annotations

from calendar import monthrange
from copy import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.foundation.dates import BirthDate
from collectief.foundation.money import NOTHING, Money, total
from collectief.foundation.period import Period
from collectief.policies.premium import Cover, NoTariff, age_in, due_in, premium
from collectief.policies.rules import ProductKind
from tests.rules.premium_examples import DISCOUNTS, KINDS, TARIFFS, examples

pytestmark = pytest.mark.feature("K02")


def cover(
    product: str, first_day: date, last_day: date | None, *, voluntary: int = 0, discounted: bool = False
) -> Cover:
    kind = KINDS[product]
    return Cover(
        product, kind, Period.through(first_day, last_day), TARIFFS[product],
        DISCOUNTS[product] if discounted else (), voluntary if kind == ProductKind.BASIC else 0,
    )  # fmt: skip


@pytest.mark.parametrize("example", [pytest.param(one, id=one.why) for one in examples()])
def test_an_example_worked_out_by_hand(example):
    days = date.fromisoformat(example.first_day), date.fromisoformat(example.last_day) if example.last_day else None
    covers = [
        cover(product, *days, voluntary=int(example.voluntary), discounted=example.discounted == "yes")
        for product in example.products.split("+")
    ]
    born = BirthDate(*map(int, example.born.split("-")))
    month = date.fromisoformat(f"{example.month}-01")
    assert premium(month, covers, born) == Money.parse(example.premium)


def test_there_are_examples_enough():
    assert len(examples()) >= 60


months = st.dates(date(2019, 1, 1), date(2027, 12, 31)).map(lambda day: day.replace(day=1))
births = st.dates(date(1920, 1, 1), date(2027, 12, 31)).map(BirthDate.on)
products = st.sampled_from(sorted(KINDS))
voluntaries = st.sampled_from([0, 500])


@st.composite
def covers(draw) -> Cover:
    first = draw(st.dates(date(2019, 1, 1), date(2027, 12, 30)))
    last = draw(st.none() | st.dates(first, date(2028, 6, 30)))
    return cover(draw(products), first, last, voluntary=draw(voluntaries), discounted=draw(st.booleans()))


@given(covers(), months, births, st.integers(1, 40))
def test_cutting_an_insurance_in_two_changes_nothing_of_what_is_due(one, month, born, days):
    at = month + timedelta(days=days)
    if not (one.period.first_day < at and (one.period.end_day is None or at < one.period.end_day)):
        return
    halves = [
        replace(one, period=Period(one.period.first_day, at)), replace(one, period=Period(at, one.period.end_day)),
    ]  # fmt: skip
    assert premium(month, halves, born) == premium(month, [one], born)


@given(covers(), months, births)
def test_the_days_of_a_month_add_up_to_the_month(one, month, born):
    lines = due_in(month, [one], born)
    assert sum(line.days for line in lines) == _days_of(one.period, month)
    for line in lines:
        each = [
            premium(month, [replace(one, period=Period.through(day, day))], born)
            for day in (line.first_day + timedelta(days=number) for number in range(line.days))
        ]
        assert total(each) == line.amount


def _days_of(period: Period, month: date) -> int:
    length = monthrange(month.year, month.month)[1]
    return sum(month + timedelta(days=number) in period for number in range(length))


@given(st.lists(covers(), max_size=3), covers(), months, births)
def test_another_product_never_makes_it_cheaper(some, more, month, born):
    assert premium(month, [*some, more], born) >= premium(month, some, born)


@given(covers(), months, births, st.integers(1, 60))
def test_a_day_longer_never_makes_it_cheaper(one, month, born, days):
    if one.period.end_day is None:
        return
    longer = replace(one, period=Period(one.period.first_day, one.period.end_day + timedelta(days=days)))
    assert premium(month, [longer], born) >= premium(month, [one], born)


@given(covers(), months, births)
def test_a_voluntary_deductible_and_a_discount_never_make_it_dearer_nor_pay_anybody(one, month, born):
    plain = replace(one, voluntary=0, discounts=())
    for line in due_in(month, [one], born):
        assert NOTHING <= line.net == line.gross - line.discount - line.deductible
        assert line.discount >= NOTHING and line.deductible >= NOTHING
    assert NOTHING <= premium(month, [one], born) <= premium(month, [plain], born)


@given(covers(), months, births)
def test_who_is_not_eighteen_pays_nothing_and_the_month_after_the_birthday_does(one, month, born):
    eighteenth = date(born.year + 18, born.month, 1)
    if month <= eighteenth:
        assert premium(month, [one], born) == NOTHING
    else:
        assert all(line.gross for line in due_in(month, [one], born))


@given(months, births)
def test_the_age_that_counts_goes_up_once_a_year(month, born):
    later = month.replace(year=month.year + 1)
    if month >= date(born.year, born.month, 1):
        assert age_in(later, born) - age_in(month, born) in (0, 1)
        assert age_in(later, born) == age_in(month, born) + (later > date(born.year + 1, born.month, 1))


def test_days_before_the_first_tariff_have_no_price():
    with pytest.raises(NoTariff) as refused:
        premium(date(2018, 12, 1), [cover("basis", date(2018, 12, 31), None)], BirthDate(1980, 2, 1))
    assert (refused.value.product, refused.value.day) == ("basis", date(2018, 12, 31))


def test_a_voluntary_deductible_that_is_not_offered_has_no_price():
    with pytest.raises(NoTariff):
        premium(date(2027, 1, 1), [cover("basis", date(2027, 1, 1), None, voluntary=200)], BirthDate(1980, 2, 1))


def test_a_line_can_be_read():
    [first, second] = due_in(
        date(2026, 7, 1), [replace(cover("aanvullend", date(2026, 6, 1), None), discounts=DISCOUNTS["aanvullend"])],
        BirthDate(1980, 2, 1),
    ) + due_in(date(2026, 8, 1), [cover("tand", date(2026, 8, 16), None)], BirthDate(1980, 2, 1))  # fmt: skip
    assert (first.gross.dutch, first.discount.dutch, first.net.dutch, first.amount.dutch) == (
        "€\u00a016,00", "€\u00a01,20", "€\u00a014,80", "€\u00a014,80",
    )  # fmt: skip
    assert (second.first_day, second.last_day, second.days, second.days_in_month) == (
        date(2026, 8, 16), date(2026, 8, 31), 16, 31,
    )  # fmt: skip
