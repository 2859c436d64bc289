"""A BSN in a text that may hold none is found, whatever stands beside it, and other numbers are let through (law 5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.foundation.bsn import Bsn
from tests.world import valid_bsns

DIGITS = st.integers(10_000_000, 999_999_900).map(lambda number: valid_bsns(1, number)[0].digits)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


TELEPHONES = st.one_of(
    digits(8).map("06{}".format),
    digits(8).map("06-{}".format),
    digits(8).map("06 {}".format),
    digits(7).map("020-{}".format),
    digits(8).map("+316{}".format),
    digits(8).map("+31 6 {}".format),
    digits(8).map("0031 6 {}".format),
    digits(8).map("+31 (0)6 {}".format),
    st.tuples(*[digits(2)] * 4).map("+31 6 {0[0]} {0[1]} {0[2]} {0[3]}".format),
    st.tuples(digits(3), digits(2), digits(2)).map("+31 20 {0[0]} {0[1]} {0[2]}".format),
)
DAYS = st.dates().map(lambda day: f"{day:%d-%m-%Y}")
OTHER_NUMBERS = st.one_of(
    TELEPHONES,
    DAYS,
    digits(10).map("NL91ABNA{}".format),
    st.tuples(digits(4), digits(4), digits(2)).map("NL91 ABNA {0[0]} {0[1]} {0[2]}".format),
    digits(8).map("KvK {}".format),
    digits(5).map("contract {}".format),
    digits(5).map("{}".format),
)
WORDS = st.one_of(OTHER_NUMBERS, st.from_regex(r"[a-z]{1,9}[.,:]?", fullmatch=True), st.just("1."))
# How one types nine digits: at once, or in groups.
GROUPED = st.sampled_from(["{0}", "{1}.{2}.{3}", "{1} {2} {3}", "{1}-{2}-{3}", "{4} {5} {6}", "{4}\u00a0{5}\u00a0{6}"])


def written(bsn: str, shape: str) -> str:
    return shape.format(bsn, bsn[:4], bsn[4:6], bsn[6:], bsn[:3], bsn[3:6], bsn[6:])


@given(st.lists(WORDS, max_size=5), DIGITS, GROUPED, st.lists(WORDS, max_size=5), st.sampled_from([" ", "\n", ", "]))
def test_a_bsn_is_found_beside_whatever_words_and_numbers(before, bsn, shape, after, between):
    assert Bsn.is_in(between.join([*before, written(bsn, shape), *after]))


@given(OTHER_NUMBERS, st.from_regex(r"[a-z]{1,9}", fullmatch=True))
def test_another_number_by_itself_is_none(number, word):
    assert not Bsn.is_in(f"{word} {number}")
    assert not Bsn.is_in(f"{number}, {word}.")


@pytest.mark.parametrize(
    "text",
    [
        "999990019",
        "bel 0612345678 999990019",
        "Janse 01-02-1980 999990019",
        "1. 999990019",
        "999990019 1-11-2026",
        "BSN999990019.",
        "9999.90.019",
        "9999 90 019",
        "bel +31 6 12345678 999990019",
        "+31 999990019 999990019",
    ],
)
def test_a_bsn_that_is_there(text):
    assert Bsn.is_in(text)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("999990019", "999990019"), ("9999.90.019", "999990019"), ("10000008", "010000008"), ("1000007", "001000007")],
)
def test_a_bsn_is_read_with_the_zeros_that_a_spreadsheet_ate(text, digits):
    assert Bsn.parse(text).digits == digits


# The last passes the eleven-test with three zeros before it: so few digits are another number.
@pytest.mark.parametrize("text", ["", "999990018", "0999990019", "99999001x", "９９９９９００１９", "100006"])
def test_what_is_no_bsn(text):
    with pytest.raises(ValueError) as refused:
        Bsn.parse(text)
    assert str(refused.value) == "not a BSN"


@pytest.mark.parametrize("text", ["", "999990018", "1999990019", "9999900190", "99999001", "factuur 12.345.678,00"])
def test_a_text_without_one(text):
    assert not Bsn.is_in(text)
