"""What a line of the core's file says, and what becomes of it (U25)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.deductible.reading import FileRefused, rows
from collectief.deductible.rules import (
    Known,
    Line,
    Outcome,
    Problem,
    Use,
    first_kept,
    is_final,
    judge,
    read_line,
)
from collectief.foundation.money import Money
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, MessageCategory, Permission

pytestmark = pytest.mark.feature("U25")

TODAY = date(2026, 11, 28)
GOOD = ["123456", "2025", "385", "120,50", "2026-01-31"]
USE = Use(2025, Money(38500), Money(12050), date(2026, 1, 31))
HEAD = b"relatienummer;jaar;eigen_risico;verbruikt;peildatum\n"


def test_a_good_line_says_what_is_used_and_left():
    assert read_line(7, GOOD, today=TODAY) == Line(7, "123456", USE)
    assert read_line(7, [f" {cell} " for cell in GOOD], today=TODAY) == Line(7, "123456", USE)
    assert USE.remaining == Money(26450)
    for amount in ("385.00", "385,00", "385"):
        assert read_line(1, [*GOOD[:2], amount, *GOOD[3:]], today=TODAY) == Line(1, "123456", USE)


@pytest.mark.parametrize(
    ("place", "cell", "problem"),
    [
        (0, "", Problem.RELATION_NUMBER), (0, "12a", Problem.RELATION_NUMBER),
        (0, "1234567890123", Problem.RELATION_NUMBER),
        (0, "=1+1", Problem.RELATION_NUMBER), (0, "١٢٣", Problem.RELATION_NUMBER),
        (1, "2007", Problem.YEAR), (1, "2027", Problem.YEAR), (1, "25", Problem.YEAR), (1, "²025", Problem.YEAR),
        (2, "-385", Problem.DEDUCTIBLE), (2, "385.5", Problem.DEDUCTIBLE), (2, "1.385,00", Problem.DEDUCTIBLE),
        (2, "2000.01", Problem.DEDUCTIBLE), (2, "1e3", Problem.DEDUCTIBLE), (2, "€ 385", Problem.DEDUCTIBLE),
        (3, "", Problem.USED), (3, "-1", Problem.USED), (3, "385.01", Problem.USED_MORE),
        (4, "31-01-2026", Problem.AS_OF), (4, "20260131", Problem.AS_OF), (4, "2026-02-30", Problem.AS_OF),
        (4, "2026-11-29", Problem.OUTSIDE_YEAR), (4, "2024-12-31", Problem.OUTSIDE_YEAR),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_line(place, cell, problem):
    cells = [cell if number == place else good for number, good in enumerate(GOOD)]
    assert read_line(1, cells, today=TODAY) == [problem]


def test_everything_that_is_wrong_is_said_at_once():
    assert read_line(1, ["x", "y", "z", "", "?"], today=TODAY) == [
        Problem.RELATION_NUMBER, Problem.YEAR, Problem.DEDUCTIBLE, Problem.USED, Problem.AS_OF,
    ]  # fmt: skip
    assert read_line(1, GOOD[:4], today=TODAY) == [Problem.CELLS] == read_line(1, [*GOOD, ""], today=TODAY)


@given(st.lists(st.text(max_size=20), max_size=7))
def test_whatever_a_line_has_it_is_read_or_refused(cells):
    read = read_line(1, cells, today=TODAY)
    if isinstance(read, Line):
        assert Money(0) <= read.use.used <= read.use.deductible <= Money(200_000)
        assert date(read.use.year, 1, 1) <= read.use.as_of <= TODAY
    else:
        assert read


def _known(use: Use | None = None, *, shown: bool = True, insured: bool = True) -> Known:
    return Known(1, 2, shown, insured, use)


def test_what_becomes_of_a_line():
    line = Line(1, "123456", USE)
    earlier = Use(2025, Money(38500), Money(0), date(2025, 12, 31))
    assert judge(line, None) is Problem.UNKNOWN
    assert judge(line, _known(shown=False)) is Problem.NOT_SHOWN
    assert judge(line, _known(insured=False)) is Problem.NOT_INSURED
    assert judge(line, _known()) is Outcome.NEW
    assert judge(line, _known(USE)) is Outcome.UNCHANGED
    assert judge(line, _known(earlier)) is Outcome.CHANGED
    # Of the same day something else is a correction; of an earlier one it is old news.
    assert judge(Line(1, "1", Use(2025, Money(38500), Money(1), USE.as_of)), _known(USE)) is Outcome.CHANGED
    assert judge(Line(1, "1", earlier), _known(USE)) is Problem.OLDER


@pytest.mark.parametrize(
    ("year", "day", "final"),
    [(2025, date(2025, 12, 30), False), (2025, date(2025, 12, 31), True), (2025, date(2026, 2, 1), True)],
)
def test_an_overview_is_ready_when_it_is_of_the_whole_year(year, day, final):
    assert is_final(year, day) is final


def test_three_years_are_kept_beside_this_one():
    assert first_kept(TODAY) == 2023


def _read(tmp_path, raw: bytes):
    path = tmp_path / "file.csv"
    path.write_bytes(raw)
    return list(rows(path))


def test_a_file_is_read_line_by_line_with_the_numbers_an_editor_shows(tmp_path):
    raw = b"\xef\xbb\xbf" + HEAD.replace(b"\n", b"\r\n") + b"1;2\r\n\r\n  \n3\n\xff\xfe;1\n" + b"a\x00b\n" + b"4"
    assert _read(tmp_path, raw) == [
        (2, ["1", "2"]), (5, ["3"]), (6, Problem.NOT_TEXT), (7, Problem.NOT_TEXT), (8, ["4"]),
    ]  # fmt: skip
    assert _read(tmp_path, HEAD) == []


def test_a_line_that_does_not_end_is_not_read_into_memory(tmp_path):
    long = b"9" * 3_000_000
    assert _read(tmp_path, HEAD + long + b"\n1;2\n" + long) == [
        (2, Problem.TOO_LONG), (3, ["1", "2"]), (4, Problem.TOO_LONG),
    ]  # fmt: skip
    whole = b"1" * 499 + b"\n"
    assert _read(tmp_path, HEAD + whole + b"2\n") == [(2, ["1" * 499]), (3, ["2"])]


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"1;2025;385;0;2026-01-01\n", HEAD.upper(), HEAD.replace(b";", b","), b"PK\x03\x04"]
)
def test_what_does_not_begin_with_the_columns_goes_no_further(tmp_path, raw):
    with pytest.raises(FileRefused, match="no_head"):
        _read(tmp_path, raw)


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("collectief.deductible.reading._LARGEST", 60)
    with pytest.raises(FileRefused, match="too_large"):
        _read(tmp_path, HEAD + b"1;2025;385;0;2026-01-01\n")


def test_a_file_with_too_many_lines_goes_no_further(tmp_path, monkeypatch):
    monkeypatch.setattr("collectief.deductible.reading._MOST_LINES", 3)
    assert len(_read(tmp_path, HEAD + b"1\n2\n")) == 2
    with pytest.raises(FileRefused, match="too_many"):
        _read(tmp_path, HEAD + b"1\n2\n3\n")


def test_whoever_is_told_of_an_overview_may_open_it():
    showing = [profile for profile in PROFILES.values() if profile.allows(Capability.DEDUCTIBLE_USE)]
    told = [
        (profile, frozenset({role}))
        for profile in showing
        for role in profile.roles
        if MessageCategory.FINANCIAL in profile.messages_for(frozenset({role}))
    ]
    assert told
    assert all(Permission.SEE_DEDUCTIBLE_USE in profile.permissions(roles) for profile, roles in told)
