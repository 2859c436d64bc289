"""From a row of a file to an application: the same shape a form makes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from collectief.enrolment.facts import ADDRESS, Application, Kind
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations.corridor import Request, Subject

KINDS = {"enrol": Kind.ENROL, "terminate": Kind.TERMINATE, "change_reference": Kind.CHANGE_REFERENCE}
_ADDRESS = frozenset(ADDRESS)


class Sent(Struct, frozen=True):
    """A row as it was sent and read: values by column, problems of shape, and the cells themselves.

    `person` is the blind index, in hexadecimals, of whom it is about; empty when it names nobody we know.
    """

    number: int
    action: str
    values: Mapping[str, str]
    problems: list[list[Any]]
    raw: list[str]
    person: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        """What a rejected mutation remembers of a row with problems: what it was about, never the BSN."""
        values = self.values
        asked: dict[str, Any] = {
            "name": [values.get("initials", ""), values.get("prefix", ""), values.get("surname", "")],
            "reference": values.get("external_reference", ""),
            **{
                key: values.get(key, "")
                for key in ("contract", "birth_date", "first_day", "last_day", "reason", "relation_number")
            },
        }
        return {name: value for name, value in asked.items() if value and value != ["", "", ""]}


def request_of(sent: Sent, batch_id: int, contract: str) -> Request:
    """The application of a row without problems of shape; `contract` is for a row that names none."""
    values = sent.values
    kind = KINDS[sent.action]
    enrols = kind == Kind.ENROL
    if sent.person:
        subject = Subject(bsn_index=bytes.fromhex(sent.person), bsn=Bsn(values["bsn"]) if enrols else None)
    else:
        # In a change of reference that column is the new one, not whom it is about.
        reference = "" if kind == Kind.CHANGE_REFERENCE else values.get("external_reference", "")
        subject = Subject(relation_number=values.get("relation_number", ""), reference=reference)
    return Request(_application(kind, values, contract), subject, source=f"{batch_id}/{sent.number}")


def _application(kind: Kind, values: Mapping[str, str], contract: str) -> Application:
    get = values.get
    contract = get("contract") or contract
    if kind == Kind.ENROL:
        return Application(
            kind=kind,
            contract=contract,
            name=PersonName(get("initials", ""), get("prefix", ""), values["surname"]),
            birth_date=BirthDate.parse(values["birth_date"]),
            first_day=date.fromisoformat(values["first_day"]),
            last_day=_day(get("last_day")),
            reference=get("external_reference", ""),
            address={name: values[name] for name in ADDRESS if name in values} if _ADDRESS & values.keys() else {},
        )
    if kind == Kind.TERMINATE:
        return Application(kind=kind, contract=contract, last_day=_day(get("last_day")), reason=get("reason", ""))
    return Application(kind=kind, contract=contract, reference=get("external_reference", ""))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
