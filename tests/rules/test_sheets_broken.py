"""Cells with an error, and formulas without an outcome: the parser gives them as empty, the rows say so."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from collectief.bulk.sheets import parts
from collectief.bulk.sheets.broken import broken_cells
from collectief.bulk.sheets.reading import FileRefused
from tests.rules.test_sheets_files import ENROLS, HEADERS, KEYS, TEMPLATE, line_of, read, refusal, written

pytestmark = pytest.mark.feature("U21")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"


def _file(path: Path, *rows: dict[str, Any]) -> Path:
    return written(path, [[TEMPLATE.mark], HEADERS, *(line_of(row) for row in rows)])


def _problems(path: Path) -> list[list[tuple[str, str]]]:
    rows, _reading = read(path)
    return [[(problem.column, problem.code) for problem in row.problems] for row in rows]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!"])
@pytest.mark.parametrize("key", ["contract", "last_day", "external_reference", "bsn", "surname", "action"])
def test_an_error_is_told_in_its_column_and_is_not_empty(tmp_path, key, error):
    path = _file(tmp_path / "a.xlsx", ENROLS, ENROLS | {key: error}, ENROLS)
    assert _problems(path) == [[], [(key, "cell_error")], []]


def test_an_error_pasted_as_text_is_one_too(tmp_path):
    path = written(
        tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, line_of(ENROLS | {"contract": "#N/B"})],
        lambda sheet: setattr(sheet.cell(3, 2), "data_type", "s"),
    )  # fmt: skip
    assert _problems(path) == [[("contract", "cell_error")]]


def test_a_formula_without_an_outcome_is_not_empty(tmp_path):
    path = _file(tmp_path / "a.xlsx", ENROLS | {"last_day": "=DATE(2026,12,31)"}, ENROLS)
    assert _problems(path) == [[("last_day", "cell_error")], []]


def test_an_error_beside_a_table_that_starts_further_to_the_right_and_down(tmp_path):
    lines = [[], [], *([None, None, *line] for line in ([TEMPLATE.mark], HEADERS, line_of(ENROLS | {"city": "#N/A"})))]
    assert _problems(written(tmp_path / "a.xlsx", lines)) == [[("city", "cell_error")]]


def _sheet(tmp_path: Path, cells: str) -> Path:
    """A workbook whose only row of data is this."""
    path = _file(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    texts[name] = texts[name].replace("</sheetData>", f"{cells}</sheetData>")
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in texts.items():
            archive.writestr(part, text)
    return path


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ('<row r="3"><c r="B3" t="e"><v>#N/A</v></c></row>', {3: [1]}),
        ('<row r="3"><c r="AA3"><f>A1</f></c></row>', {3: [26]}),
        ('<row r="3"><c r="B3"><f>A1</f><v/></c><c r="C3"><f>A1</f><v></v></c></row>', {3: [1, 2]}),
        ('<row r="5"><c r="B5" t="e"/></row>', {5: [1]}),
        # Without references each cell stands beside the last, each row below it.
        ('<row><c><v>1</v></c><c t="e"><v>#N/A</v></c></row>', {3: [1]}),
        # A formula that came to an empty text, and ones that came to something.
        ('<row r="3"><c r="B3" t="str"><f>""</f><v></v></c></row>', {}),
        ('<row r="3"><c r="B3"><f>1+1</f><v>2</v></c><c r="C3" t="b"><f>TRUE()</f><v>1</v></c></row>', {}),
        ('<row r="3"><c r="B3" t="inlineStr"><is><t>t="e"</t></is></c></row>', {}),
    ],
)
def test_what_the_xml_says(tmp_path, cells, found):
    assert broken_cells(_sheet(tmp_path, cells), "xlsx", "Sheet") == found


def test_another_sheet_is_not_looked_at(tmp_path):
    def beside(sheet: Any) -> None:
        sheet.parent.create_sheet("Lijsten")["B3"] = "#N/A"

    path = written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, line_of(ENROLS)], beside)
    assert _problems(path) == [[]]
    assert broken_cells(path, "xlsx", "Lijsten") == {3: [1]}
    assert broken_cells(path, "xlsx", "Nergens") == {}


def test_entities_are_refused_also_where_a_parser_would_not_mind(tmp_path):
    path = _sheet(tmp_path, '<row r="3"><c r="B3" t="e"><v>#N/A</v></c></row>')
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    declared = b'<!DOCTYPE worksheet [<!ENTITY a "haha">]>'
    contents[name] = contents[name].replace(b"<worksheet", declared + b"<worksheet", 1)
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in contents.items():
            archive.writestr(part, content)
    with pytest.raises(FileRefused, match="unreadable"):
        broken_cells(path, "xlsx", "Sheet")
    assert refusal(path).code == "unreadable"


@pytest.mark.parametrize("size", range(8, 20))
def test_a_sign_across_two_pieces_is_seen(tmp_path, monkeypatch, size):
    path = _sheet(tmp_path, '<row r="3"><c r="B3" t="e"><v>#N/A</v></c></row>')
    monkeypatch.setattr(parts, "_PIECE", size)
    assert broken_cells(path, "xlsx", "Sheet") == {3: [1]}


def test_an_opendocument_sheet_repeats_what_is_the_same(tmp_path):
    def row(*cells: str, times: int = 1) -> str:
        return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'

    def text(words: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'

    error = (
        '<table:table-cell table:formula="of:=#N/A" office:value-type="string" office:string-value=""'
        ' calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
    )
    lines = [
        row(text(TEMPLATE.mark)),
        row(*map(text, HEADERS)),
        row(*(text(ENROLS[key]) if key in ENROLS else "<table:table-cell/>" for key in KEYS[:10]), error),
        row("<table:table-cell/>", times=3),
        row(text("Aanmelden"), '<table:table-cell table:formula="of:=A1" table:number-columns-repeated="2"/>', times=2),
    ]
    other = f'<table:table table:name="Andere">{row(error)}</table:table>'
    content = (
        f'<office:document-content xmlns:office="{_OFFICE}" xmlns:table="{_TABLE}"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body>'
        f'<office:spreadsheet>{other}<table:table table:name="Mutaties">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    assert broken_cells(path, "ods", "Mutaties") == {3: [10], 7: [1, 2], 8: [1, 2]}
    assert _problems(path)[0] == [("last_day", "cell_error")]
