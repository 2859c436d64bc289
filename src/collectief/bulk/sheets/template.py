"""The empty template: filling instructions, drop-downs, date checks, text cells where zeros must stay (U21)."""

from __future__ import annotations

from datetime import date
from typing import IO, Any

import xlsxwriter

from collectief.foundation.period import EARLIEST_DAY, LATEST_DAY

from .columns import ACTION_LABELS, Template

# How far down drop-downs and formats reach; rows below are read as well.
LINES = 5000
HEADER_ROW = 1


def write_template(stream: IO[bytes], template: Template, *, language: str) -> None:
    """Write the empty template to `stream` in `language` (nl or en)."""
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    try:
        _instructions(book, template, language)
        sheet = mutations_sheet(book, template, language)
        _choices(book, sheet, template, language)
        sheet.activate()
    finally:
        book.close()


def mutations_sheet(book: Any, template: Template, language: str, *, extra: tuple[str, ...] = ()) -> Any:
    """The sheet people fill in, with its version mark and headers; `extra` headers come last."""
    sheet = book.add_worksheet("Mutaties")
    bold = book.add_format({"bold": True, "bg_color": "#0b3d2e", "font_color": "#ffffff", "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "dd-mm-yyyy", "align": "left"})
    for number, column in enumerate(template.columns):
        sheet.set_column(number, number, column.width, day if column.kind == "day" else text)
    sheet.write_string(0, 0, template.mark)
    for number, column in enumerate(template.columns):
        sheet.write_string(HEADER_ROW, number, column.header(language), bold)
    for number, name in enumerate(extra, start=len(template.columns)):
        sheet.set_column(number, number, 50, text)
        sheet.write_string(HEADER_ROW, number, name, bold)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    return sheet


def _choices(book: Any, sheet: Any, template: Template, language: str) -> None:
    reasons = [reason.dutch if language == "nl" else reason.english for reason in template.reasons]
    lists = {"action": list(ACTION_LABELS[language]), "reason": reasons}
    first, last = HEADER_ROW + 1, HEADER_ROW + LINES
    for number, column in enumerate(template.columns):
        message = {"input_title": column.header(language)[:32], "input_message": column.hint(language)[:255]}
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
    sheet = book.add_worksheet("Invulinstructie" if language == "nl" else "Instructions")
    title = book.add_format({"bold": True, "font_size": 16})
    head = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90, wrapped)
    nl = language == "nl"
    sheet.write_string(0, 0, "Aan- en afmeldingen" if nl else "Enrolments and terminations", title)
    lines = (
        (
            "Vul op het tabblad Mutaties per persoon een regel in. Laat de kolomnamen en het versienummer staan.",
            "De gegevens moeten overeenkomen met het paspoort of de ID-kaart: wij controleren ze bij de BRP.",
            "Aanmelden is voor de collectiviteit en voor de zorgverzekering; afmelden beëindigt beide.",
            "Verstuur het bestand onder Upload aan- en afmeldingen. U ziet eerst wat er met elke regel gebeurt.",
        )
        if nl
        else (
            "Fill in one line per person on the sheet Mutaties. Leave the headers and the version number as they are.",
            "The data must agree with the passport or identity card: we check them with the register of persons (BRP).",
            "Enrolling is for the group contract and the health insurance; terminating ends both.",
            "Send the file under Upload. You first see what will happen to each line.",
        )
    )
    row = 2
    for line in lines:
        sheet.merge_range(row, 0, row, 1, line, wrapped)
        sheet.set_row(row, 32)
        row += 1
    row += 1
    sheet.write_row(row, 0, ["Kolom" if nl else "Column", "Wat u invult" if nl else "What to fill in"], head)
    for number, column in enumerate(template.columns, start=row + 1):
        sheet.write_string(number, 0, column.header(language))
        sheet.write_string(number, 1, column.hint(language), wrapped)
