"""Files saved by another program: LibreOffice as .xlsx, .ods and .xls, with every way people write a cell."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from collectief.bulk.asking import template_for
from collectief.bulk.sheets.corrections import write_bad_rows
from collectief.bulk.sheets.reading import read_rows
from collectief.bulk.sheets.rows import Row
from collectief.segments.catalogue import profile
from tests.faults.test_hostile_files import template_file

TEMPLATE = template_for(profile("staffing_agency"))
pytestmark = pytest.mark.feature("U21")

# column: (what is typed, what is read)
CELLS = {
    "bsn": [("999990019", "999990019"), (999990019, "999990019"), ("9999.90.019", "999990019")],
    "initials": [("A.J.", "A.J."), ("aj", "A.J."), ("A J", "A.J."), ("Anna", "A.")],
    "prefix": [("van der", "van der"), (None, None), ("el", "el"), ("d'", "d'")],
    "surname": [
        ("Veen  ", "Veen"), ("O’Brien", "O'Brien"), ("Święcicka-Żółć", "Święcicka-Żółć"), ("Çalışkan", "Çalışkan"),
    ],
    "birth_date": [
        ("1-2-1980", "1980-02-01"), ("01-02-1980", "1980-02-01"), ("1980-02-01", "1980-02-01"),
        (date(1980, 2, 1), "1980-02-01"), (datetime(1980, 2, 1), "1980-02-01"), ("00-00-1980", "1980-00-00"),
    ],
    "first_day": [(date(2026, 11, 1), "2026-11-01"), ("1-11-2026", "2026-11-01")],
    "external_reference": [(12345, "12345"), ("00123", "00123"), ("P-1 ", "P-1")],
}  # fmt: skip


def rows_of(path: Path) -> list[Row]:
    """Everything in a file."""
    return [row for chunk in read_rows(path, TEMPLATE) for row in chunk]


def filled(tmp_path: Path) -> tuple[Path, list[dict[str, str | None]]]:
    """The template with a row for each way of writing, and what should be read."""
    book = openpyxl.load_workbook(template_file(tmp_path))
    sheet = book["Mutaties"]
    places = {column.key: number for number, column in enumerate(TEMPLATE.columns, start=1)}
    expected = []
    for line in range(12):
        row = {key: ways[line % len(ways)] for key, ways in CELLS.items()}
        sheet.cell(line + 3, places["action"], "Aanmelden")
        for key, (typed, _read) in row.items():
            sheet.cell(line + 3, places[key], typed)
        expected.append({key: read for key, (_typed, read) in row.items()})
    path = tmp_path / "filled.xlsx"
    book.save(path)
    return path, expected


def saved_again(path: Path, kind: str, tmp_path: Path) -> Path:
    """The file as LibreOffice saves it."""
    program = os.environ.get("SOFFICE") or shutil.which("soffice")
    assert program, "this test needs LibreOffice (Debian: libreoffice-calc)"
    out = tmp_path / kind
    subprocess.run(
        [
            program, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", kind,
            "--outdir", str(out), str(path),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return out / f"{path.stem}.{kind}"


def _check(found: list[Row], expected: list[dict[str, str | None]]) -> None:
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert not row.problems, (row.number, row.problems)
        assert {key: row.values.get(key) for key in wanted} == wanted, row.number
    assert [row.number for row in found] == list(range(3, 15))


def test_every_way_of_writing_a_cell(tmp_path):
    path, expected = filled(tmp_path)
    _check(rows_of(path), expected)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice(tmp_path, kind):
    path, expected = filled(tmp_path)
    _check(rows_of(saved_again(path, kind, tmp_path)), expected)


@pytest.mark.feature("X02")
@pytest.mark.parametrize(("kind", "told"), [("xlsx", True), ("ods", True), ("xls", False)])
def test_rows_that_a_filter_hides_are_read_and_counted(tmp_path, kind, told):
    path, expected = filled(tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book["Mutaties"]
    sheet.auto_filter.ref = "A2:Q14"
    column = [one.key for one in TEMPLATE.columns].index("surname")
    sheet.auto_filter.add_filter_column(column, ["Veen  ", "O’Brien", "Çalışkan"])
    for number in (5, 9, 13):
        sheet.row_dimensions[number].hidden = True
    book.save(path)
    reading = read_rows(saved_again(path, kind, tmp_path), TEMPLATE)
    _check([row for chunk in reading for row in chunk], expected)
    assert reading.head.warnings == ([{"code": "hidden_rows", "params": {"rows": 3}}] if told else [])


def test_dates_in_the_1904_system_are_the_same_days(tmp_path):
    path, expected = filled(tmp_path)
    book = openpyxl.load_workbook(path)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(path)
    _check(rows_of(path), expected)


def test_a_leading_zero_that_a_spreadsheet_ate_is_meant(tmp_path):
    path, _expected = filled(tmp_path)
    book = openpyxl.load_workbook(path)
    book["Mutaties"].cell(3, 3, 12345672)
    book.save(path)
    assert rows_of(path)[0].values["bsn"] == "012345672"


def test_columns_in_another_order_with_extra_ones_and_formatted_empty_rows(tmp_path):
    path, expected = filled(tmp_path)
    book = openpyxl.load_workbook(path)
    old = book["Mutaties"]
    sheet = book.create_sheet("Andere volgorde")
    sheet["B1"] = TEMPLATE.mark
    order = list(range(old.max_column, 0, -1))
    for line in range(2, 15):
        for place, column in enumerate(order, start=2):
            sheet.cell(line, place, old.cell(line, column).value)
    sheet.cell(2, 1, "Onze afdeling")
    sheet.cell(3, 1, "Magazijn")
    for line in range(15, 401):
        sheet.cell(line, 3).number_format = "@"
    book.remove(old)
    book.save(path)
    reading = read_rows(path, TEMPLATE)
    found = [row for chunk in reading for row in chunk]
    _check(found, expected)
    assert reading.head.warnings == [{"code": "extra_columns", "params": {"columns": ["Onze afdeling"]}}]


@pytest.mark.feature("X02")
def test_rejected_rows_come_back_as_a_file_that_reads_the_same(tmp_path):
    path, _expected = filled(tmp_path)
    before = rows_of(path)
    again = tmp_path / "again.xlsx"
    with again.open("wb") as stream:
        write_bad_rows(stream, TEMPLATE, ((row.cells, [("Reden", "Remedie")]) for row in before), language="nl")
    reading = read_rows(again, TEMPLATE)
    after = [row for chunk in reading for row in chunk]
    assert [row.values for row in after] == [row.values for row in before]
    assert reading.head.warnings == []
