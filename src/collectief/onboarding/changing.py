"""A change to an organisation's data or contracts: asked in the portal, made by the insurer in its own systems, W16."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.access.rules import AccessRefused
from collectief.audit import actions as audit
from collectief.cases import actions as cases
from collectief.cases.rules import Deciding, Decision, due_on
from collectief.contracts.models import DataChange
from collectief.contracts.queries import contracts
from collectief.contracts.rules import ChangeState
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

KIND = "data_change"
# So many an organisation may have waiting.
_MOST_ASKED = 20


def ask(scope: Scope, *, contract: str | None, text: str, now: datetime) -> date:
    """Ask for a change to the contract with this number, or to the organisation; the day by which there is an answer.

    Must run inside `opened`. Raises NotAllowed, and AccessRefused: no_such_contract, too_many_changes.
    """
    scope.require(Permission.SEE_CONTRACTS, Capability.ASK_CHANGES)
    own = {one.number: one.id for one in contracts(scope)}
    if contract is not None and contract not in own:
        raise AccessRefused("no_such_contract")
    waiting = DataChange.objects.filter(organisation_id=scope.organisation_id, state=ChangeState.ASKED)
    if waiting.count() >= _MOST_ASKED:
        raise AccessRefused("too_many_changes")
    row = DataChange(
        insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, text=text, asked_by=scope.account,
        contract_id=None if contract is None else own[contract], asked_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    audit.record(scope, "contract.ask_change", objects={"data_change": [row.id]})
    # By name, since jobs stand above actions.
    queue.configure_task("onboarding.receive_change").defer(change_id=row.id, insurer=scope.insurer)
    return due(now)


def decided(deciding: Deciding) -> None:
    """What the insurer's decision does, as staff: the customer reads that it was done, or why not."""
    row = DataChange.objects.select_for_update(of=("self",)).get(id=deciding.subject, insurer_id=deciding.insurer_id)
    approved = deciding.decision == Decision.APPROVED
    row.state, row.reason = (ChangeState.DONE, "") if approved else (ChangeState.REFUSED, deciding.reason)
    row.decided_at = deciding.now
    row.save(update_fields=["state", "reason", "decided_at"])
    action = "contract.change" if approved else "contract.refuse_change"
    cases.record_for_customer(deciding, row.organisation_id, action, objects={"data_change": [row.id]})


def due(asked_at: datetime) -> date:
    """The day by which the insurer answers."""
    return due_on(KIND, timezone.localdate(asked_at))
