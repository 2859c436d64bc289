"""What must never harm: every kind of file that is not what it says, too large, or made to break a parser."""

from __future__ import annotations

import io
import random
import subprocess
import zipfile
from pathlib import Path
from string import ascii_letters

import msgspec
import openpyxl
import pytest

from collectief.bulk.asking import template_for
from collectief.bulk.sheets.reading import FileRefused, Limits, read_rows
from collectief.bulk.sheets.template import write_template
from collectief.segments.catalogue import profile

TEMPLATE = template_for(profile("staffing_agency"))
pytestmark = pytest.mark.feature("U21")


def refusal_of(path: Path, limits: Limits | None = None) -> str:
    """The code with which a file is refused."""
    with pytest.raises(FileRefused) as refused:
        for _chunk in read_rows(path, TEMPLATE, limits=limits):
            pass
    return refused.value.code


def _file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "upload.xlsx"
    path.write_bytes(content)
    return path


def _zip(tmp_path: Path, parts: dict[str, bytes]) -> Path:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return _file(tmp_path, stream.getvalue())


def template_file(tmp_path: Path) -> Path:
    """Our own empty template."""
    path = tmp_path / "template.xlsx"
    with path.open("wb") as stream:
        write_template(stream, TEMPLATE, language="nl")
    return path


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n" + b"x" * 500, "not_a_spreadsheet"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 500, "not_a_spreadsheet"),
        (b"naam;bsn\nJanse;1\n", "not_a_spreadsheet"),
        (b"<html><table></table></html>", "not_a_spreadsheet"),
        (b"PK\x03\x04 and then nothing of a zip", "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") + b"\0" * 600, "not_a_spreadsheet"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_by_what_it_is(tmp_path, content, code):
    assert refusal_of(_file(tmp_path, content)) == code


def test_a_zip_without_a_workbook(tmp_path):
    assert refusal_of(_zip(tmp_path, {"holiday.jpg": b"x"})) == "not_a_spreadsheet"


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    bomb = {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"0" * 50_000_000}
    assert refusal_of(_zip(tmp_path, bomb)) == "too_large_sheet"


def test_two_hundred_megabytes_are_not_read(tmp_path):
    path = tmp_path / "large.xlsx"
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(200 * 1024 * 1024)
    assert refusal_of(path) == "too_large"


def _workbook_with(tmp_path: Path, sheet: bytes) -> Path:
    """A real workbook whose sheet is replaced."""
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet
    return _zip(tmp_path, parts)


_MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.mark.parametrize("says_so", [True, False])
def test_two_cells_at_opposite_corners_kill_the_child_only(tmp_path, says_so):
    dimension = b'<dimension ref="A1:XFD1048576"/>' if says_so else b""
    sheet = (
        b"<worksheet " + _MAIN + b">" + dimension + b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )  # fmt: skip
    assert refusal_of(_workbook_with(tmp_path, sheet)) in ("too_large_sheet", "unreadable")


def test_xml_entities_are_not_expanded(tmp_path):
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(12))
    sheet = (
        b"<!DOCTYPE x [" + entities + b"]><worksheet " + _MAIN + b'><sheetData><row r="1">'
        b'<c r="A1" t="inlineStr"><is><t>&e11;</t></is></c></row></sheetData></worksheet>'
    )
    assert refusal_of(_workbook_with(tmp_path, sheet), Limits(seconds=20)) in ("unreadable", "no_header")


def test_a_child_that_takes_too_long_is_ended(tmp_path):
    path = template_file(tmp_path)
    assert refusal_of(path, Limits(seconds=0)) == "unreadable"


def test_the_empty_template_has_no_rows(tmp_path):
    assert refusal_of(template_file(tmp_path)) == "no_rows"


def _changed_template(tmp_path: Path, change) -> Path:
    book = openpyxl.load_workbook(template_file(tmp_path))
    sheet = book["Mutaties"]
    sheet.append(["Afmelden", None, "999990019"])
    change(sheet)
    path = tmp_path / "changed.xlsx"
    book.save(path)
    return path


def _header(sheet, name: str):
    return next(cell for cell in sheet[2] if cell.value == name)


def test_another_version_is_told_apart(tmp_path):
    def change(sheet):
        sheet["A1"] = "Sjabloon 2019-4"

    assert refusal_of(_changed_template(tmp_path, change)) == "wrong_version"


def test_headers_that_are_gone_doubled_or_merged(tmp_path):
    def gone(sheet):
        _header(sheet, "Actie").value = ""

    def doubled(sheet):
        _header(sheet, "Land").value = "BSN"

    def merged(sheet):
        sheet.merge_cells("F2:H2")

    assert refusal_of(_changed_template(tmp_path, gone)) == "missing_columns"
    assert refusal_of(_changed_template(tmp_path, doubled)) == "doubled_columns"
    assert refusal_of(_changed_template(tmp_path, merged)) == "merged_headers"


def test_one_long_text_in_every_cell_is_not_kept_over_and_over(tmp_path):
    """In the file it stands once; of what comes out of it every cell has its own."""
    # By chance, so that it does not pack as a bomb would.
    long, rows = "".join(random.Random(1).choices(ascii_letters, k=30_000)), 40

    def change(sheet):
        sheet.cell(2, len(TEMPLATE.columns) + 1).value = long
        for number in range(3, 3 + rows):
            for place in range(1, len(TEMPLATE.columns) + 1):
                sheet.cell(number, place).value = long

    reading = read_rows(_changed_template(tmp_path, change), TEMPLATE)
    [found] = list(reading)
    kept = len(msgspec.json.encode(found)) + len(msgspec.json.encode(reading.head))
    assert len(found) == rows and kept < rows * len(TEMPLATE.columns) * 500
    assert {problem.code for problem in found.row(0).problems} == {
        "action_unknown", "reason_unknown", "too_long", "bsn_invalid", "date_invalid"
    }  # fmt: skip


def test_a_formula_counts_for_its_value_and_is_never_echoed(tmp_path):
    def formula(sheet):
        sheet["E3"] = "=HYPERLINK(1)"

    [rows] = list(read_rows(_changed_template(tmp_path, formula), TEMPLATE))
    assert not [cell for row in rows for cell in row.cells.values() if "HYPERLINK" in cell]


def test_a_protected_office_file_is_told_to_be_saved_without_password(tmp_path):
    """A password set by LibreOffice on an .ods: encrypted in another way than Office does."""
    source = template_file(tmp_path)
    macro = [
        "soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "ods",
        "--outdir", str(tmp_path), str(source),
    ]  # fmt: skip
    subprocess.run(macro, check=True, capture_output=True, timeout=120)
    path = tmp_path / "template.ods"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["META-INF/manifest.xml"] = b"<manifest><encryption-data/></manifest>"
    assert refusal_of(_zip(tmp_path, parts)) == "encrypted"
