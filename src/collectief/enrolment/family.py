"""What the corridor must know of enrolment's kinds of mutation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations.corridor import Moment, Request
from collectief.scope.scope import Scope

from .facts import Application, Kind
from .sitting import EnrolmentSitting


class EnrolmentFamily:
    """Enrol, terminate, re-enrol, transfer and change of reference."""

    kinds = frozenset(str(kind) for kind in Kind)

    def sit(self, scope: Scope, requests: Sequence[Request], moment: Moment, *, for_real: bool) -> EnrolmentSitting:
        return EnrolmentSitting(scope, requests, moment, for_real=for_real)

    def asked(self, application: Application) -> dict[str, Any]:
        """The fields that were filled in; the kind stands in its own column."""
        asked: dict[str, Any] = {
            "contract": application.contract,
            "to_contract": application.to_contract,
            "name": [name.initials, name.prefix, name.surname] if (name := application.name) else None,
            "birth_date": str(application.birth_date) if application.birth_date else None,
            "first_day": application.first_day.isoformat() if application.first_day else None,
            "last_day": application.last_day.isoformat() if application.last_day else None,
            "reason": application.reason,
            "reference": application.reference,
            "address": dict(application.address),
            "reverses": application.reverses,
        }
        return {key: value for key, value in asked.items() if value}

    def application(self, kind: str, asked: Mapping[str, Any]) -> Application:
        return Application(
            kind=Kind(kind),
            contract=asked.get("contract", ""),
            to_contract=asked.get("to_contract", ""),
            name=PersonName(*asked["name"]) if asked.get("name") else None,
            birth_date=BirthDate.parse(asked["birth_date"]) if asked.get("birth_date") else None,
            first_day=date.fromisoformat(asked["first_day"]) if asked.get("first_day") else None,
            last_day=date.fromisoformat(asked["last_day"]) if asked.get("last_day") else None,
            reason=asked.get("reason", ""),
            reference=asked.get("reference", ""),
            address=asked.get("address", {}),
        )
