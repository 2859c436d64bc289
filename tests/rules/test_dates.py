"""Days as people write them, birth dates of which a part is unknown, stretches of days (STANDARDS, Persons; law 1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collectief.foundation.dates import BirthDate, dutch, parse_day
from collectief.foundation.period import Period

DAY = date(1980, 2, 1)
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "1-2-1980", "01-02-1980", "01/02/1980", "1.2.1980", "01 02 1980", "1980-02-01", "1980/2/1", " 01-02-1980 ",
        "1980-02-01T00:00:00", "1980-02-01 23:59:59.000", "01-02-1980 0:00",
    ],
)  # fmt: skip
def test_a_day_however_it_is_typed(text):
    assert parse_day(text) == DAY
    assert BirthDate.parse(text) == BirthDate.on(DAY)


@pytest.mark.parametrize(
    "text",
    [
        "", "1-2-80", "31-02-1980", "13-13-1980", "2-30-1980", "00-02-1980", "1-2-1980x", "01-02-1980 24:00",
        "01-02-0000", "19800201", "1980 02 01", "-1-2-1980",
    ],
)  # fmt: skip
def test_what_is_no_day(text):
    with pytest.raises(ValueError):
        parse_day(text)


@given(DAYS)
def test_what_is_written_is_read_back(day):
    assert parse_day(dutch(day)) == day
    born = BirthDate.on(day)
    assert BirthDate.parse(born.dutch) == BirthDate.parse(str(born)) == born


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("00-00-1980", "1980-00-00"), ("00-02-1980", "1980-02-00"), ("1980-02-00", "1980-02-00"),
        ("29-02-1980", "1980-02-29"),
    ],
)  # fmt: skip
def test_a_birth_date_of_which_a_part_is_unknown(text, kept):
    assert str(BirthDate.parse(text)) == kept


@pytest.mark.parametrize("text", ["01-00-1980", "00-13-1980", "29-02-1981", "00-00-0000"])
def test_what_is_no_birth_date(text):
    with pytest.raises(ValueError):
        BirthDate.parse(text)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ((1980, 2, 1), (1980, 2, 1), True), ((1980, 2, 0), (1980, 2, 1), True), ((1980, 0, 0), (1980, 2, 1), True),
        ((1980, 0, 0), (1980, 2, 0), True), ((1980, 2, 1), (1980, 2, 2), False), ((1980, 2, 1), (1980, 3, 1), False),
        ((1980, 2, 0), (1980, 3, 1), False), ((1980, 2, 1), (1981, 2, 1), False), ((1980, 0, 0), (1981, 0, 0), False),
    ],
)  # fmt: skip
def test_an_unknown_part_agrees_with_every_value_and_a_known_one_with_itself(one, other, agree):
    assert BirthDate(*one).agrees_with(BirthDate(*other)) is BirthDate(*other).agrees_with(BirthDate(*one)) is agree


@pytest.mark.parametrize(
    ("born", "after"),
    [
        # Who is born on a day is there on that day.
        ((1980, 2, 1), False), ((1980, 1, 31), False), ((1980, 2, 2), True), ((1980, 3, 1), True), ((1981, 0, 0), True),
        # Of a part that is unknown nothing is certain.
        ((1980, 2, 0), False), ((1980, 0, 0), False), ((1980, 3, 0), True),
    ],
)  # fmt: skip
def test_who_was_certainly_born_after_a_day(born, after):
    assert BirthDate(*born).is_after(DAY) is after


@pytest.mark.parametrize("end_day", [DAY, DAY - timedelta(days=1)])
def test_a_period_holds_a_day(end_day):
    with pytest.raises(ValueError):
        Period(DAY, end_day)
    with pytest.raises(ValueError):
        Period(DAY).ending(DAY - timedelta(days=1))
    assert Period(DAY).ending(DAY).last_day == DAY


# One ends where the other begins: they meet, and share no day.
@example(DAY, 10, DAY + timedelta(days=10), 5)
@given(DAYS, st.none() | st.integers(1, 400), DAYS, st.none() | st.integers(1, 400))
def test_two_periods_overlap_when_they_share_a_day(first, length, other_first, other_length):
    def stretch(start: date, days: int | None) -> Period:
        return Period(start, None if days is None else start + timedelta(days=days))

    one, other = stretch(first, length), stretch(other_first, other_length)
    # Of two stretches that share a day the later beginning is in both.
    shared = max(first, other_first)
    assert one.overlaps(other) is other.overlaps(one) is (shared in one and shared in other)
