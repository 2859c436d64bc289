"""Which lists of people there are as a workbook, and what stands in them (G05, U23, G08)."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.utils.translation import gettext as _

from collectief.contracts.queries import ContractView
from collectief.enrolment.queries import ListRow, Search, whole_list
from collectief.foundation.sheet import Cell, write_sheet
from collectief.reporting.flow_lists import Asked, FlowLine, flow_lines
from collectief.scope.scope import Scope

from .people import Column, Person, person_columns, with_beside
from .words import MOVEMENTS, STANDINGS, Standing, said


@dataclass(frozen=True, slots=True)
class PeopleList[Row: Person]:
    """A list: what its sheet is called, its columns, and its rows, which are read once."""

    title: str
    columns: Sequence[Column[Row]]
    rows: Iterable[Row]

    def write(self, stream: IO[bytes], scope: Scope) -> array[int]:
        """Write it as a workbook, in constant memory; whom it is about, for the trail. Must run inside `opened`."""
        people = array("q")

        def cells() -> Iterator[list[Cell]]:
            for row, beside in with_beside(scope, self.rows):
                people.append(row.participant_id)
                yield [column.cell(row, beside) for column in self.columns]

        write_sheet(stream, self.title, [(column.head, column.width) for column in self.columns], cells())
        return people


def participants(
    scope: Scope, search: Search, known: Iterable[ContractView], *, today: date, former: bool = False
) -> PeopleList[ListRow]:
    """Who takes part and is found, or who did before. Reading its rows raises NotAllowed."""
    numbers, standings = {contract.id: contract.number for contract in known}, said(STANDINGS)
    columns: list[Column[ListRow]] = [
        *person_columns(scope),
        Column(_("Contractnummer"), 16, lambda row, beside: numbers[row.contract_id]),
        Column(_("Ingangsdatum"), 14, lambda row, beside: row.first_day),
        Column(_("Einddatum (t/m)"), 16, lambda row, beside: row.last_day),
        Column(_("Status"), 18, lambda row, beside: standings[Standing.of(row, today)]),
    ]
    title = _("Oud deelnemers") if former else _("Huidige deelnemers")
    return PeopleList(title, columns, whole_list(scope, search, today=today, former=former))


def flows(scope: Scope, asked: Asked, *, today: date) -> PeopleList[FlowLine]:
    """Who came to a contract and left it. Reading its rows raises NotAllowed."""
    movements = said(MOVEMENTS)
    columns: list[Column[FlowLine]] = [
        *person_columns(scope),
        Column(_("Ingangsdatum"), 14, lambda line, beside: line.first_day),
        Column(_("Einddatum (t/m)"), 16, lambda line, beside: line.last_day),
        Column(_("In- of uitstroom"), 20, lambda line, beside: movements[line.movement]),
    ]
    return PeopleList(_("In- en uitstroom"), columns, flow_lines(scope, asked, today=today))
