"""Rows by column: taking some out and putting them together again loses and mixes up nothing."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.bulk.sheets.rows import Problem, Row, Rows

pytestmark = pytest.mark.feature("U21")

KEYS = ("bsn", "surname", "prefix")
TEXT = st.sampled_from(["", "", "a", "b", "c"])
PROBLEM = st.builds(Problem, st.sampled_from(KEYS), st.sampled_from(["one", "two"]))


@st.composite
def some_rows(draw: st.DrawFn) -> Rows:
    count = draw(st.integers(0, 5))
    column = st.lists(TEXT, min_size=count, max_size=count)
    return Rows(
        draw(st.lists(st.integers(1, 99), min_size=count, max_size=count)),
        draw(column),
        draw(st.dictionaries(st.sampled_from(KEYS), column)),
        draw(st.dictionaries(st.sampled_from(KEYS), column)),
        draw(st.dictionaries(st.integers(0, count - 1), st.lists(PROBLEM, min_size=1), max_size=2)) if count else {},
        draw(column),
    )


@given(some_rows(), st.data())
def test_what_is_picked_is_what_stood_there(rows, data):
    places = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True)) if rows else []
    assert list(rows.pick(places)) == [rows.row(place) for place in places]


@given(st.lists(some_rows(), max_size=4))
def test_what_is_put_together_is_one_behind_the_other(parts):
    expected = [row for part in parts for row in part]
    whole = Rows()
    for part in parts:
        whole.extend(part)
    assert list(whole) == expected


@given(some_rows())
def test_rows_come_back_from_json_as_they_were(rows):
    assert msgspec.json.decode(msgspec.json.encode(rows), type=Rows) == rows


@given(some_rows(), st.data())
def test_another_value_leaves_what_was_typed(rows, data):
    if not rows:
        return
    place, key = data.draw(st.sampled_from(range(len(rows)))), data.draw(st.sampled_from(KEYS))
    before = list(rows)
    rows.set(place, key, "new")
    for number, (old, new) in enumerate(zip(before, rows, strict=True)):
        expected: dict[str, str] = old.values | {key: "new"} if number == place else old.values
        assert (new.values, new.cells) == (expected, old.cells)


@pytest.mark.parametrize(
    "body",
    [
        b'{"numbers": [1], "actions": ["enrol"], "values": {"bsn": []}}',
        b'{"numbers": [1], "actions": []}',
        b'{"numbers": [1], "actions": [""], "problems": {"5": [["bsn", "bsn_invalid"]]}}',
        b'{"numbers": [1], "actions": [""], "people": ["a", "b"]}',
    ],
)
def test_columns_that_are_not_of_the_same_rows_are_no_rows(body):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Rows)


def test_which_rows_lack_a_value():
    rows = Rows([3, 4, 5], ["", "", ""], {"bsn": ["1", "", "2"]})
    assert list(rows.without("bsn", range(3))) == [1]
    assert list(rows.without("bsn", [0, 2])) == []
    assert list(rows.without("surname", [0, 2])) == [0, 2]
    assert rows.row(1) == Row(4, "", {}, {})
