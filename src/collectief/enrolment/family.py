"""What the corridor must know of enrolment's kinds of mutation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.inbox.facts import About, Tiding
from collectief.mutations.corridor import Entry, Moment, Request
from collectief.policies.insured import whose_insurance_ends
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, MessageCategory

from . import memory, newcomers
from .facts import Application, Kind
from .memory import asked_as_json
from .sitting import EnrolmentSitting


class EnrolmentFamily:
    """Enrol, terminate, re-enrol, transfer and change of reference."""

    kinds = frozenset(str(kind) for kind in Kind)
    # The organisation's own number for somebody is no news to it.
    told = kinds - {str(Kind.CHANGE_REFERENCE)}

    def sit(self, scope: Scope, requests: Sequence[Request], moment: Moment, *, for_real: bool) -> EnrolmentSitting:
        return EnrolmentSitting(scope, requests, moment, for_real=for_real)

    def carry_out(self, scope: Scope, lines: str) -> str:
        return newcomers.add(scope, lines)

    def also_told(self, scope: Scope, done: Sequence[tuple[str, Entry]]) -> list[Tiding]:
        """That the termination letter of who was terminated can be had: if no insurance here goes on (U16)."""
        if not scope.profile.allows(Capability.INSURANCE_LETTERS):
            return []
        ended = [entry for kind, entry in done if kind == Kind.TERMINATE and entry.participant_id]
        with_letter = whose_insurance_ends(scope, {entry.participant_id for entry in ended if entry.participant_id})
        return [
            Tiding(
                MessageCategory.TERMINATION_LETTER, "letter.termination", About.PARTICIPANT, entry.participant_id,
                entry.contracts, entry.participant_id,
            )
            for entry in ended
            if entry.participant_id in with_letter
        ]  # fmt: skip

    def asked(self, application: Application) -> dict[str, Any]:
        return asked_as_json(application)

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
            joins=memory.joins_from_json(asked["joins"]) if asked.get("joins") else None,
            stay=asked.get("stay"),
        )
