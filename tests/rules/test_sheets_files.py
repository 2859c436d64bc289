"""Whole files: where the headers are, what the template offers, what comes back of rejected rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from copy import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectief.bulk.asking import template_for
from collectief.bulk.sheets.columns import COLUMNS
from collectief.bulk.sheets.container import look_at
from collectief.bulk.sheets.corrections import write_bad_rows
from collectief.bulk.sheets.reading import FileRefused, Limits, Reading, read_rows
from collectief.bulk.sheets.rows import Row
from collectief.foundation.names import tidy
from collectief.segments.catalogue import profile
from collectief.segments.profile import Capability

pytestmark = pytest.mark.feature("U21")

TEMPLATE = template_for(profile("staffing_agency"))
KEYS = [column.key for column in TEMPLATE.columns]
ENROLS = {
    "action": "Aanmelden", "bsn": "999990019", "initials": "A.J.", "surname": "Janse", "birth_date": "01-02-1980",
    "first_day": "01-11-2026",
}  # fmt: skip
HEADERS = [column.dutch for column in TEMPLATE.columns]


def written(path: Path, lines: Sequence[Sequence[Any]], change: Callable[[Any], None] = lambda sheet: None) -> Path:
    """A workbook of one sheet with these lines."""
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(line))
    change(book.active)
    book.save(path)
    return path


def line_of(cells: dict[str, Any]) -> list[Any]:
    return [cells.get(key) for key in KEYS]


def read(path: Path, **limits: int) -> tuple[list[Row], Reading]:
    reading = read_rows(path, TEMPLATE, limits=Limits(**limits))
    return [row for chunk in reading for row in chunk], reading


def refusal(path: Path, **limits: int) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(path, **limits)
    return refused.value


@pytest.mark.parametrize("above", [0, 1, 5, 13])
def test_rows_have_the_numbers_the_spreadsheet_shows(tmp_path, above):
    lines = [*[[]] * above, [TEMPLATE.mark], HEADERS, line_of(ENROLS), [], line_of(ENROLS)]
    path = written(tmp_path / "a.xlsx", lines)
    rows, _reading = read(path)
    assert [row.number for row in rows] == [above + 3, above + 5]


def test_headers_further_down_are_not_looked_for(tmp_path):
    lines = [[TEMPLATE.mark], *[["x"]] * 14, HEADERS, line_of(ENROLS)]
    assert refusal(written(tmp_path / "a.xlsx", lines)).code == "no_header"


def test_a_table_that_starts_further_to_the_right(tmp_path):
    shifted = [[None, None, *line] for line in ([TEMPLATE.mark], HEADERS, line_of(ENROLS))]
    rows, _reading = read(written(tmp_path / "a.xlsx", shifted))
    assert rows[0].values["surname"] == "Janse" and not rows[0].problems


def test_a_mark_to_the_right_of_a_narrow_table_and_titles_beside_it(tmp_path):
    lines = [["Flexwerk B.V.", None, "mutaties november"], [None] * 20 + [TEMPLATE.mark], HEADERS, line_of(ENROLS)]
    rows, reading = read(written(tmp_path / "a.xlsx", lines))
    assert rows[0].number == 4 and not rows[0].problems and reading.head.warnings == []


@pytest.mark.parametrize(
    "spell", [str.upper, str.lower, lambda name: f"  {name} ", lambda name: name.replace(" ", "_")]
)
def test_headers_in_any_spelling(tmp_path, spell):
    lines = [[TEMPLATE.mark], [spell(name) for name in HEADERS], line_of(ENROLS)]
    rows, reading = read(written(tmp_path / "a.xlsx", lines))
    assert not rows[0].problems and reading.head.warnings == []


def test_headers_by_their_other_names(tmp_path):
    names = [column.aliases[0] if column.aliases else column.english for column in TEMPLATE.columns]
    rows, reading = read(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], names, line_of(ENROLS)]))
    assert not rows[0].problems and reading.head.warnings == []


@pytest.mark.parametrize("name", ["Contractnr", "contractnr.", "contract nr", "Collectiviteitsnr."])
def test_the_contract_by_its_shorter_names(tmp_path, name):
    headers = [name if header == "Contractnummer" else header for header in HEADERS]
    [row], _reading = read(
        written(tmp_path / "a.xlsx", [[TEMPLATE.mark], headers, line_of(ENROLS | {"contract": "7"})])
    )
    assert row.values["contract"] == "7"


@pytest.mark.parametrize("header", [None, " ", 23595])
@pytest.mark.parametrize(("left", "letter"), [(0, "B"), (26, "AB")])
def test_a_contract_column_without_its_name_is_not_left_out(tmp_path, header, left, letter):
    headers = [header if name == "Contractnummer" else name for name in HEADERS]
    lines = [[TEMPLATE.mark], headers, line_of(ENROLS), line_of(ENROLS | {"contract": "7"})]
    refused = refusal(written(tmp_path / "a.xlsx", [[None] * left + line for line in lines]))
    assert (refused.code, refused.params) == ("unnamed_columns", {"columns": [letter]})
    assert len(read(written(tmp_path / "b.xlsx", lines[:3]))[0]) == 1


def test_another_column_without_a_name_is_warned_of(tmp_path):
    lines = [[TEMPLATE.mark, *[None] * 17, "titel"], [*HEADERS, 2026, None, None], [*line_of(ENROLS), 5, "x", " "]]
    [row], reading = read(written(tmp_path / "a.xlsx", lines))
    assert not row.problems
    assert reading.head.warnings == [{"code": "unnamed_columns", "params": {"columns": ["R", "S"]}}]


def test_no_two_columns_share_a_name():
    names = [name for column in COLUMNS for name in column.names]
    assert len(names) == len(set(names))


def without(*keys: str) -> list[str]:
    """The headers but for those of these columns."""
    return [column.dutch for column in TEMPLATE.columns if column.key not in keys]


def cells_of(cells: dict[str, Any], *keys: str) -> list[Any]:
    """A line without these columns."""
    return [cells.get(key) for key in KEYS if key not in keys]


TERMINATES = {"action": "Afmelden", "relation_number": "100001", "last_day": "30-11-2026", "reason": "Overleden"}
RENAMES = {"action": "Wijzigen referentie", "relation_number": "100001", "external_reference": "P-2"}


@pytest.mark.feature("X02")
@pytest.mark.parametrize("cells", [ENROLS, TERMINATES, RENAMES], ids=["enrol", "terminate", "change"])
def test_a_file_needs_the_columns_of_what_it_asks_and_no_others(tmp_path, cells):
    gone = [key for key in KEYS if key not in cells]
    rows, reading = read(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], without(*gone), cells_of(cells, *gone)]))
    assert [(row.problems, row.cells) for row in rows] == [([], cells)]
    assert reading.head.warnings == []


def test_three_names_are_headers_only_where_they_are_all_that_is_needed(tmp_path):
    lists = ("Lijsten", "visible", [[TEMPLATE.mark], ["Actie", "Reden", "Land"], ["Afmelden", "Overleden", "Polen"]])
    rows, _reading = read(_sheets(tmp_path / "a.xlsx", lists, ("Mutaties", "visible", FILLED)))
    assert [row.values["surname"] for row in rows] == ["Janse"]


@pytest.mark.feature("X02")
@pytest.mark.parametrize(
    ("cells", "gone", "named"),
    [
        (ENROLS, ("bsn", "first_day", "reason"), ["BSN", "Ingangsdatum"]),
        (TERMINATES, ("reason", "first_day"), ["Reden"]),
        (
            TERMINATES,
            ("bsn", "relation_number", "external_reference"),
            ["BSN / Relatienummer / Extern referentienummer"],
        ),
        (RENAMES, ("bsn", "relation_number"), ["BSN / Relatienummer"]),
    ],
)  # fmt: skip
def test_a_file_of_which_no_row_has_its_columns_is_refused_with_them(tmp_path, cells, gone, named):
    unclear = cells_of({"action": "iets", "surname": "Janse"}, *gone)
    lines = [[TEMPLATE.mark], without(*gone), cells_of(cells, *gone), unclear]
    refused = refusal(written(tmp_path / "a.xlsx", lines))
    assert (refused.code, refused.params) == ("missing_columns", {"columns": named})


@pytest.mark.feature("X02")
@pytest.mark.parametrize("header", [None, "Laatste werkdag"])
@pytest.mark.parametrize(("key", "named"), [("last_day", "Einddatum (t/m)"), ("external_reference", HEADERS[4])])
def test_what_may_be_a_last_day_or_a_reference_is_not_left_out(tmp_path, key, named, header):
    cells = ENROLS | {key: "30-11-2026"}
    headers = [header if column.key == key else column.dutch for column in TEMPLATE.columns]
    refused = refusal(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], headers, line_of(cells)]))
    assert (refused.code, refused.params) == ("missing_columns", {"columns": [named]})
    # Who has nothing there means nothing by it, and a leaver's reference changes nothing.
    assert len(read(written(tmp_path / "b.xlsx", [[TEMPLATE.mark], without(key), cells_of(ENROLS, key)]))[0]) == 1
    if key == "external_reference":
        lines = [[TEMPLATE.mark], headers, line_of(TERMINATES | {key: "P-2"})]
        assert len(read(written(tmp_path / "c.xlsx", lines))[0]) == 1


def test_a_list_of_ones_own_with_three_names_is_no_second_file(tmp_path):
    own = ("Eigen lijst", "visible", [["Actie", "Personeelsnummer", "BSN"], ["Afmelden", "P-1", "999990019"]])
    rows, _reading = read(_sheets(tmp_path / "a.xlsx", own, ("Mutaties", "visible", FILLED)))
    assert [row.values["surname"] for row in rows] == ["Janse"]


@pytest.mark.feature("X02")
def test_where_some_rows_have_their_columns_the_others_say_what_they_want(tmp_path):
    gone = ("reason", "bsn")
    lines = [cells_of(cells, *gone) for cells in (ENROLS, RENAMES, TERMINATES)]
    rows, _reading = read(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], without(*gone), *lines]))
    assert [[(one.column, one.code) for one in row.problems] for row in rows] == [
        [("bsn", "column_missing")], [], [("reason", "column_missing")],
    ]  # fmt: skip


def test_without_the_column_that_says_what_is_asked_nothing_is_read(tmp_path):
    refused = refusal(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], without("action"), cells_of(ENROLS, "action")]))
    assert (refused.code, refused.params) == ("missing_columns", {"columns": ["Actie"]})


def test_a_file_of_before_with_every_column_is_read_where_less_can_be_asked(tmp_path):
    less = replace(profile("staffing_agency"), narrowed=frozenset({Capability.TERMINATE, Capability.CHANGE_REFERENCE}))
    path = written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, line_of(ENROLS), line_of(TERMINATES)])
    reading = read_rows(path, template_for(less))
    rows = [row for chunk in reading for row in chunk]
    assert [[one.code for one in row.problems] for row in rows] == [[], ["not_for_this_segment"]]
    assert rows[1].cells == TERMINATES and reading.head.warnings == []


@pytest.mark.feature("X02")
def test_what_was_typed_comes_back_also_in_a_column_that_is_not_handed_out(tmp_path):
    less = template_for(replace(profile("staffing_agency"), narrowed=frozenset({Capability.TERMINATE})))
    assert "reason" not in {column.key for column in less.offered}
    with (tmp_path / "a.xlsx").open("wb") as stream:
        write_bad_rows(stream, less, [(TERMINATES, [("Dit kan niet.", "Bel ons.")])], language="nl")
    [row] = [row for chunk in read_rows(tmp_path / "a.xlsx", less) for row in chunk]
    assert row.cells == TERMINATES


def test_optional_columns_may_be_left_out(tmp_path):
    lines = [[TEMPLATE.mark], HEADERS[:12], line_of(ENROLS)[:12]]
    rows, _reading = read(written(tmp_path / "a.xlsx", lines))
    assert not rows[0].problems and rows[0].cells == ENROLS


def test_what_is_missing_or_doubled_is_named(tmp_path):
    lines = without("bsn", "reason"), *(cells_of(row, "bsn", "reason") for row in (ENROLS, TERMINATES))
    refused = refusal(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], *lines]))
    assert (refused.code, refused.params) == ("missing_columns", {"columns": ["BSN", "Reden"]})
    refused = refusal(written(tmp_path / "b.xlsx", [[TEMPLATE.mark], [*HEADERS, "bsn", "Surname"], ["x"]]))
    assert (refused.code, refused.params) == ("doubled_columns", {"columns": ["BSN / bsn", "Achternaam / Surname"]})


@pytest.mark.parametrize(
    ("mark", "code"),
    [(None, "no_mark"), ("2026-1", "no_mark"), ("Sjabloon 2025-1", "wrong_version"),
     ("Sjabloon 2026-10", "wrong_version"), ("sjabloon 2025-1", "wrong_version")],
)  # fmt: skip
def test_no_mark_or_that_of_another_version(tmp_path, mark, code):
    refused = refusal(written(tmp_path / "a.xlsx", [[mark], HEADERS, line_of(ENROLS)]))
    assert (refused.code, refused.params) == (code, {"version": TEMPLATE.version})


def test_a_mark_in_small_letters_is_the_mark(tmp_path):
    assert len(read(written(tmp_path / "a.xlsx", [["sjabloon 2026-1"], HEADERS, line_of(ENROLS)]))[0]) == 1
    assert refusal(written(tmp_path / "b.xlsx", [HEADERS, line_of(ENROLS)])).code == "no_mark"


def test_a_mark_below_the_headers_is_none(tmp_path):
    refused = refusal(written(tmp_path / "a.xlsx", [HEADERS, [TEMPLATE.mark], line_of(ENROLS)]))
    assert refused.code == "no_mark"


def test_the_right_mark_without_headers_is_not_told_to_be_another_version(tmp_path):
    assert refusal(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], ["Aanmelden", "Janse"]])).code == "no_header"
    assert refusal(written(tmp_path / "b.xlsx", [["iets"], ["anders"]])).code == "no_header"


def _sheets(path: Path, *sheets: tuple[str, str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook of these sheets: their names, whether they are visible, and their lines."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, state, lines in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for line in lines:
            sheet.append(list(line))
    book.save(path)
    return path


EMPTY = [[TEMPLATE.mark], HEADERS]
FILLED = [*EMPTY, line_of(ENROLS)]


def test_two_sheets_with_rows_are_refused_by_name(tmp_path):
    sheets = ("Mutaties", "visible", FILLED), ("Lijst", "visible", [["x"]]), ("Delft", "visible", FILLED)
    refused = refusal(_sheets(tmp_path / "a.xlsx", *sheets))
    assert (refused.code, refused.params) == ("several_sheets", {"sheets": ["Mutaties", "Delft"]})
    unmarked = ("Mutaties", "visible", FILLED), ("Delft", "visible", FILLED[1:])
    assert refusal(_sheets(tmp_path / "b.xlsx", *unmarked)).code == "several_sheets"


@pytest.mark.parametrize("other", [EMPTY, [*EMPTY, ["  "]], EMPTY[1:]], ids=["empty", "blank", "no mark"])
@pytest.mark.parametrize("first", [True, False])
def test_a_sheet_without_rows_hides_no_other(tmp_path, other, first):
    sheets = [("Leeg", "visible", other), ("Mutaties", "visible", FILLED)]
    rows, _reading = read(_sheets(tmp_path / "a.xlsx", *(sheets if first else sheets[::-1])))
    assert [row.number for row in rows] == [3]
    assert refusal(_sheets(tmp_path / "b.xlsx", ("A", "visible", EMPTY), ("B", "visible", EMPTY))).code == "no_rows"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_read(tmp_path, state):
    old = [*EMPTY, line_of(ENROLS | {"surname": "Verborgen"})]
    rows, _reading = read(_sheets(tmp_path / "a.xlsx", ("Oud", state, old), ("Mutaties", "visible", FILLED)))
    assert [row.values["surname"] for row in rows] == ["Janse"]
    hidden = ("Mutaties", state, FILLED), ("Blad1", "visible", [["x"]])
    assert refusal(_sheets(tmp_path / "b.xlsx", *hidden)).code == "no_header"


@pytest.mark.parametrize("where", ["A2:Q2", "F2:H2", "A2:A3", "B1:B2"])
def test_merged_headers_are_told_as_such(tmp_path, where):
    lines = [[TEMPLATE.mark], HEADERS, line_of(ENROLS)]
    path = written(tmp_path / "a.xlsx", lines, lambda sheet: sheet.merge_cells(where))
    assert refusal(path).code == "merged_headers"


def test_a_title_may_be_merged_also_when_it_is_called_as_a_column(tmp_path):
    lines = [["Mutatie"], [TEMPLATE.mark], HEADERS, line_of(ENROLS)]
    rows, _reading = read(written(tmp_path / "a.xlsx", lines, lambda sheet: sheet.merge_cells("A1:H1")))
    assert len(rows) == 1


def test_rows_as_downloaded_are_warned_of_and_a_file_of_nothing_else_is_refused(tmp_path):
    idle = line_of({"relation_number": "300001817", "surname": "Aal", "first_day": "01-03-2026"})
    rows, reading = read(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, idle, line_of(ENROLS), idle]))
    assert [row.number for row in rows] == [4]
    assert reading.head.warnings == [{"code": "without_action", "params": {"rows": 2}}]
    assert refusal(written(tmp_path / "b.xlsx", [[TEMPLATE.mark], HEADERS, idle])).code == "no_actions"


def test_formatted_empty_rows_are_no_rows(tmp_path):
    def formatted(sheet):
        for number in range(4, 401):
            for place in range(1, 18):
                sheet.cell(number, place).number_format = "@"

    rows, _reading = read(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, line_of(ENROLS)], formatted))
    assert [row.number for row in rows] == [3]


def test_a_formula_gives_its_value_and_its_text_is_never_seen(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [TEMPLATE.mark])
    sheet.write_row(1, 0, HEADERS)
    sheet.write_row(2, 0, [cell or "" for cell in line_of(ENROLS)])
    sheet.write_formula(2, KEYS.index("surname"), '=CONCAT("Jan","se")', None, "Janse")
    sheet.write_formula(2, KEYS.index("external_reference"), "=40+2", None, 42)
    book.close()
    [row], _reading = read(path)
    assert (row.values["surname"], row.values["external_reference"]) == ("Janse", "42")
    assert not [cell for cell in row.cells.values() if "CONCAT" in cell or "+" in cell]


def test_more_rows_or_columns_than_are_taken(tmp_path):
    path = written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, *[line_of(ENROLS)] * 60])
    assert len(read(path, rows=60)[0]) == 60
    assert refusal(path, rows=40).code == "too_large_sheet"
    assert refusal(path, columns=10).code == "too_large_sheet"


def test_rows_come_a_thousand_at_a_time_and_in_order(tmp_path):
    path = written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, *[line_of(ENROLS)] * 2345])
    reading = read_rows(path, TEMPLATE)
    chunks = list(reading)
    assert [len(chunk) for chunk in chunks] == [1000, 1000, 345]
    assert [row.number for chunk in chunks for row in chunk] == list(range(3, 2348))


def test_whoever_stops_halfway_leaves_no_child(tmp_path):
    path = written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, *[line_of(ENROLS)] * 5000])
    rows = iter(read_rows(path, TEMPLATE))
    next(rows)
    rows.close()
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    named = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]
    assert not [name for name in named if b"sheets.child" in name]


def test_a_file_that_is_gone_is_unreadable(tmp_path):
    assert refusal(tmp_path / "gone.xlsx").code == "unreadable"


def test_a_file_without_a_name_is_read_also_where_many_are_open(tmp_path):
    content = written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, line_of(ENROLS)]).read_bytes()
    with ExitStack() as many:
        for _ in range(40):
            many.enter_context(Path(os.devnull).open())
        nameless = many.enter_context(tempfile.TemporaryFile())
        nameless.write(content)
        nameless.flush()
        rows, _reading = read(Path(f"/dev/fd/{nameless.fileno()}"))
    assert [row.values["surname"] for row in rows] == ["Janse"]


def test_the_child_limits_itself_before_it_opens_the_file(tmp_path):
    program = (
        "import json, resource; from collectief.bulk.sheets import child, container\n"
        "child._confine(container.Limits())\n"
        "names = ('AS', 'CPU', 'FSIZE', 'CORE', 'NOFILE')\n"
        "print(json.dumps([resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[1] for name in names]))\n"
    )
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    out = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True, cwd=tmp_path
    )
    memory, seconds, size, core, files = json.loads(out.stdout)
    assert memory <= 1536 * 2**20 and seconds <= 120 and size == core == 0 and files <= 16


@pytest.mark.parametrize(
    ("content", "looks"),
    [(b"%PDF-1.7", "pdf"), (b"\x89PNG\r\n", "picture"), (b"\xff\xd8\xff\xe0", "picture"), (b"a;b;c\n", "text"),
     (b"\xef\xbb\xbf <!DOCTYPE HTML><html>", "web_page"), (b"\x7fELF\0\0", "unknown")],
)  # fmt: skip
def test_what_a_file_looks_like_is_told(tmp_path, content, looks):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        look_at(path, Limits())
    assert (refused.value.code, refused.value.params) == ("not_a_spreadsheet", {"looks": looks})


@pytest.mark.parametrize(
    ("parts", "looks"),
    [(["holiday.jpg"], "archive"), (["[Content_Types].xml", "word/document.xml"], "document"),
     (["[Content_Types].xml", "xl/workbook.bin"], "document")],
)  # fmt: skip
def test_what_a_zip_without_a_workbook_looks_like_is_told(tmp_path, parts, looks):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    with pytest.raises(FileRefused) as refused:
        look_at(path, Limits())
    assert (refused.value.code, refused.value.params) == ("not_a_spreadsheet", {"looks": looks})


def test_a_part_that_is_larger_than_the_zip_says(tmp_path):
    """The directory is only what the file says of itself: the limits of the child hold all the same."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    content = bytearray(path.read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    assert refusal(path).code == "unreadable"


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs")), min_size=1, max_size=30)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "surname": WORDS.map(lambda word: f"Q{word}"),
            "birth_date": st.dates(date(1900, 1, 1), date(2099, 12, 31)),
            "external_reference": WORDS.map(str.strip),
            "house_number": st.integers(1, 99_999),
        }
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_what_is_written_is_read_back(tmp_path, people):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    sheet.write_row(0, 0, [TEMPLATE.mark])
    sheet.write_row(1, 0, HEADERS)
    for number, person in enumerate(people, start=2):
        for key, cell in (ENROLS | person).items():
            place = KEYS.index(key)
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            elif isinstance(cell, int):
                sheet.write_number(number, place, cell)
            else:
                sheet.write_string(number, place, cell)
    book.close()
    rows, _reading = read(path)
    assert [row.number for row in rows] == list(range(3, 3 + len(people)))
    for row, person in zip(rows, people, strict=True):
        assert not row.problems
        assert row.values["surname"] == tidy(person["surname"])
        assert row.values["birth_date"] == person["birth_date"].isoformat()
        assert row.values.get("external_reference", "") == person["external_reference"]
        assert row.values["house_number"] == str(person["house_number"])
