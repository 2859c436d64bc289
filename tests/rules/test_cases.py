"""Terms of cases, and who may take and decide one (K01)."""

from __future__ import annotations

from copy import replace
from datetime import date, timedelta

import pytest

from collectief.cases.rules import (
    TERMS,
    About,
    CaseRefused,
    Kind,
    Staff,
    due_on,
    is_late,
    judge_deciding,
    judge_take,
    registry,
    workdays_left,
)

pytestmark = pytest.mark.feature("K01")

SANNE, LOTTE = 7, 8
OPENED = Kind("opened", 3, "Opened", lambda *_: {}, lambda *_: About(), lambda _: None, dict)
ME = Staff(1, "Zorg en Zekerheid", "Sanne", SANNE)


def test_every_kind_has_the_term_that_was_promised():
    assert registry.kinds
    assert {slug: kind.workdays for slug, kind in registry.kinds.items()} == {
        slug: TERMS[slug] for slug in registry.kinds
    }


@pytest.mark.parametrize(
    ("today", "left"),
    [
        # Due on Wednesday 2 December 2026: the fifth working day after Wednesday 25 November.
        (date(2026, 11, 25), 5),
        (date(2026, 11, 27), 3),
        (date(2026, 11, 28), 3),
        (date(2026, 12, 1), 1),
        (date(2026, 12, 2), 0),
        (date(2026, 12, 3), -1),
        (date(2026, 12, 7), -3),
    ],
)
def test_working_days_until_the_promised_day_and_beyond_it(today, left):
    due = due_on("account_application", date(2026, 11, 25))
    assert due == date(2026, 12, 2)
    assert workdays_left(due, today) == left
    assert is_late(due, today) is (left < 0)


def test_on_the_weekend_after_a_due_friday_it_is_late_by_a_day():
    friday = date(2026, 11, 27)
    assert workdays_left(friday, friday + timedelta(days=1)) == -1


@pytest.mark.parametrize("seen", [None, LOTTE, SANNE])
def test_a_free_case_and_ones_own_can_always_be_taken(seen):
    judge_take(None, "", seen, SANNE)
    judge_take(SANNE, "Sanne", seen, SANNE)


def test_a_colleagues_case_is_taken_over_only_by_who_saw_that_the_colleague_has_it():
    judge_take(LOTTE, "Lotte", LOTTE, SANNE)
    with pytest.raises(CaseRefused, match="taken") as refused:
        judge_take(LOTTE, "Lotte", None, SANNE)
    assert refused.value.params == {"by": "Lotte"}


def test_who_has_it_decides_and_anybody_when_nobody_has_it():
    judge_deciding(OPENED, None, "", None, ME)
    judge_deciding(OPENED, SANNE, "Sanne", SANNE, ME)
    with pytest.raises(CaseRefused, match="taken"):
        judge_deciding(OPENED, LOTTE, "Lotte", None, ME)


def test_with_four_eyes_who_opened_it_does_not_decide_it():
    both = replace(OPENED, four_eyes=True)
    judge_deciding(both, None, "", LOTTE, ME)
    with pytest.raises(CaseRefused, match="four_eyes"):
        judge_deciding(both, None, "", SANNE, ME)
    with pytest.raises(CaseRefused, match="four_eyes"):
        judge_deciding(both, None, "", LOTTE, replace(ME, account_id=None))
