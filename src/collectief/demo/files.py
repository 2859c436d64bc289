"""Upload files of any size, filled with people the BRP simulator knows, in constant memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from collectief.bulk.sheets.columns import template_for
from collectief.foundation.dates import dutch
from collectief.gateways.brp.inhabitants import dummy_bsns, inhabitant
from collectief.segments.catalogue import PROFILES


def write_demo_file(
    out: Path, *, rows: int, seed: int = 1, bad: int = 0, contract: str = "23595", first_day: date
) -> None:
    """Write `rows` enrolments from `first_day`; of every hundred, `bad` have a mistake of some kind."""
    template = template_for(PROFILES["staffing_agency"])
    workbook = xlsxwriter.Workbook(str(out), {"constant_memory": True})
    text = workbook.add_format({"num_format": "@"})
    sheet = workbook.add_worksheet("Mutaties")
    sheet.write_row(0, 0, [template.mark])
    sheet.write_row(1, 0, [column.dutch for column in template.columns])
    keys = [column.key for column in template.columns]
    for line, cells in enumerate(_rows(rows, seed, bad, contract, first_day), start=2):
        for number, key in enumerate(keys):
            if value := cells.get(key):
                sheet.write_string(line, number, value, text)
    workbook.close()


def _rows(count: int, seed: int, bad: int, contract: str, first_day: date) -> Iterator[dict[str, str]]:
    chance = random.Random(seed)
    for number, bsn in enumerate(dummy_bsns(count, seed=seed)):
        someone = inhabitant(bsn)
        cells = {
            "action": "Aanmelden",
            "contract": contract,
            "bsn": bsn.digits,
            "external_reference": f"S{seed}-{number:06}",
            "initials": someone.name.initials,
            "prefix": someone.name.prefix,
            "surname": someone.name.surname,
            "birth_date": someone.birth_date.dutch,
            "first_day": dutch(first_day),
        }
        if chance.randrange(100) < bad:
            cells |= chance.choice(_mistakes(first_day))
        yield cells


def _mistakes(first_day: date) -> list[dict[str, str]]:
    return [
        {"surname": "Anders"},
        {"bsn": "123456789"},
        {"birth_date": "31-02-1980"},
        {"contract": "99999"},
        {"first_day": dutch(first_day - timedelta(days=4000))},
        {"action": "Verwijderen"},
        {"surname": ""},
    ]
