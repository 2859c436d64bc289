"""Four eyes: what one employee proposes is a case, and counts once a colleague agrees to it (K02)."""

from __future__ import annotations

from datetime import datetime

from collectief.audit import actions as audit
from collectief.cases import actions as cases
from collectief.cases.rules import Deciding, Decision
from collectief.scope.database import office
from collectief.scope.once import is_first
from collectief.scope.scope import Scope

from .models import Proposal
from .rules import State


def propose(scope: Scope, row: Proposal, kind: str, action: str, *, now: datetime) -> int | None:
    """Keep it, with a case of this kind; the number of the case. None where another stands in its way."""
    row.insurer_id, row.proposed_by, row.proposed_at = scope.insurer_id, scope.account, now
    with office(scope.insurer_id):
        if not is_first(row):
            return None
        case = cases.open_case(scope.insurer_id, kind, str(row.pk), now=now, opened_by=scope.account_id)
    audit.record(scope, action, objects={kind: [row.pk], "case": [case.id]})
    return case.id


def proposed[Row: Proposal](model: type[Row], deciding: Deciding) -> Row:
    """What a case is about, locked. Must run inside `office` of the insurer."""
    own = model._default_manager.select_for_update(of=("self",)).filter(insurer_id=deciding.insurer_id)
    return own.get(id=deciding.subject)


def settle(row: Proposal, deciding: Deciding) -> None:
    """It counts, or does not, with the reason why."""
    if deciding.decision == Decision.APPROVED:
        row.state = State.AGREED
    else:
        row.state, row.reason = State.REFUSED, deciding.reason
    row.decided_at = deciding.now
    row.save(update_fields=["state", "reason", "decided_at"])
