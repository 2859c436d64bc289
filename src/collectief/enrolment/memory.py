"""What a mutation remembers: what was asked, and the changes it made, to be explained and undone (X04, X05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct, to_builtins

from collectief.foundation.period import Period

from .facts import AddressChange, Application, Change, Joins, Place, ReferenceChange, Stay, StayChange


class Asked(Struct, frozen=True, omit_defaults=True):
    """What was asked, as a mutation's record holds it: the fields that were filled in, without the BSN.

    The kind stands in a column of its own.
    """

    contract: str = ""
    to_contract: str = ""
    name: tuple[str, str, str] | None = None
    birth_date: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    reason: str = ""
    reference: str = ""
    address: dict[str, str] = {}
    reverses: int | None = None
    joins: dict[str, Any] | None = None
    stay: int | None = None

    @classmethod
    def of(cls, application: Application) -> Asked:
        """The record of an application."""
        name, born, joins = application.name, application.birth_date, application.joins
        return cls(
            application.contract, application.to_contract,
            (name.initials, name.prefix, name.surname) if name else None,
            str(born) if born else None,
            application.first_day, application.last_day, application.reason, application.reference,
            dict(application.address), application.reverses,
            _joins(joins) if joins else None,
            application.stay,
        )  # fmt: skip


def asked_as_json(application: Application) -> dict[str, Any]:
    """What was asked, as JSON knows it."""
    asked: dict[str, Any] = to_builtins(Asked.of(application))
    return asked


def _joins(joins: Joins) -> dict[str, Any]:
    told = {
        "place": str(joins.place), "products": list(joins.products), "payment": joins.payment, "client": joins.client,
    }  # fmt: skip
    return {key: value for key, value in told.items() if value}


def joins_from_json(told: Mapping[str, Any]) -> Joins:
    """As whom somebody was to be enrolled with their household."""
    return Joins(Place(told["place"]), tuple(told.get("products", ())), told.get("payment", ""), told.get("client"))


def change_as_json(change: Change) -> dict[str, Any]:
    """A change as the mutation's record holds it; a stay has its id by now."""
    if isinstance(change, ReferenceChange):
        return {"reference": [change.before, change.after]}
    if isinstance(change, AddressChange):
        return {"address": [dict(change.before), dict(change.after)]}
    stay = change.after or change.before
    assert stay is not None
    return {"id": stay.id, "before": _stay(change.before), "after": _stay(change.after)}


def changes_from_json(touched: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """The changes a mutation's record holds."""
    return tuple(_change(line) for line in touched)


def _change(line: Mapping[str, Any]) -> Change:
    if "reference" in line:
        return ReferenceChange(*line["reference"])
    if "address" in line:
        return AddressChange(*line["address"])
    return StayChange(_stay_back(line["before"], line["id"]), _stay_back(line["after"], line["id"]))


def _stay(stay: Stay | None) -> dict[str, Any] | None:
    if stay is None:
        return None
    end = stay.period.end_day
    return {
        "contract_id": stay.contract_id,
        "first_day": stay.period.first_day.isoformat(),
        "end_day": end.isoformat() if end else None,
        "reason": stay.reason,
    }


def _stay_back(line: Mapping[str, Any] | None, id_: int) -> Stay | None:
    if line is None:
        return None
    end = date.fromisoformat(line["end_day"]) if line["end_day"] else None
    return Stay(line["contract_id"], Period(date.fromisoformat(line["first_day"]), end), line["reason"], id_)
