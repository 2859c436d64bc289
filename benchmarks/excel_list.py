"""The whole list of participants as a workbook: from the database to a file, with everyone in the trail.

Reading the stays through the scope, putting them into words, writing and the event are all in it. The floor is
XlsxWriter alone, writing the same cells from memory with no more than a loop around it. `growth` is how much the
size of this process grew from ten thousand people to a hundred thousand: flat is 1. The two alternate, so that
whatever else the machine is doing is in both.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import psutil
import xlsxwriter

from .filling import TODAY, filled
from .report import Line, median, seconds

SIZES = (10_000, 100_000)
PEOPLE = 1_000_000
ROUNDS = 3


def excel_lists() -> Iterator[Line]:
    """A line for each size."""
    scope = filled(PEOPLE, former=30)
    before = 0.0
    for size in SIZES:
        # The cells of the floor are in memory: how large this process becomes is seen before they are.
        _written(scope, size)
        peak = psutil.Process().memory_info().rss
        cells, ours, floor = _cells(scope, size), [], []
        for _ in range(ROUNDS):
            ours.append(seconds(lambda n=size: _written(scope, n)))
            floor.append(seconds(lambda c=cells: _bare(c)))
        del cells
        more = {"growth": round(peak / before, 2)} if before else {}
        before = before or peak
        yield Line("excel-list", size, size / median(ours), size / median(floor), peak / 2**20, more)


def _listed(scope: Any, size: int) -> Any:
    """The list as the portal has it, of its first so many people."""
    from copy import replace
    from itertools import islice

    from collectief.contracts.queries import contracts
    from collectief.enrolment.queries import Search
    from collectief.exports.lists import participants

    listed = participants(scope, Search(), contracts(scope), today=TODAY)
    return replace(listed, rows=islice(listed.rows, size))


def _written(scope: Any, size: int) -> None:
    """What the portal does for one download."""
    from collectief.audit import actions as audit
    from collectief.scope.database import opened
    from collectief.web.sheet import people_file

    with opened(scope):
        response, people = people_file(scope, _listed(scope, size), name="deelnemers.xlsx")
        audit.record(scope, "participants.download", participants=people, detail={"lines": len(people)})
        response.close()
    if len(people) != size:
        raise RuntimeError(f"{len(people)} people instead of {size}")


def _cells(scope: Any, size: int) -> list[list[Any]]:
    from collectief.exports.people import Beside
    from collectief.scope.database import opened

    with opened(scope):
        listed = _listed(scope, size)
        return [[_plain(column.cell(row, Beside())) for column in listed.columns] for row in listed.rows]


def _plain(cell: Any) -> Any:
    """A day as the number that a spreadsheet has for it."""
    return (cell.toordinal() - 693_594) if hasattr(cell, "toordinal") else cell


def _bare(rows: Sequence[Sequence[Any]]) -> None:
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell)
            elif cell is not None:
                sheet.write_number(number, column, cell, day)
    book.close()
