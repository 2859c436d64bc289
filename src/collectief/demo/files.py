"""Upload files of any size, filled with people the BRP simulator knows, in constant memory."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from collectief.bulk.asking import template_for
from collectief.foundation.dates import dutch
from collectief.gateways.brp.inhabitants import dummy_bsns, inhabitant
from collectief.segments.catalogue import PROFILES


def write_demo_file(
    out: Path, *, rows: int, seed: int = 1, bad: int = 0, contract: str = "23595", first_day: date
) -> None:
    """Write `rows` enrolments from `first_day`; of every hundred, `bad` have a mistake of some kind."""
    write_rows(out, _enrolments(rows, seed, bad, contract, first_day))


def write_leavers(out: Path, *, rows: int, seed: int = 1, contract: str = "23595", last_day: date) -> None:
    """Write `rows` terminations on `last_day`, of the people that `write_demo_file` enrols with the same seed."""
    write_rows(out, _terminations(rows, seed, contract, last_day))


def write_rows(out: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write a filled-in template; a row is the text of its cells by the column's key."""
    template = template_for(PROFILES["staffing_agency"])
    workbook = xlsxwriter.Workbook(str(out), {"constant_memory": True})
    text = workbook.add_format({"num_format": "@"})
    sheet = workbook.add_worksheet("Mutaties")
    sheet.write_row(0, 0, [template.mark])
    sheet.write_row(1, 0, [column.dutch for column in template.columns])
    keys = [column.key for column in template.columns]
    for line, cells in enumerate(rows, start=2):
        for number, key in enumerate(keys):
            if value := cells.get(key):
                sheet.write_string(line, number, value, text)
    workbook.close()


def _enrolments(count: int, seed: int, bad: int, contract: str, first_day: date) -> Iterator[dict[str, str]]:
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


def _terminations(count: int, seed: int, contract: str, last_day: date) -> Iterator[dict[str, str]]:
    for number, bsn in enumerate(dummy_bsns(count, seed=seed)):
        # By BSN or by reference: both are in use.
        who = {"bsn": bsn.digits} if number % 2 else {"external_reference": f"S{seed}-{number:06}"}
        yield {
            "action": "Afmelden", "contract": contract, "last_day": dutch(last_day), "reason": "Einde dienstverband",
            **who,
        }  # fmt: skip


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
