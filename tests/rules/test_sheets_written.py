"""What is handed out: the empty template, and rejected rows to mend and send again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from collectief.bulk.sheets.columns import ACTIONS
from collectief.bulk.sheets.corrections import write_bad_rows
from collectief.bulk.sheets.template import write_template
from collectief.segments.catalogue import PROFILES

from .test_sheets_files import ENROLS, HEADERS, KEYS, TEMPLATE, line_of, read, written

pytestmark = pytest.mark.feature("U21")


def template_book(language: str) -> Any:
    stream = io.BytesIO()
    write_template(stream, TEMPLATE, language=language)
    return openpyxl.load_workbook(io.BytesIO(stream.getvalue()))


@pytest.mark.feature("X14")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_template_in_both_languages(language):
    book = template_book(language)
    first, sheet = book.worksheets
    assert first.title == {"nl": "Invulinstructie", "en": "Instructions"}[language]
    assert [cell.value for cell in sheet[2]] == [column.header(language) for column in TEMPLATE.columns]
    assert sheet["A1"].value == TEMPLATE.mark
    assert sheet.freeze_panes == "B3"
    said = {cell.value for row in first.iter_rows() for cell in row if cell.value}
    assert {TEMPLATE.hint(column, language) for column in TEMPLATE.columns} <= said


def test_only_the_english_template_speaks_english():
    dutch, english = (
        {cell.value for sheet in template_book(language) for row in sheet.iter_rows() for cell in row if cell.value}
        for language in ("nl", "en")
    )
    shared = {"BSN", "Postcode", TEMPLATE.mark} | {
        "123456789", "VOORBEELD-1", "V.B.", "van der", "Voorbeeld", "01-02-1980", "01-01-2027",
    }  # fmt: skip
    assert dutch & english == shared


@pytest.mark.parametrize("language", ["nl", "en"])
def test_drop_downs_and_date_checks(language):
    sheet = template_book(language)["Mutaties"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    by_key = {key: rules[f"{chr(65 + place)}3:{chr(65 + place)}5002"] for place, key in enumerate(KEYS)}
    assert by_key["action"].formula1 == f'"{",".join(action.label(language) for action in ACTIONS.values())}"'
    names = [reason.dutch if language == "nl" else reason.english for reason in TEMPLATE.reasons]
    assert by_key["reason"].formula1 == f'"{",".join(names)}"'
    assert by_key["first_day"].type == by_key["last_day"].type == "date"
    assert all(rule.prompt for rule in by_key.values())


@pytest.mark.parametrize("slug", sorted(PROFILES))
@pytest.mark.parametrize("language", ["dutch", "english"])
def test_reasons_fit_in_a_drop_down(slug, language):
    """Excel takes no longer list; it would leave the drop-down out without a word."""
    assert len(",".join(getattr(reason, language) for reason in PROFILES[slug].termination_reasons)) <= 255


def test_numbers_with_zeros_in_front_stay_text_when_typed():
    groups = template_book("nl")["Mutaties"].column_dimensions.values()
    formats = {KEYS[place - 1]: group.number_format for group in groups for place in range(group.min, group.max + 1)}
    for key in ("bsn", "relation_number", "external_reference", "contract", "postcode", "house_number"):
        assert formats[key] == "@"
    assert formats["first_day"] == formats["last_day"] == "dd-mm-yyyy"


def test_the_template_is_small_and_the_example_cannot_be_sent(tmp_path):
    stream = io.BytesIO()
    write_template(stream, TEMPLATE, language="nl")
    assert len(stream.getvalue()) < 20_000
    lines = [[TEMPLATE.mark], HEADERS, line_of(ENROLS | {"bsn": "123456789"})]
    rows, _reading = read(written(tmp_path / "a.xlsx", lines))
    assert [problem.code for problem in rows[0].problems] == ["bsn_invalid"]


# What comes back of rejected rows.


def corrected(path: Path, rows: Sequence[Mapping[str, str]], language: str = "nl") -> Path:
    with path.open("wb") as stream:
        write_bad_rows(stream, TEMPLATE, ((cells, [("Reden", "Remedie")]) for cells in rows), language=language)
    return path


@pytest.mark.feature("X02")
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("evil", ["=1+1", '=HYPERLINK("http://x")', "+31", "-1", "@SUM(A1)", "\t=1", "0012", "1e5"])
def test_nothing_that_comes_back_is_calculated(tmp_path, evil, language):
    sheet = openpyxl.load_workbook(corrected(tmp_path / "a.xlsx", [dict.fromkeys(KEYS, evil)], language))["Mutaties"]
    cells = list(sheet[3])
    assert [cell.data_type for cell in cells] == ["s"] * len(cells)
    assert [cell.value for cell in cells[: len(KEYS)]] == [evil] * len(KEYS)
    assert [cell.value for cell in cells[len(KEYS) :]] == ["Reden", "Remedie"]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


@pytest.mark.feature("X02")
def test_the_file_of_rejected_rows_can_be_sent_as_it_is(tmp_path):
    cells = ENROLS | {"birth_date": date(1980, 2, 1), "bsn": 12345672, "external_reference": "00123", "city": "Łódź"}
    bad = line_of(ENROLS | {"bsn": "123456789", "first_day": "31-02-2026"})
    before, _reading = read(written(tmp_path / "a.xlsx", [[TEMPLATE.mark], HEADERS, line_of(cells), bad]))
    after, reading = read(corrected(tmp_path / "b.xlsx", [row.cells for row in before]))
    assert [(row.action, row.values, row.problems) for row in after] == [
        (row.action, row.values, row.problems) for row in before
    ]
    assert reading.head.warnings == []


def test_text_longer_than_a_cell_can_hold_is_cut_not_lost(tmp_path):
    sheet = openpyxl.load_workbook(corrected(tmp_path / "a.xlsx", [ENROLS | {"city": "x" * 40_000}]))["Mutaties"]
    assert len(sheet.cell(3, KEYS.index("city") + 1).value) == 32_767
