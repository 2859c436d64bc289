"""The empty template: filling instructions, drop-downs, date checks, text cells where zeros must stay (U21).

It offers what the portal has (`Template.offered`) and nothing else: a row that asks more is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import IO, Any

import xlsxwriter

from collectief.foundation.period import EARLIEST_DAY, LATEST_DAY

from .columns import Column, Template

TITLE = {"nl": "Aan- en afmeldingen", "en": "Enrolments and terminations"}

# Nobody's: this number fails the eleven-test, so a copied example is told apart at once.
_EXAMPLE = {
    "bsn": "123456789", "external_reference": "VOORBEELD-1", "initials": "V.B.", "prefix": "van der",
    "surname": "Voorbeeld", "birth_date": "01-02-1980", "first_day": "01-01-2027",
}  # fmt: skip

_EXPLAINED = {
    "nl": (
        ("Zo vult u in", (
            "Vul op het tabblad Mutaties per persoon een regel in, onder de kolomnamen. Laat de kolomnamen en het "
            "versienummer erboven staan. De volgorde van de kolommen mag u veranderen.",
            "Begin voor nieuwe mutaties steeds met een leeg sjabloon. Regels die een filter verbergt, tellen ook mee.",
        )),
        ("Wat er daarna gebeurt", (
            "Verstuur het bestand onder Upload aan- en afmeldingen. U ziet eerst per regel wat er verandert of waarom "
            "iets niet kan; er gebeurt niets voordat u akkoord geeft.",
            "Het bestand wordt versleuteld bewaard en alleen gebruikt om deze mutaties te verwerken. Na 30 dagen zijn "
            "de ingevulde regels niet meer te lezen. Bewaar zelf geen kopie met BSN's die u niet nodig heeft.",
        )),
    ),
    "en": (
        ("How to fill it in", (
            "Fill in one line per person on the sheet Mutaties, below the headers. Leave the headers and the version "
            "number above them as they are. The order of the columns may change.",
            "Start each time from an empty template. Lines that a filter hides count as well.",
        )),
        ("What happens next", (
            "Send the file under Upload. For each line you first see what will change or why it cannot; nothing "
            "happens until you agree.",
            "The file is kept encrypted and used only to process these changes. After 30 days the lines can no longer "
            "be read. Do not keep a copy with citizen service numbers you do not need.",
        )),
    ),
}  # fmt: skip

_ACTIONS = {"nl": "Acties", "en": "Actions"}

# How far down drop-downs and formats reach; rows below are read as well.
LINES = 5000
HEADER_ROW = 1


def write_template(stream: IO[bytes], template: Template, *, language: str) -> None:
    """Write the empty template to `stream` in `language` (nl or en)."""
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    try:
        _instructions(book, template, language)
        sheet = mutations_sheet(book, template.mark, template.offered, language)
        _choices(book, sheet, template, language)
        sheet.activate()
    finally:
        book.close()


def mutations_sheet(
    book: Any, mark: str, columns: Sequence[Column], language: str, *, extra: tuple[str, ...] = ()
) -> Any:
    """The sheet people fill in, with its version mark and the headers of these columns; `extra` headers come last."""
    sheet = book.add_worksheet("Mutaties")
    bold = book.add_format({"bold": True, "bg_color": "#0b3d2e", "font_color": "#ffffff", "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "dd-mm-yyyy", "align": "left"})
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width, day if column.kind == "day" else text)
    sheet.write_string(0, 0, mark)
    sheet.write_string(0, 2, TITLE[language], book.add_format({"bold": True, "font_size": 14}))
    for number, column in enumerate(columns):
        sheet.write_string(HEADER_ROW, number, column.header(language), bold)
    for number, name in enumerate(extra, start=len(columns)):
        sheet.set_column(number, number, 50, text)
        sheet.write_string(HEADER_ROW, number, name, bold)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    return sheet


def _choices(book: Any, sheet: Any, template: Template, language: str) -> None:
    reasons = [reason.dutch if language == "nl" else reason.english for reason in template.reasons]
    lists = {"action": [action.label(language) for action in template.actions], "reason": reasons}
    first, last = HEADER_ROW + 1, HEADER_ROW + LINES
    for number, column in enumerate(template.offered):
        message = {"input_title": column.header(language)[:32], "input_message": template.hint(column, language)[:255]}
        if column.key in lists:
            rule: dict[str, Any] = {"validate": "list", "source": lists[column.key]}
        elif column.kind == "day":
            rule = {
                "validate": "date", "criteria": "between", "minimum": date(EARLIEST_DAY.year, 1, 1),
                "maximum": LATEST_DAY, "error_type": "warning",
                "error_message": "dd-mm-jjjj" if language == "nl" else "dd-mm-yyyy",
            }  # fmt: skip
        else:
            rule = {"validate": "any"}
        sheet.data_validation(first, number, last, number, rule | message)


def _instructions(book: Any, template: Template, language: str) -> None:
    dutch = language == "nl"
    sheet = book.add_worksheet("Invulinstructie" if dutch else "Instructions")
    title = book.add_format({"bold": True, "font_size": 16})
    head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    example = book.add_format({"text_wrap": True, "valign": "top", "italic": True, "num_format": "@"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80, wrapped)
    sheet.set_column(2, 2, 30, example)
    sheet.write_string(0, 0, TITLE[language], title)
    row = 2
    asked = [f"{action.label(language)}: {action.told(language)}" for action in template.actions]
    filling, *after = _EXPLAINED[language]
    for heading, lines in (filling, (_ACTIONS[language], asked), *after):
        sheet.write_string(row, 0, heading, head)
        for line in lines:
            row += 1
            sheet.merge_range(row, 0, row, 2, line, wrapped)
            sheet.set_row(row, 32)
        row += 2
    names = ("Kolom", "Wat u invult", "Voorbeeld") if dutch else ("Column", "What to fill in", "Example")
    for place, name in enumerate(names):
        sheet.write_string(row, place, name, head)
    made_up = _EXAMPLE | {"action": template.actions[0].label(language)}
    for column in template.offered:
        row += 1
        sheet.write_string(row, 0, column.header(language), wrapped)
        sheet.write_string(row, 1, template.hint(column, language), wrapped)
        sheet.write_string(row, 2, made_up.get(column.key, ""), example)
    if any(column.key == "reason" for column in template.offered):
        row += 2
        sheet.write_string(row, 0, "Redenen" if dutch else "Reasons", head)
        for reason in template.reasons:
            row += 1
            sheet.write_string(row, 0, reason.dutch if dutch else reason.english, wrapped)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
