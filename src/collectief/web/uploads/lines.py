"""Rows of a plan or result as they are drawn: whom each is about, what will happen or has, and what is wrong (X02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from collectief.bulk.queries import RowView
from collectief.bulk.sheets.columns import ACTIONS, CHANGE_REFERENCE, ENROL, TERMINATE
from collectief.contracts.queries import ContractView, contracts
from collectief.enrolment.queries import contracts_on
from collectief.foundation.dates import BirthDate
from collectief.participants.queries import ParticipantView, participants_by_index
from collectief.scope.scope import Scope
from collectief.segments.profile import Field

from ..participants.present import born, told_apart_by, what
from .present import Wrong, outcome_labels, planned_labels, wrong


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a row is about: the participant it comes to, or what was filled in of who is not known here.

    `filled_in` is what the file says of them, where that is otherwise.
    """

    name: str
    details: list[str]
    reference: str
    filled_in: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is drawn."""

    number: int
    who: Who
    action: str
    what: str
    verdict: str
    colour: str
    problems: list[Wrong]


def lines(scope: Scope, batch: Any, rows: Sequence[RowView], language: str) -> tuple[list[Line], list[int]]:
    """The rows of a page, and the participants that are on it; in a fixed number of queries."""
    own = contracts(scope)
    known = participants_by_index(scope, {row.person for row in rows if row.person})
    found = {} if batch.contract else _contracts_meant(scope, rows, own, known)
    drawn = []
    for row in rows:
        one = known.get(row.person)
        label, colour = outcome_labels()[row.outcome] if row.outcome else planned_labels()[row.planned]
        contract = row.sent.values.get("contract") or batch.contract or found.get(row.number, "")
        who = _participant(row, one) if one else _stranger(scope, row)
        asked = _asked(scope, row, who, contract, own)
        action = ACTIONS[row.kind].label(language) if row.kind in ACTIONS else "–"
        drawn.append(Line(row.number, who, action, asked, label, colour, wrong(row.problems, language)))
    return drawn, [one.id for one in known.values()]


def _contracts_meant(
    scope: Scope, rows: Sequence[RowView], own: Sequence[ContractView], known: Mapping[bytes, ParticipantView]
) -> dict[int, str]:
    """The contract, by row, of terminations that name none: the only one in which that person takes part then."""
    asked = {
        row.number: (known[row.person].id, row.last_day)
        for row in rows
        if row.kind == TERMINATE and row.person in known and row.last_day
    }
    numbers = {one.id: one.number for one in own}
    return {row: numbers[id_] for row, id_ in contracts_on(scope, asked).items() if id_ in numbers}


def _participant(row: RowView, known: ParticipantView) -> Who:
    otherwise = []
    if row.name and not known.name.same_person_name(row.name):
        otherwise.append(str(row.name))
    if row.birth_date and known.birth_date and not BirthDate.parse(known.birth_date).agrees_with(row.birth_date):
        otherwise.append(born(str(row.birth_date)))
    details = told_apart_by(known.relation_number, known.birth_date)
    return Who(str(known.name), details, known.external_reference, ", ".join(otherwise))


def _stranger(scope: Scope, row: RowView) -> Who:
    values = row.values
    nameless = _("Alleen een BSN ingevuld") if row.sent.values.get("bsn") else ""
    birth_date = values.get("birth_date", "") if scope.sees(Field.BIRTH_DATE) else ""
    number = values.get("relation_number", "") if scope.sees(Field.RELATION_NUMBER) else ""
    details = told_apart_by(number, birth_date)
    [name, *further] = [one for one in (str(row.name or nameless), *details) if one] or [""]
    return Who(name, further, values.get("external_reference", ""))


def _asked(scope: Scope, row: RowView, who: Who, contract: str, own: Sequence[ContractView]) -> str:
    """What the row asks, with the contract it comes to; a reference only where it is to be another than it is."""
    values = row.values
    reference = values.get("external_reference", "")
    if row.kind == CHANGE_REFERENCE:
        shown = reference if scope.sees(Field.EXTERNAL_REFERENCE) else ""
        return _("wordt {reference}").format(reference=shown) if shown else ""
    asked = {key: values.get(key, "") for key in ("first_day", "last_day", "reason")}
    anew = row.kind == ENROL and reference != who.reference
    return what({"contract": contract, "reference": reference if anew else "", **asked}, own, scope)
