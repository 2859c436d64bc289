"""One login for all contracts: linking those of another customer number, and unlinking (W17).

What is of the same company is linked at once. Anything else becomes a request that the insurer judges, and the answer
is the same whether such a contract exists, is another's, or was asked for before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.access import throttle
from collectief.access.rules import AccessRefused
from collectief.audit import actions as audit
from collectief.cases import actions as cases
from collectief.cases.rules import CaseRefused, Deciding, Decision, due_on
from collectief.contracts.models import ContractLink
from collectief.contracts.queries import NoLink, held, holder_of
from collectief.contracts.rules import LinkAnswer, LinkState, judge_link
from collectief.scope.database import signing_in
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .taking_back import close_case

KIND = "contract_link"
# So often an organisation may try in ten minutes: enough to link a drawer full, too few to guess.
_TRIES = 10
_REFUSED = {
    LinkAnswer.OWN: "own_contract",
    LinkAnswer.LINKED_ALREADY: "contract_linked",
    LinkAnswer.TOO_MANY: "too_many_asked",
}


@dataclass(frozen=True, slots=True)
class Linked:
    """What became of it: linked, with the contract's name, or asked, with the day by which there is an answer."""

    name: str = ""
    due: date | None = None


def link(scope: Scope, *, customer: str, number: str, now: datetime) -> Linked:
    """Link a contract by its customer number and contract number; must run inside `opened`.

    Raises NotAllowed, and AccessRefused: own_contract, contract_linked, too_many_links, too_many_asked.
    """
    scope.require(Permission.LINK_CONTRACTS, Capability.LINK_CONTRACTS)
    _take_turn(scope, now)
    found = held(scope.insurer_id, customer, number)
    own = ContractLink.objects.filter(organisation_id=scope.organisation_id)
    same = own.filter(customer_number=customer, contract_number=number)
    asked = same.filter(state=LinkState.ASKED).first()
    answer = judge_link(
        holder_of(scope), found.holder if found else None,
        linked=same.filter(state=LinkState.LINKED).exists(), asked=asked is not None,
        waiting=own.filter(state=LinkState.ASKED).count(),
    )  # fmt: skip
    if answer in _REFUSED:
        raise AccessRefused(_REFUSED[answer])
    if asked is not None and answer == LinkAnswer.ASKED_ALREADY:
        return Linked(due=due(asked.asked_at))
    if asked is not None:
        # What waited is one's own company's by now: nobody has to judge it any more.
        unlink(scope, asked.id, now=now)
    row = ContractLink(
        insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, customer_number=customer,
        contract_number=number, state=LinkState.ASKED, asked_by=scope.account, asked_at=now,
    )  # fmt: skip
    if found is not None and answer == LinkAnswer.AT_ONCE:
        row.state, row.decided_at = LinkState.LINKED, now
        row.contract_id, row.contract_name = found.contract_id, found.name
        row.save(force_insert=True)
        audit.record(scope, "contract.link", objects={"contract": [found.contract_id], "link": [row.id]})
        return Linked(name=found.name)
    row.save(force_insert=True)
    audit.record(scope, "contract.ask_link", objects={"link": [row.id]})
    # By name, since jobs stand above actions; whoever has no such contract waits as long as who has.
    queue.configure_task("onboarding.receive_link").defer(link_id=row.id, insurer=scope.insurer)
    return Linked(due=due(now))


@transaction.atomic
def unlink(scope: Scope, link_id: int, *, now: datetime) -> None:
    """End a link, take back a request, or clear a refused one from the list. Raises NotAllowed, NoLink."""
    scope.require(Permission.LINK_CONTRACTS, Capability.LINK_CONTRACTS)
    own = ContractLink.objects.select_for_update().filter(organisation_id=scope.organisation_id, id=link_id)
    found = own.exclude(state=LinkState.UNLINKED).first()
    if found is None:
        raise NoLink(link_id)
    before, found.state = LinkState(found.state), LinkState.UNLINKED
    found.ended_by, found.ended_at = scope.account, now
    found.save(update_fields=["state", "ended_by", "ended_at"])
    audit.record(scope, "contract.unlink", objects={"link": [found.id]}, detail={"was": before})
    if before == LinkState.ASKED:
        close_case(scope, KIND, found.id)


def decided(deciding: Deciding) -> None:
    """What the insurer's decision does, as staff: linked, or refused with a reason that the customer reads.

    Raises CaseRefused when there is no such contract, or the request was taken back.
    """
    row = ContractLink.objects.select_for_update().get(id=deciding.subject, insurer_id=deciding.insurer_id)
    if row.state != LinkState.ASKED:
        # Taken back: refusing it closes the case and tells nobody.
        if deciding.decision == Decision.APPROVED:
            raise CaseRefused("taken_back")
        return
    if deciding.decision == Decision.APPROVED:
        found = held(deciding.insurer_id, row.customer_number, row.contract_number)
        if found is None:
            raise CaseRefused("contract_unknown", number=row.contract_number)
        row.state, row.contract_id, row.contract_name = LinkState.LINKED, found.contract_id, found.name
    else:
        row.state, row.reason = LinkState.REFUSED, deciding.reason
    row.decided_at = deciding.now
    row.save(update_fields=["state", "contract", "contract_name", "reason", "decided_at"])
    action = "contract.link" if row.state == LinkState.LINKED else "contract.refuse_link"
    cases.record_for_customer(deciding, row.organisation_id, action, objects={"link": [row.id]})


def due(asked_at: datetime) -> date:
    """The day by which the insurer answers."""
    return due_on(KIND, timezone.localdate(asked_at))


def _take_turn(scope: Scope, now: datetime) -> None:
    """Every try counts, right or wrong, and who tries takes turns with colleagues who do. Raises AccessRefused."""
    subject = throttle.by_request(f"link:{scope.organisation_id}", _TRIES)
    with signing_in():
        allowed = throttle.may_try([subject], now=now)
        if allowed:
            throttle.wrong([subject], now=now)
    if not allowed:
        raise AccessRefused("too_many_links")
