"""A tariff is judged when it is entered: every age has one premium, and the law is kept (K02)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.foundation.money import Money
from collectief.policies.rules import (
    OLDEST,
    WHOLE,
    Band,
    LabelCode,
    ProductKind,
    Tariff,
    TermsRefused,
    cap,
    judge_bands,
    judge_discount,
    judge_label_code,
    judge_tariff,
)

pytestmark = pytest.mark.feature("K02")

TODAY = date(2026, 11, 28)
YEAR = date(2027, 1, 1)
BASIC, MORE = ProductKind.BASIC, ProductKind.SUPPLEMENTARY


def band(young: int, old: int | None, cents: int = 1000) -> Band:
    return Band(young, old, Money(cents))


CHILD, ADULT = band(0, 17, 0), band(18, None, 16550)


@pytest.mark.parametrize(
    ("bands", "code", "age"),
    [
        ([], "no_bands", None),
        ([band(1, None)], "band_gap", 0),
        ([band(0, 17), band(19, None)], "band_gap", 18),
        ([band(0, 17), band(18, 64)], "band_gap", 65),
        ([band(0, 18), band(18, None)], "band_overlap", 18),
        ([band(0, None), band(18, None)], "band_overlap", 18),
        ([band(0, 17), band(0, 17), band(18, None)], "band_overlap", 0),
        ([band(0, 17), band(30, 20), band(18, None)], "band_backwards", 30),
        ([band(0, 17), band(18, 17)], "band_backwards", 18),
        ([band(0, 17), band(18, None, -1)], "below_zero", 18),
    ],
)
def test_a_table_with_a_gap_or_an_overlap_is_refused_and_says_where(bands, code, age):
    with pytest.raises(TermsRefused, match=code) as refused:
        judge_bands(bands)
    assert refused.value.params.get("age") == age


ages = st.integers(0, 40)


@given(st.lists(st.builds(band, ages, st.none() | ages), max_size=5))
def test_a_table_that_is_taken_has_one_premium_for_every_age(bands):
    held = [sum(one.from_age <= age <= one.oldest for one in bands) for age in range(OLDEST)]
    try:
        judged = judge_bands(bands)
    except TermsRefused:
        assert any(number != 1 for number in held) or any(one.oldest < one.from_age for one in bands)
        return
    assert held == [1] * OLDEST
    assert list(judged) == sorted(bands)
    tariff = Tariff(YEAR, judged)
    for age in range(120):
        [one] = [one for one in bands if one.from_age <= age <= one.oldest]
        assert tariff.monthly(age) == one.monthly


def tariff(first_day: date = YEAR, bands=(CHILD, ADULT), voluntary=()) -> Tariff:
    return Tariff(first_day, tuple(bands), tuple((amount, Money(off)) for amount, off in voluntary))


@pytest.mark.parametrize(
    ("kind", "one", "code"),
    [
        (BASIC, tariff(date(2027, 1, 2)), "not_first_of_month"),
        (BASIC, tariff(date(2026, 11, 1)), "begins_in_the_past"),
        (BASIC, tariff(date(2026, 12, 1)), "begins_already"),
        (BASIC, tariff(bands=[band(0, None)]), "minor_pays"),
        (BASIC, tariff(bands=[band(0, 16, 0), band(17, None)]), "minor_pays"),
        (BASIC, tariff(voluntary=[(150, 100)]), "voluntary_unknown"),
        (BASIC, tariff(voluntary=[(500, 16551)]), "voluntary_too_much"),
        (BASIC, tariff(voluntary=[(500, -1)]), "voluntary_too_much"),
        (MORE, tariff(voluntary=[(500, 100)]), "no_voluntary"),
        (MORE, tariff(bands=[band(0, 17)]), "band_gap"),
    ],
)
def test_what_may_not_be_proposed(kind, one, code):
    with pytest.raises(TermsRefused, match=code):
        judge_tariff(kind, one, [date(2026, 12, 1)], TODAY)


def test_what_may_be_proposed_is_put_in_order():
    judged = judge_tariff(BASIC, tariff(bands=[ADULT, CHILD], voluntary=[(500, 2300), (100, 400)]), [], TODAY)
    assert judged.bands == (CHILD, ADULT)
    assert [amount for amount, _ in judged.voluntary] == [100, 500]
    assert judge_tariff(MORE, tariff(bands=[band(0, None)]), [], TODAY).monthly(3) == Money(1000)


@pytest.mark.parametrize(
    ("kind", "day", "most"),
    [
        (BASIC, date(2005, 12, 31), 0), (BASIC, date(2019, 12, 31), 1000), (BASIC, date(2020, 1, 1), 500),
        (BASIC, date(2022, 12, 31), 500), (BASIC, date(2023, 1, 1), 0), (MORE, date(2026, 1, 1), WHOLE),
    ],
)  # fmt: skip
def test_how_much_discount_the_law_allows(kind, day, most):
    assert cap(kind, day) == most
    judge_discount(kind, day, most)
    with pytest.raises(TermsRefused, match="discount_too_high"):
        judge_discount(kind, day, most + 1)
    with pytest.raises(TermsRefused, match="discount_negative"):
        judge_discount(kind, day, -1)


FIRST = LabelCode(date(2022, 1, 1), "7085")


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ([], FIRST),
        ([FIRST], LabelCode(date(2022, 1, 2), "7086")),
        ([FIRST], LabelCode(YEAR, "7086")),
        # What is yet to come can be another.
        ([FIRST, LabelCode(YEAR, "7086")], LabelCode(YEAR, "7087")),
        ([FIRST, LabelCode(date(2062, 1, 1), "7086")], LabelCode(YEAR, "7086")),
        ([FIRST, LabelCode(YEAR, "7086")], LabelCode(TODAY, "7087")),
    ],
)
def test_a_label_gets_a_code_from_a_day_on(known, code):
    judge_label_code(code, known, today=TODAY)


@pytest.mark.parametrize(
    ("known", "code", "refused"),
    [
        *(([], LabelCode(YEAR, typed), "uzovi_digits") for typed in ("", "708", "70855", "70a5", "٧٠٨٥")),
        # What held once stays as it was.
        ([FIRST], LabelCode(date(2021, 1, 1), "7086"), "uzovi_later"),
        ([FIRST], LabelCode(FIRST.first_day, "7086"), "uzovi_later"),
        ([LabelCode(TODAY, "7085")], LabelCode(TODAY, "7086"), "uzovi_later"),
        ([FIRST, LabelCode(YEAR, "7086")], LabelCode(FIRST.first_day, "7087"), "uzovi_later"),
    ],
)
def test_and_not_otherwise(known, code, refused):
    with pytest.raises(TermsRefused) as why:
        judge_label_code(code, known, today=TODAY)
    assert why.value.code == refused
    assert why.value.params == ({"first_day": known[0].first_day} if refused == "uzovi_later" else {})
