"""Terms in working days, as the Algemene termijnenwet counts them (K01)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.cases.rules import TERMS, due_on, is_late, registry
from collectief.foundation.workdays import after_workdays, is_workday

pytestmark = pytest.mark.feature("K01")

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-25", True),
        ("2026-11-28", False),
        ("2026-11-29", False),
        ("2026-12-25", False),
        ("2026-12-24", True),
        ("2026-04-03", False),
        ("2026-04-06", False),
        ("2026-04-27", False),
        ("2026-05-05", False),
        ("2026-05-14", False),
        ("2026-05-25", False),
        ("2027-01-01", False),
    ],
)
def test_which_days_count(day, works):
    assert is_workday(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-11-23", "2026-11-30"),
        ("2026-11-27", "2026-12-04"),
        ("2026-11-28", "2026-12-04"),
        ("2026-12-23", "2026-12-31"),
        ("2026-04-02", "2026-04-13"),
    ],
)
def test_five_working_days(opened, due):
    assert due_on("account_application", date.fromisoformat(opened)) == date.fromisoformat(due)


@given(day=days, count=st.integers(0, 30))
def test_exactly_that_many_working_days_lie_between(day, count):
    due = after_workdays(day, count)
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert sum(map(is_workday, between)) == count
    assert not count or is_workday(due)


@given(day=days)
def test_late_is_after_the_day_promised(day):
    assert not is_late(day, day)
    assert is_late(day, day + timedelta(days=1))


def test_a_term_does_not_lie_in_the_past():
    with pytest.raises(ValueError, match="past"):
        after_workdays(date(2026, 1, 1), -1)


def test_every_term_has_its_kind_and_every_kind_its_term():
    assert set(registry.kinds) == set(TERMS)
    assert all(kind.workdays == TERMS[slug] for slug, kind in registry.kinds.items())
