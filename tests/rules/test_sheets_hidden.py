"""Rows that a filter hides in a file are read, and counted for whoever sent it (X02)."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from collectief.bulk.sheets import parts
from collectief.bulk.sheets.hidden import hidden_rows
from collectief.bulk.sheets.reading import FileRefused
from tests.rules.test_sheets_files import ENROLS, HEADERS, TEMPLATE, line_of, read, written

pytestmark = [pytest.mark.feature("X02"), pytest.mark.feature("U21")]


def _file(path: Path, hidden: Sequence[int], *, rows: int = 4, filtered: bool = True) -> Path:
    """A file with these rows hidden, of which the first enrols in row 3."""

    def change(sheet: Any) -> None:
        for number in hidden:
            sheet.row_dimensions[number].hidden = True
        if filtered:
            sheet.auto_filter.ref = f"A2:Q{rows + 2}"

    return written(path, [[TEMPLATE.mark], HEADERS, *[line_of(ENROLS)] * rows], change)


def _changed(path: Path, name: str, before: str, after: str) -> Path:
    with zipfile.ZipFile(path) as archive:
        content = {one: archive.read(one).decode() for one in archive.namelist()}
    assert before in content[name]
    content[name] = content[name].replace(before, after)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, text in content.items():
            archive.writestr(one, text)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_hidden_rows_are_read_and_counted(tmp_path):
    rows, reading = read(_file(tmp_path / "a.xlsx", [4, 6]))
    assert [row.number for row in rows] == [3, 4, 5, 6]
    assert reading.head.warnings == [{"code": "hidden_rows", "params": {"rows": 2}}]


def test_only_rows_with_something_in_them_count(tmp_path):
    path = _file(tmp_path / "a.xlsx", [4, 9, 10])
    assert hidden_rows(path, "xlsx", "Sheet", 12) == {4, 9, 10}
    assert read(path)[1].head.warnings == [{"code": "hidden_rows", "params": {"rows": 1}}]


@pytest.mark.parametrize(("hidden", "filtered"), [([], True), ([4], False)], ids=["nothing hidden", "no filter"])
def test_where_no_filter_hides_anything_nothing_is_said(tmp_path, hidden, filtered):
    assert read(_file(tmp_path / "a.xlsx", hidden, filtered=filtered))[1].head.warnings == []


def test_a_filter_of_a_table_hides_rows_too(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write(0, 0, TEMPLATE.mark)
    lines = [[cell or "" for cell in line_of(ENROLS)]] * 3
    columns = [{"header": header} for header in HEADERS]
    sheet.add_table(1, 0, 4, len(HEADERS) - 1, {"data": lines, "columns": columns})
    sheet.set_row(3, None, None, {"hidden": True})
    book.close()
    assert read(path)[1].head.warnings == [{"code": "hidden_rows", "params": {"rows": 1}}]


def test_another_sheet_and_another_kind_of_file_tell_nothing(tmp_path):
    path = _file(tmp_path / "a.xlsx", [4])
    assert hidden_rows(path, "xlsx", "Nergens", 9) == frozenset()
    assert hidden_rows(path, "xls", "Sheet", 9) == frozenset()


@pytest.mark.parametrize("size", range(16, 48))
def test_a_row_across_two_pieces_is_seen(tmp_path, monkeypatch, size):
    path = _file(tmp_path / "a.xlsx", [4, 5])
    monkeypatch.setattr(parts, "_PIECE", size)
    assert hidden_rows(path, "xlsx", "Sheet", 6) == {4, 5}


@pytest.mark.parametrize("before", range(parts._PIECE - 40, parts._PIECE + 1))
def test_a_long_sign_across_two_pieces_is_seen(tmp_path, before):
    sign = b'table:visibility="filter"'
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("content.xml", b"x" * before + sign + b"x" * 99)
        assert parts.has_signs(archive, "content.xml", (b"none", sign))


def test_rows_in_other_spellings(tmp_path):
    path = _changed(_file(tmp_path / "a.xlsx", [4]), SHEET, 'hidden="1"', 'hidden="true"')
    assert hidden_rows(path, "xlsx", "Sheet", 6) == {4}
    for number in range(1, 7):
        path = _changed(path, SHEET, f'<row r="{number}"', "<row")
    assert hidden_rows(path, "xlsx", "Sheet", 6) == {4}
    path = _changed(_changed(path, SHEET, "<row", "<x:row"), SHEET, "<worksheet", "<x:worksheet")
    assert hidden_rows(path, "xlsx", "Sheet", 6) == {4}


def _document(path: Path, *rows: str) -> Path:
    other = f'<table:table table:name="Andere">{_row("filter")}</table:table>'
    table = f'<table:table table:name="Af &amp; aan" table:style-name="ta1">{"".join(rows)}</table:table>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", other + table)
    return path


def _row(visibility: str = "visible", times: int = 1) -> str:
    return (
        f'<table:table-row table:number-rows-repeated="{times}" table:visibility="{visibility}">'
        "<table:table-cell/></table:table-row>"
    )


def test_an_opendocument_sheet_repeats_what_is_the_same(tmp_path):
    rows = _row(), "<table:table-row><table:table-cell/></table:table-row>", _row("filter", 3), _row(), _row("filter")
    path = _document(tmp_path / "a.ods", *rows, _row("filter", 1_048_000))
    assert hidden_rows(path, "ods", "Af & aan", 9) == {3, 4, 5, 7, 8, 9}
    assert hidden_rows(_document(tmp_path / "b.ods", _row("collapse")), "ods", "Af & aan", 9) == frozenset()


def test_what_is_no_zip_after_all_is_unreadable(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 and then nothing of a zip")
    with pytest.raises(FileRefused, match="unreadable"):
        hidden_rows(path, "xlsx", "Sheet", 9)
