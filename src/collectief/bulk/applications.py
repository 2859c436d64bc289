"""From the rows of a file to applications: the same shape a form makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import repeat
from typing import Any

from collectief.enrolment.facts import ADDRESS, Application, Kind
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations.corridor import Request, Subject
from collectief.mutations.records import Misshapen

from .rules import PROBLEMS
from .sheets.columns import ACTIONS
from .sheets.rows import Row, Rows

KINDS = {code: Kind(code) for code in ACTIONS}
# Where a reference says whom a row is about; elsewhere it is one that is given to somebody.
_NAMED_BY_REFERENCE = frozenset(action.code for action in ACTIONS.values() if "external_reference" in action.named_by)
_SHOWN = ("contract", "birth_date", "first_day", "last_day", "reason", "relation_number")
# When the file was read these were seen to be no BSN; the digits of a day may pass for one.
_NO_BSN = frozenset({"contract", "birth_date", "first_day", "last_day"})
# What says whom a row is about: the first that is there.
_NAMES = ("bsn", "relation_number", "external_reference")


def without_bsns(row: Row) -> dict[str, str]:
    """The values of a row but for its BSN, and for what may be one in any other column: columns shift (law 5).

    The number by which somebody we know was found is theirs, also where its digits could be a BSN.
    """
    theirs = next((key for key in _NAMES if row.values.get(key)), "") if row.person else ""
    sure = _NO_BSN | {theirs}
    return {key: text for key, text in row.values.items() if key != "bsn" and (key in sure or not Bsn.is_in(text))}


def misshapen(row: Row, batch_id: int, contract_id: int | None, participant_id: int | None) -> Misshapen:
    """What a rejected mutation says of a row with problems: all of them, each with its column."""
    first, *_ = row.problems
    problems = [[one.column, one.code, dict(one.params)] for one in row.problems]
    return Misshapen(
        row.action or "unknown", first.code, {**first.params, PROBLEMS: problems}, _shown(row),
        f"{batch_id}/{row.number}", contract_id, participant_id,
    )  # fmt: skip


def _shown(row: Row) -> dict[str, Any]:
    """What a rejected mutation remembers of a row with problems: what it was about, never a BSN."""
    values = without_bsns(row)
    asked: dict[str, Any] = {
        "name": [values.get("initials", ""), values.get("prefix", ""), values.get("surname", "")],
        "reference": values.get("external_reference", ""),
        **{key: values.get(key, "") for key in _SHOWN},
    }
    return {name: value for name, value in asked.items() if value and value != ["", "", ""]}


def requests_of(rows: Rows, batch_id: int, contract: str) -> list[Request]:
    """The applications of rows without problems of shape; `contract` is for those that name none."""
    return [
        Request(application, subject, f"{batch_id}/{number}")
        for application, subject, number in zip(
            _applications(rows, contract), _subjects(rows), rows.numbers, strict=True
        )
    ]


def _subjects(rows: Rows) -> Iterable[Subject]:
    columns = map(rows.column, ("bsn", "relation_number", "external_reference"))
    for action, person, bsn, number, reference in zip(rows.actions, rows.people, *columns, strict=True):
        if person:
            by_reference = not bsn and not number
            yield Subject(
                None, bytes.fromhex(person), Bsn(bsn) if action == "enrol" else None,
                reference=reference if by_reference else "",
            )  # fmt: skip
        else:
            yield Subject(relation_number=number, reference=reference if action in _NAMED_BY_REFERENCE else "")


def _applications(rows: Rows, otherwise: str) -> Iterable[Application]:
    columns = map(
        rows.column,
        ("contract", "initials", "prefix", "surname", "birth_date", "first_day", "last_day", "reason",
         "external_reference"),
    )  # fmt: skip
    for action, address, contract, initials, prefix, surname, born, first, last, reason, reference in zip(
        rows.actions, _addresses(rows), *columns, strict=False
    ):
        kind, contract = KINDS[action], contract or otherwise
        if kind is Kind.ENROL:
            name = PersonName(initials, prefix, surname)
            yield Application(
                kind, contract, name, BirthDate.parse(born), _day(first), _day(last), "", reference, "", address
            )
            continue
        # Whom a number means is seen by the name beside it, where one is filled in.
        named = PersonName(initials, prefix, surname) if surname else None
        birth_date = BirthDate.parse(born) if born else None
        if kind is Kind.TERMINATE:
            yield Application(kind, contract, named, birth_date, last_day=_day(last), reason=reason)
        elif kind is Kind.CHANGE_REFERENCE:
            yield Application(kind, contract, named, birth_date, reference=reference)
        else:
            raise ValueError(f"no application is made of a row that asks {action}")


def _addresses(rows: Rows) -> Iterable[Mapping[str, str]]:
    """What each row has of an address; most files have none at all."""
    given = [name for name in ADDRESS if name in rows.values]
    if not given:
        return repeat({})
    columns = zip(*(rows.values[name] for name in given), strict=True)
    return ({name: text for name, text in zip(given, texts, strict=True) if text} for texts in columns)


# A large file has few days of its own.
@lru_cache(4096)
def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
