"""What a mutation remembers of the changes it made, so that it can be explained and undone (X04, X05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from collectief.foundation.period import Period

from .rules import Change, ReferenceChange, Stay, StayChange


def stay_key(stay: Stay) -> tuple[int, str]:
    """What a stay keeps while it exists: its contract and first day (law 1 makes the pair unique)."""
    return stay.contract_id, stay.period.first_day.isoformat()


def change_as_json(change: Change, stay_ids: Mapping[tuple[int, str], int]) -> dict[str, Any]:
    """A change as the mutation's record holds it."""
    if isinstance(change, ReferenceChange):
        return {"reference": [change.before, change.after]}
    stay = change.after or change.before
    assert stay is not None
    return {"id": stay_ids.get(stay_key(stay)), "before": _stay(change.before), "after": _stay(change.after)}


def changes_from_json(touched: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """The changes a mutation's record holds."""
    return tuple(
        ReferenceChange(*line["reference"])
        if "reference" in line
        else StayChange(_stay_back(line["before"], line["id"]), _stay_back(line["after"], line["id"]))
        for line in touched
    )


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
