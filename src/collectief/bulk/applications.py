"""From a row of a file to an application: the same shape a form makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from collectief.enrolment.rules import Application, Kind
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.foundation.sealing import BsnKeys
from collectief.mutations.corridor import Request, Subject

ADDRESS = ("country", "street", "house_number", "postcode", "city")
KINDS = {"enrol": Kind.ENROL, "terminate": Kind.TERMINATE, "change_reference": Kind.CHANGE_REFERENCE}


@dataclass(frozen=True, slots=True)
class Sent:
    """A row as it was sent and read: values by column, problems of shape, and the cells themselves."""

    number: int
    action: str
    values: Mapping[str, str]
    problems: list[list[Any]]
    raw: list[str]


def request_of(sent: Sent, batch_id: int, contract: str, keys: BsnKeys, person_key: bytes, known: bool) -> Request:
    """The application of a row without problems of shape.

    `known`: the person key is a blind index (of the BSN sent, or of the participant that was named otherwise).
    """
    values = sent.values
    kind = KINDS[sent.action]
    bsn = Bsn(values["bsn"]) if values.get("bsn") else None
    changes_reference = kind == Kind.CHANGE_REFERENCE
    subject = Subject(
        bsn_index=person_key if known else None,
        bsn_sealed=keys.sealed(bsn) if bsn and kind == Kind.ENROL else None,
        relation_number=values.get("relation_number", ""),
        # In a change of reference that column is the new one, not whom it is about.
        reference="" if changes_reference else values.get("external_reference", ""),
    )
    return Request(_application(kind, values, contract), subject, source=f"{batch_id}/{sent.number}")


def _application(kind: Kind, values: Mapping[str, str], contract: str) -> Application:
    named = kind == Kind.ENROL
    return Application(
        kind=kind,
        contract=values.get("contract") or contract,
        name=PersonName(values.get("initials", ""), values.get("prefix", ""), values["surname"]) if named else None,
        birth_date=BirthDate.parse(values["birth_date"]) if named else None,
        first_day=_day(values.get("first_day")),
        last_day=_day(values.get("last_day")) if kind == Kind.TERMINATE else None,
        reason=values.get("reason", "") if kind == Kind.TERMINATE else "",
        reference=values.get("external_reference", ""),
        address={name: values[name] for name in ADDRESS if values.get(name)} if named else {},
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
