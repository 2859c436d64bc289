"""When a list is due, which can be planned, and for how long it is kept (X11)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.exports.rules import (
    DAYS,
    KEPT,
    MOST,
    Every,
    ExportRefused,
    Rhythm,
    Which,
    Wish,
    judge,
    kept_until,
    month_before,
    offered,
)
from collectief.segments.catalogue import PROFILES

pytestmark = pytest.mark.feature("X11")

AGENCY, MUNICIPALITY, EMPLOYER = (PROFILES[slug] for slug in ("staffing_agency", "municipality", "employer"))
MONDAY = Rhythm(Every.WEEK, 1)
FIRST = Rhythm(Every.MONTH, 1)
RHYTHMS = [Rhythm(every, on) for every in Every for on in DAYS[every]]


@pytest.mark.parametrize(
    ("rhythm", "day", "expected"),
    [
        (MONDAY, date(2026, 11, 29), date(2026, 11, 30)),
        # On the day itself that day's has been made.
        (MONDAY, date(2026, 11, 30), date(2026, 12, 7)),
        (Rhythm(Every.WEEK, 7), date(2026, 11, 28), date(2026, 11, 29)),
        (FIRST, date(2026, 11, 29), date(2026, 12, 1)),
        (FIRST, date(2026, 12, 1), date(2027, 1, 1)),
        (Rhythm(Every.MONTH, 28), date(2027, 2, 27), date(2027, 2, 28)),
        (Rhythm(Every.MONTH, 28), date(2027, 2, 28), date(2027, 3, 28)),
        (Rhythm(Every.MONTH, 11), date(2028, 1, 31), date(2028, 2, 11)),
    ],
)
def test_the_next_day(rhythm, day, expected):
    assert rhythm.next_after(day) == expected


@given(st.sampled_from(RHYTHMS), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_the_next_day_is_the_first_one_after_that_it_can_be(rhythm, day):
    found = rhythm.next_after(day)

    def falls(one: date) -> bool:
        return (one.isoweekday() if rhythm.every == Every.WEEK else one.day) == rhythm.on

    assert found > day and falls(found)
    assert not any(falls(day + timedelta(days=n)) for n in range(1, (found - day).days))


def test_what_a_segment_offers():
    assert offered(AGENCY) == (Which.CURRENT, Which.FORMER, Which.FLOWS)
    # A municipality has no list of who was there before (G12); an employer has none of these yet.
    assert offered(MUNICIPALITY) == (Which.CURRENT, Which.FLOWS)
    assert offered(EMPLOYER) == ()


@pytest.mark.parametrize(
    ("wish", "profile", "already", "code"),
    [
        (Wish(Which.CURRENT, MONDAY), EMPLOYER, 0, "export_not_offered"),
        (Wish(Which.FORMER, MONDAY), MUNICIPALITY, 0, "export_not_offered"),
        (Wish(Which.CURRENT, Rhythm(Every.WEEK, 8)), AGENCY, 0, "export_not_offered"),
        (Wish(Which.CURRENT, Rhythm(Every.MONTH, 29)), AGENCY, 0, "export_not_offered"),
        (Wish(Which.FLOWS, MONDAY, 1), AGENCY, 0, "export_flows_monthly"),
        (Wish(Which.FLOWS, FIRST), AGENCY, 0, "export_flows_one_contract"),
        (Wish(Which.CURRENT, MONDAY), AGENCY, MOST, "export_too_many"),
    ],
)
def test_what_cannot_be_planned(wish, profile, already, code):
    with pytest.raises(ExportRefused) as refused:
        judge(wish, profile, already=already)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "wish", [Wish(Which.CURRENT, MONDAY), Wish(Which.FORMER, FIRST, 1), Wish(Which.FLOWS, FIRST, 1)], ids=str
)
def test_what_can(wish):
    judge(wish, AGENCY, already=MOST - 1)


def test_the_month_before_and_the_term():
    assert month_before(date(2026, 1, 31)) == date(2025, 12, 1)
    assert month_before(date(2026, 3, 1)) == date(2026, 2, 1)
    assert kept_until(date(2026, 11, 29)) == date(2026, 11, 29) + KEPT
