"""What the cells of one row come to: one table per kind of cell, as people and programs write them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collectief.bulk.asking import template_for
from collectief.bulk.sheets.rows import Row, Rows
from collectief.bulk.sheets.shape import Shaper, cell_text, passes_eleven_test
from collectief.foundation.bsn import Bsn
from collectief.foundation.names import PREFIXES, split_prefix
from collectief.segments.catalogue import profile

pytestmark = pytest.mark.feature("U21")

TEMPLATE = template_for(profile("staffing_agency"))
KEYS = [column.key for column in TEMPLATE.columns]
ENROLS = {
    "action": "Aanmelden", "bsn": "999990019", "initials": "A.J.", "surname": "Janse", "birth_date": "01-02-1980",
    "first_day": "01-11-2026",
}  # fmt: skip
TERMINATES = {"action": "Afmelden", "relation_number": "100001", "last_day": "30-11-2026", "reason": "Overleden"}
RENAMES = {"action": "Wijzigen referentie", "relation_number": "100001", "external_reference": "P-2"}


def shaped(cells: Mapping[str, Any]) -> Row | None:
    """The row with these cells, in the order of the template."""
    return next(iter(shaped_with(shaper(), cells)), None)


def shaper() -> Shaper:
    return Shaper(TEMPLATE, {key: place for place, key in enumerate(KEYS)})


def shaped_with(shaper: Shaper, *rows: Mapping[str, Any]) -> Rows:
    """The rows with these cells, from row 3 of the spreadsheet on."""
    return shaper.shaped(3, [[cells.get(key, "") for key in KEYS] for cells in rows])


def row_of(cells: Mapping[str, Any]) -> Row:
    row = shaped(cells)
    assert row is not None
    return row


def value(key: str, cell: Any) -> str | None:
    """What an enrolment with this cell holds, and that nothing is wrong with it."""
    row = row_of(ENROLS | {key: cell})
    assert not row.problems, row.problems
    return row.values.get(key)


def codes(cells: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(problem.column, problem.code) for problem in row_of(cells).problems]


@pytest.mark.feature("U19")
def test_nobody_s_own_bsn_is_their_reference():
    own = row_of(ENROLS | {"external_reference": ENROLS["bsn"]})
    assert [(one.column, one.code) for one in own.problems] == [("external_reference", "bsn_in_wrong_column")]
    assert "external_reference" not in own.values
    assert value("external_reference", "999990020") == "999990020"


@pytest.mark.parametrize("whole", [ENROLS, TERMINATES, RENAMES], ids=["enrol", "terminate", "change"])
def test_what_is_complete_has_no_problems(whole):
    assert codes(whole) == []


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (date(1980, 2, 1), "1980-02-01"),
        (datetime(1980, 2, 1), "1980-02-01"),
        (datetime(1980, 2, 1, 23, 59), "1980-02-01"),
        ("1-2-1980", "1980-02-01"),
        ("01-02-1980", "1980-02-01"),
        ("1980-02-01", "1980-02-01"),
        (" 01-02-1980 ", "1980-02-01"),
        ("1/2/1980", "1980-02-01"),
        ("29-02-2000", "2000-02-29"),
        ("01-02-1980 00:00", "1980-02-01"),
        ("1980-02-01 13:45:00", "1980-02-01"),
        ("1980-02-01T09:30:00.000", "1980-02-01"),
    ],
)
@pytest.mark.parametrize("key", ["birth_date", "first_day"])
def test_dates(key, cell, read):
    assert value(key, cell) == read


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("31-02-2026", "date_invalid"),
        ("2-31-2026", "date_invalid"),
        ("1-2-80", "date_invalid"),
        ("gisteren", "date_invalid"),
        ("01-02-1980 24:00", "date_invalid"),
        ("01-02-1980 13", "date_invalid"),
        (46000.0, "date_invalid"),
        (True, "date_invalid"),
        (time(1, 2), "date_invalid"),
        ("01-01-1800", "date_out_of_range"),
        ("01-01-2200", "date_out_of_range"),
        (date(1899, 12, 31), "date_out_of_range"),
        (datetime(2200, 1, 1), "date_out_of_range"),
    ],
)
@pytest.mark.parametrize("key", ["birth_date", "first_day"])
def test_what_is_no_date(key, cell, code):
    assert codes(ENROLS | {key: cell}) == [(key, code)]


def test_the_first_and_last_day_that_can_be_meant():
    assert value("first_day", "01-01-1900") == "1900-01-01"
    assert value("first_day", "31-12-2099") == "2099-12-31"


def test_a_birth_date_may_lack_its_day_or_month_and_a_start_may_not():
    assert value("birth_date", "00-00-1980") == "1980-00-00"
    assert value("birth_date", "00-02-1980") == "1980-02-00"
    assert codes(ENROLS | {"first_day": "00-00-2026"}) == [("first_day", "date_invalid")]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("999990019", "999990019"),
        (999990019.0, "999990019"),
        ("9999.90.019", "999990019"),
        (" 999 990 019 ", "999990019"),
        ("012345672", "012345672"),
        (12345672.0, "012345672"),
        ("12345672", "012345672"),
    ],
)
def test_a_bsn_gets_the_zeros_back_that_a_spreadsheet_ate(cell, read):
    assert value("bsn", cell) == read


@pytest.mark.parametrize("cell", ["123456789", "000000000", 5.0, "99999001X", 999990019.5, "٩٩٩٩٩٠٠١٩", "1" * 40])
def test_what_is_no_bsn(cell):
    assert codes(ENROLS | {"bsn": cell}) == [("bsn", "bsn_invalid")]


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
@example("000000000")
@example("999990019")
def test_the_quick_eleven_test_is_that_of_the_foundation(digits):
    try:
        expected = Bsn.parse(digits).digits == digits
    except ValueError:
        expected = False
    assert passes_eleven_test(digits) == expected


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("A.J.", "A.J."),
        ("AJ", "A.J."),
        ("aj", "A.J."),
        ("A J", "A.J."),
        ("A. J. ", "A.J."),
        ("Anna", "A."),
        ("Ö", "Ö."),
    ],
)
def test_initials_with_and_without_points(cell, read):
    assert value("initials", cell) == read


@pytest.mark.parametrize(
    ("cell", "prefix", "surname"),
    [
        ("van der Veen", "van der", "Veen"),
        ("Van Der Veen", "Van Der", "Veen"),
        ("el Amrani", "el", "Amrani"),
        ("d'Artagnan", "d'", "Artagnan"),
        ("d’Artagnan", "d'", "Artagnan"),
        ("in 't Veld", "in 't", "Veld"),
        ("'t Hart", "'t", "Hart"),
        ("van Vliet", "van", "Vliet"),
        ("Vandenberg", None, "Vandenberg"),
        ("Delano", None, "Delano"),
        ("Elzinga", None, "Elzinga"),
        ("Van", None, "Van"),
        ("O'Brien", None, "O'Brien"),
    ],
)
def test_a_prefix_typed_before_the_surname_is_taken_apart(cell, prefix, surname):
    values = row_of(ENROLS | {"surname": cell}).values
    assert (values.get("prefix"), values["surname"]) == (prefix, surname)


def test_a_prefix_in_its_own_cell_leaves_the_surname_alone():
    values = row_of(ENROLS | {"prefix": "van", "surname": "de Wal"}).values
    assert (values["prefix"], values["surname"]) == ("van", "de Wal")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_prefix_is_found_whole(prefix):
    assert split_prefix(f"{prefix} Zandt") == (prefix, "Zandt")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("Święcicka-Żółć", "Święcicka-Żółć"),
        ("Çalışkan", "Çalışkan"),
        ("Mu\u0308ller", "Müller"),
        ("  Janse   Bakker ", "Janse Bakker"),
        ("Janse\u00a0", "Janse"),
        ("O`Brien", "O'Brien"),
        ("Δημητρίου", "Δημητρίου"),
    ],
)
def test_surnames_keep_their_letters(cell, read):
    assert value("surname", cell) == read


@pytest.mark.parametrize("key", ["contract", "external_reference", "relation_number", "city", "action"])
def test_what_is_not_seen_is_refused_in_every_column(key):
    assert (key, "unreadable_characters") in codes(ENROLS | {key: "1\u200b2"})


@pytest.mark.parametrize("cell", ["23595 - Vestiging Leiden", "23595 Leiden", "23595 (Vestiging Leiden en omgeving)"])
def test_a_contract_is_told_by_its_number_alone(cell):
    assert codes(ENROLS | {"contract": cell}) == [("contract", "contract_with_name")]


@pytest.mark.parametrize("cell", ["23595", 23595.0, "23595-A", "A 23595", "23 595"])
def test_a_contract_number_stays_as_it_is(cell):
    assert codes(ENROLS | {"contract": cell}) == []


@pytest.mark.parametrize(
    ("cell", "code"),
    [("---", "surname_without_letters"), (123.0, "surname_without_letters"), ("x" * 201, "too_long"),
     ("Jan\x07se", "unreadable_characters"), ("Jan\u200bse", "unreadable_characters"),
     ("\u202eesnaJ", "unreadable_characters"), ("Jan\u00adse", "unreadable_characters")],
)  # fmt: skip
def test_what_is_no_surname(cell, code):
    assert codes(ENROLS | {"surname": cell}) == [("surname", code)]


def test_a_text_that_is_too_long_is_kept_too_long_but_not_whole():
    for column in TEMPLATE.columns:
        row = row_of(ENROLS | {column.key: "x" * 5000})
        [problem] = [problem for problem in row.problems if problem.column == column.key]
        longest = int(problem.params.get("longest", 0))
        assert longest < len(row.cells[column.key]) < 500 and not row.values.get(column.key), column.key
        assert (problem.code == "too_long") == (column.kind == "text")


def test_a_text_with_much_space_in_it_is_what_it_is_without():
    row = row_of(ENROLS | {"surname": f"Janse{' ' * 5000}Bakker"})
    assert (row.values["surname"], row.problems) == ("Janse Bakker", []) and len(row.cells["surname"]) < 500


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("00123", "00123"),
        ("P-1  ", "P-1"),
        ("A  b’c", "A  b’c"),
        (12345.0, "12345"),
        (12.5, "12.5"),
        (123456789012345.0, "123456789012345"),
        ("1E5", "1E5"),
        ("   ", None),
        ("=1+1", "=1+1"),
    ],
)  # fmt: skip
def test_a_reference_is_kept_as_it_was_sent(cell, read):
    assert value("external_reference", cell) == read


@pytest.mark.parametrize("typed", ["Aanmelden", "AANMELDEN ", "aanmelden", "Enrol", "enrol"])
def test_actions_in_both_languages_and_any_case(typed):
    assert row_of(ENROLS | {"action": typed}).action == "enrol"


@pytest.mark.parametrize("typed", ["Wijzigen referentie", "change reference", "change_reference"])
def test_a_change_of_reference_by_its_names(typed):
    assert row_of(RENAMES | {"action": typed}).action == "change_reference"


def test_an_action_that_is_missing_or_unknown():
    assert codes(ENROLS | {"action": ""}) == [("action", "action_missing")]


DOWNLOADED = {
    "contract": "70001", "relation_number": "300001817", "external_reference": "P-1", "initials": "B.", "prefix": "de",
    "surname": "Aal", "birth_date": "27-08-2005", "first_day": "01-03-2026",
}  # fmt: skip


def test_who_stands_there_as_downloaded_is_passed_over_and_counted():
    reader = shaper()
    rows = shaped_with(reader, DOWNLOADED, RENAMES, {}, DOWNLOADED)
    assert (rows.numbers, rows.actions, rows.problems) == ([4], ["change_reference"], {})
    assert reader.passed_over == 2
    assert not shaped_with(reader, DOWNLOADED) and reader.passed_over == 3


@pytest.mark.parametrize(
    "more",
    [{"last_day": "31-12-2026"}, {"reason": "Uit dienst"}, {"bsn": "999990019"}, {"city": "Leiden"},
     {"relation_number": ""}, {"last_day": "#N/A"}, {"first_day": "31-02-2026"}],
)  # fmt: skip
def test_who_is_to_be_done_something_with_needs_an_action(more):
    reader = shaper()
    rows = shaped_with(reader, DOWNLOADED | more)
    assert ("action", "action_missing") in [(one.column, one.code) for one in rows.row(0).problems]
    assert reader.passed_over == 0
    assert codes(ENROLS | {"action": "Verwijderen"}) == [("action", "action_unknown")]
    assert row_of(ENROLS | {"action": "Verwijderen"}).action == ""


@pytest.mark.parametrize("reason", TEMPLATE.reasons, ids=lambda reason: reason.code)
def test_reasons_by_code_dutch_and_english(reason):
    for name in (reason.code, reason.dutch, reason.english, reason.dutch.upper()):
        row = row_of(TERMINATES | {"reason": name})
        assert (row.values["reason"], row.problems) == (reason.code, [])


def test_a_reason_nobody_knows():
    row = row_of(TERMINATES | {"reason": "Zomaar"})
    assert [(problem.column, problem.code) for problem in row.problems] == [("reason", "reason_unknown")]
    assert (row.values.get("reason"), row.cells["reason"]) == (None, "Zomaar")


def test_a_reason_where_none_is_needed_is_a_code_or_nothing():
    assert (value("reason", "Overleden"), value("reason", "Zomaar")) == ("deceased", None)


@pytest.mark.parametrize(
    ("whole", "key"),
    [(ENROLS, key) for key in ("bsn", "initials", "surname", "birth_date", "first_day")]
    + [(TERMINATES, "last_day"), (TERMINATES, "reason"), (RENAMES, "external_reference")],
)
def test_what_an_action_needs(whole, key):
    assert codes(whole | {key: "  "}) == [(key, f"{key}_missing")]


@pytest.mark.parametrize("whole", [TERMINATES, RENAMES], ids=["terminate", "change"])
def test_a_row_must_say_whom_it_is_about(whole):
    assert codes(whole | {"relation_number": ""}) == [("", "person_missing")]
    assert codes(whole | {"relation_number": "", "bsn": "999990019"}) == []


def test_a_new_reference_does_not_say_whom_it_is_about_and_an_old_one_does():
    assert codes(TERMINATES | {"relation_number": "", "external_reference": "P-1"}) == []
    assert codes(RENAMES | {"relation_number": ""}) == [("", "person_missing")]


def test_a_wrong_bsn_is_told_once_not_also_as_missing():
    assert codes(TERMINATES | {"relation_number": "", "bsn": "123456789"}) == [("bsn", "bsn_invalid")]
    assert codes(ENROLS | {"bsn": "123456789"}) == [("bsn", "bsn_invalid")]


def test_an_end_before_the_start():
    assert codes(ENROLS | {"last_day": "31-10-2026"}) == [("last_day", "end_before_start")]
    assert codes(ENROLS | {"last_day": "01-11-2026"}) == []


def test_a_row_without_anything_in_it_is_no_row():
    assert shaped({}) is None
    assert shaped({"surname": "   ", "bsn": "\u00a0"}) is None


def test_what_was_sent_is_kept_beside_what_was_read():
    row = row_of(
        ENROLS | {"birth_date": date(1980, 2, 1), "bsn": 12345672.0, "surname": "van der Veen", "city": "x\x07"}
    )
    assert row.cells == {
        "action": "Aanmelden", "bsn": "12345672", "initials": "A.J.", "surname": "van der Veen",
        "birth_date": "01-02-1980", "first_day": "01-11-2026", "city": "x\x07",
    }  # fmt: skip
    assert (row.values["prefix"], row.values["surname"], row.values["bsn"]) == ("van der", "Veen", "012345672")


def test_cells_that_repeat_are_read_the_same_each_time():
    """TRUE, 1.0 and "1" are three things, whichever comes first."""
    same = shaper()
    for cell, read in ((1.0, "1"), (True, "TRUE"), ("1", "1"), (1.0, "1"), ("1 ", "1"), (True, "TRUE")):
        [row] = shaped_with(same, ENROLS | {"house_number": cell})
        assert row.values["house_number"] == read


def test_the_name_in_a_row_without_an_action_stays_as_it_was_typed():
    row = row_of(ENROLS | {"action": "", "surname": "d'Ancona"})
    assert (row.values["surname"], row.values.get("prefix")) == ("d'Ancona", None)


def test_a_wrong_cell_that_repeats_is_wrong_each_time():
    same = shaper()
    for _ in range(3):
        [row] = shaped_with(same, ENROLS | {"birth_date": "31-02-1980"})
        assert [problem.code for problem in row.problems] == ["date_invalid"]


ANY_CELL = st.one_of(
    st.text(max_size=60), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.dates(), st.datetimes(),
    st.times(),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), ANY_CELL))
def test_no_cells_whatever_break_a_row(cells):
    row = shaped(cells)
    if row is not None:
        assert row.cells
        assert row.problems or row.action


SOME_CELLS = st.dictionaries(st.sampled_from(KEYS), ANY_CELL)
LIKELY = st.sampled_from([ENROLS, TERMINATES, RENAMES, {}, ENROLS | {"surname": "van den Berg"}])


@given(st.lists(st.builds(lambda likely, odd: likely | odd, LIKELY, SOME_CELLS), min_size=1, max_size=6))
def test_rows_read_together_are_what_each_is_by_itself(lines):
    """Reading goes by column: no row has anything of another's."""
    together = shaped_with(shaper(), *lines)
    apart = [(number, row) for number, cells in enumerate(lines, 3) if (row := shaped(cells)) is not None]
    assert [row.number for row in together] == [number for number, _ in apart]
    for row, (_, alone) in zip(together, apart, strict=True):
        assert replace(row, number=3) == alone


@given(ANY_CELL)
def test_a_cell_typed_again_as_text_is_the_same_text(cell):
    text = cell_text(cell)
    assert cell_text(text) == text
