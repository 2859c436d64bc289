"""When mail goes, and whom a message concerns (X08, G13)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.inbox.rules import Arrived, MailChoice, NewsState, concerns, due_at, news_state
from collectief.segments.profile import MessageCategory

pytestmark = pytest.mark.feature("X08")

HERE = ZoneInfo("Europe/Amsterdam")
CONFIRMATION = MessageCategory.CONFIRMATION


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ((2026, 11, 24, 7, 29), (2026, 11, 24, 7, 30)),
        ((2026, 11, 24, 7, 30), (2026, 11, 25, 7, 30)),
        ((2026, 11, 24, 23, 59), (2026, 11, 25, 7, 30)),
        # The nights in which the clocks change: half past seven on the wall.
        ((2026, 3, 28, 12, 0), (2026, 3, 29, 7, 30)),
        ((2026, 10, 24, 12, 0), (2026, 10, 25, 7, 30)),
        ((2026, 12, 31, 12, 0), (2027, 1, 1, 7, 30)),
    ],
)
def test_the_daily_mail_goes_at_half_past_seven(now, due):
    assert due_at(MailChoice.DAILY, datetime(*now, tzinfo=HERE)) == datetime(*due, tzinfo=HERE)


def test_at_once_and_never():
    now = datetime(2026, 11, 24, 12, 0, tzinfo=HERE)
    assert due_at(MailChoice.AT_ONCE, now) == now
    assert due_at(MailChoice.NEVER, now) is None


@given(
    category=st.sampled_from(MessageCategory),
    about=st.none() | st.frozensets(st.integers(1, 4)),
    reach=st.none() | st.frozensets(st.integers(1, 4), min_size=1),
    sender=st.none() | st.integers(1, 2),
    seen=st.booleans(),
    only_for=st.none() | st.integers(1, 2),
)
def test_nobody_is_told_of_what_they_may_not_read_or_have_seen(category, about, reach, sender, seen, only_for):
    told = concerns(Arrived(category, about, sender, seen, only_for), 1, {CONFIRMATION, MessageCategory.FLOW}, reach)
    readable = category in (CONFIRMATION, MessageCategory.FLOW)
    reached = reach is None or (sender == 1 if about is None else about <= reach)
    assert told == (readable and reached and not (sender == 1 and seen) and only_for != 2)


@pytest.mark.feature("K03")
@pytest.mark.parametrize(
    ("today", "state"),
    [(9, NewsState.PLANNED), (10, NewsState.RUNNING), (12, NewsState.RUNNING), (13, NewsState.OVER)],
)
def test_where_news_stands(today, state):
    first, last = date(2026, 11, 10), date(2026, 11, 12)
    assert news_state(first, last, withdrawn=False, today=date(2026, 11, today)) == state
    assert news_state(first, last, withdrawn=True, today=date(2026, 11, today)) == NewsState.WITHDRAWN
