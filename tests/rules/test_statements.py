"""Insurance statements: three years at most, never a day too many or too few (U08, U15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.foundation.period import Period
from collectief.policies.statements import Stretch, looked_back, stretches, unrecorded

pytestmark = [pytest.mark.feature("U08"), pytest.mark.feature("U15")]

TODAY = date(2026, 11, 28)


@dataclass(frozen=True)
class Term:
    """As policies keeps them."""

    product: str
    contract_id: int
    period: Period


def term(first_day: date, last_day: date | None = None, *, product: str = "Basis", contract: int = 1) -> Term:
    return Term(product, contract, Period.through(first_day, last_day))


@pytest.mark.parametrize(
    ("today", "first"),
    [(TODAY, date(2023, 11, 28)), (date(2028, 2, 29), date(2025, 2, 28)), (date(2027, 2, 28), date(2024, 2, 28))],
)
def test_it_looks_three_years_back(today, first):
    assert looked_back(today) == first


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ([], []),
        ([term(date(2015, 1, 1))], [(date(2023, 11, 28), TODAY)]),
        ([term(date(2015, 1, 1), date(2023, 11, 27))], []),
        ([term(date(2015, 1, 1), date(2023, 11, 28))], [(date(2023, 11, 28), date(2023, 11, 28))]),
        ([term(TODAY)], [(TODAY, TODAY)]),
        ([term(TODAY + timedelta(days=1))], []),
        ([term(date(2025, 1, 1), date(2027, 1, 1))], [(date(2025, 1, 1), TODAY)]),
        # The same under the same contract, the next day: one stretch; after a day without, two.
        ([term(date(2025, 2, 1)), term(date(2025, 1, 1), date(2025, 1, 31))], [(date(2025, 1, 1), TODAY)]),
        (
            [term(date(2025, 2, 2)), term(date(2025, 1, 1), date(2025, 1, 31))],
            [(date(2025, 2, 2), TODAY), (date(2025, 1, 1), date(2025, 1, 31))],
        ),
    ],
)  # fmt: skip
def test_which_days_it_names(terms, said):
    assert stretches(terms, today=TODAY) == [Stretch(*days, "Basis", 1) for days in said]


days = st.dates(date(2022, 1, 1), date(2028, 1, 1))


def lasting(first_day: date, length: int | None, product: str, contract: int) -> Term:
    last_day = None if length is None else first_day + timedelta(days=length)
    return term(first_day, last_day, product=product, contract=contract)


terms = st.lists(
    st.builds(lasting, days, st.none() | st.integers(0, 800), st.sampled_from(["Basis", "Tand"]), st.integers(1, 2)),
    max_size=6,
)


@given(terms, st.dates(date(2023, 1, 1), date(2028, 12, 31)))
def test_it_names_a_day_exactly_when_somebody_was_insured_on_it(known, today):
    found = stretches(known, today=today)
    window = [looked_back(today) + timedelta(days=n) for n in range((today - looked_back(today)).days + 1)]
    for product in ("Basis", "Tand"):
        for contract in (1, 2):
            own = [one for one in found if (one.product, one.contract_id) == (product, contract)]
            held = [one.period for one in known if (one.product, one.contract_id) == (product, contract)]
            for day in window:
                assert any(one.first_day <= day <= one.last_day for one in own) == any(day in one for one in held)
            # Never two stretches where one would do, and nothing outside.
            edges = sorted(own)
            assert all(a.last_day + timedelta(days=1) < b.first_day for a, b in pairwise(edges))
            assert all(window[0] <= one.first_day and one.last_day <= today for one in own)


BEGAN = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("stays", "days"),
    [
        ([], []),
        ([(1, Period.through(date(2024, 6, 1), None))], [(date(2024, 6, 1), date(2024, 12, 31))]),
        ([(1, Period.through(date(2015, 1, 1), None))], [(date(2023, 11, 28), date(2024, 12, 31))]),
        ([(1, Period.through(date(2024, 6, 1), date(2024, 7, 1)))], [(date(2024, 6, 1), date(2024, 7, 1))]),
        ([(1, Period.through(date(2015, 1, 1), date(2023, 11, 27)))], []),
        ([(1, Period.through(BEGAN, None))], []),
        # A contract that insures nobody, and one that will from tomorrow on.
        ([(2, Period.through(date(2024, 6, 1), None))], []),
        ([(3, Period.through(date(2026, 11, 1), None))], [(date(2026, 11, 1), TODAY)]),
        ([(3, Period.through(TODAY + timedelta(days=1), None))], []),
    ],
)
def test_days_before_the_records_begin_are_missing(stays, days):
    begins = {1: BEGAN, 3: TODAY + timedelta(days=2)}
    assert unrecorded(stays, begins, today=TODAY) == days
