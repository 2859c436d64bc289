"""Opening a contract and ending one: one employee proposes, a colleague agrees as a case (four eyes, K02)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from collectief.cases import actions as cases
from collectief.cases.rules import CaseRefused, Deciding, Decision
from collectief.contracts.models import GroupContract, Organisation
from collectief.foundation.dates import dutch
from collectief.foundation.period import Period
from collectief.mutations import lanes
from collectief.mutations.corridor import LANES
from collectief.policies.proposing import propose, proposed, settle
from collectief.scope.database import office, working_for
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import ContractProposal
from .queries import NoContract, NoCustomer, own_contracts, own_customers, people_beyond
from .rules import CustomerRefused, ProposalKind, judge_ending, judge_opening, judge_people

OPENING, ENDING = "contract_opening", "contract_ending"


@transaction.atomic
def propose_contract(
    scope: Scope, organisation_id: int, *, number: str, name: str, period: Period, now: datetime
) -> int:
    """Propose a contract for an organisation; its case. Raises NotAllowed, NoCustomer, CustomerRefused."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        # Locked, as by whoever ends being a customer.
        customer = own_customers(scope.insurer_id).select_for_update().filter(id=organisation_id).first()
        taken = GroupContract.objects.filter(insurer_id=scope.insurer_id, number=number).exists()
    if customer is None:
        raise NoCustomer(organisation_id)
    if taken:
        raise CustomerRefused("number_taken", number=number)
    judge_opening(period, customer.end_day, timezone.localdate(now))
    row = ContractProposal(
        kind=ProposalKind.OPENING, organisation=customer, number=number, name=name, first_day=period.first_day,
        end_day=period.end_day,
    )  # fmt: skip
    return _proposed(scope, row, OPENING, "contract.propose_opening", now)


@transaction.atomic
def propose_end(scope: Scope, contract_id: int, end_day: date | None, *, now: datetime) -> int:
    """Propose that a contract no longer holds from `end_day` on; None: that it holds until further notice. Its case.

    Raises NotAllowed, NoContract, CustomerRefused.
    """
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        contract = own_contracts(scope.insurer_id).filter(id=contract_id).first()
    if contract is None:
        raise NoContract(contract_id)
    _judge_end(contract, end_day, timezone.localdate(now))
    row = ContractProposal(
        kind=ProposalKind.ENDING, organisation=contract.organisation, contract=contract, number=contract.number,
        name=contract.name, first_day=contract.first_day, end_day=end_day,
    )  # fmt: skip
    return _proposed(scope, row, ENDING, "contract.propose_end", now)


def opening_decided(deciding: Deciding) -> None:
    """The contract is there, or is not; in the customer's trail.

    Raises CaseRefused when its number is another's by now, or the organisation is no customer any more.
    """
    row = proposed(ContractProposal, deciding)
    if deciding.decision == Decision.APPROVED:
        customer = Organisation.objects.select_for_update().get(id=row.organisation_id)
        if customer.end_day is not None:
            raise CaseRefused("customer_ended")
        row.contract, new = GroupContract.objects.get_or_create(
            insurer_id=deciding.insurer_id, number=row.number,
            defaults={"organisation": customer, "name": row.name, "first_day": row.first_day, "end_day": row.end_day},
        )  # fmt: skip
        if not new:
            raise CaseRefused("number_taken", number=row.number)
        row.save(update_fields=["contract"])
        cases.record_for_customer(
            deciding, customer.id, "contract.open", objects={"contract": [row.contract.id]}
        )  # fmt: skip
    settle(row, deciding)


def ending_decided(deciding: Deciding) -> None:
    """The contract has another end, or has not; in the customer's trail.

    Waits for whoever changes people of the organisation, who then knows until when it holds. Raises CaseRefused when it
    cannot be so by now: somebody takes part longer, or the day has gone by.
    """
    row = proposed(ContractProposal, deciding)
    if deciding.decision == Decision.APPROVED:
        lanes.lock_lanes(row.organisation_id, range(LANES))
        contract = own_contracts(deciding.insurer_id).select_for_update(of=("self",)).get(contractproposal=row)
        try:
            _judge_end(contract, row.end_day, timezone.localdate(deciding.now))
        except CustomerRefused as refused:
            raise CaseRefused(refused.code, **_words(refused)) from None
        contract.end_day = row.end_day
        contract.save(update_fields=["end_day"])
        # What was judged by the end of before is judged again.
        with working_for(contract.organisation_id, deciding.insurer_id):
            lanes.note_change_of(contract.organisation_id, range(LANES))
        cases.record_for_customer(
            deciding, contract.organisation_id, "contract.end", objects={"contract": [contract.id]}
        )  # fmt: skip
    settle(row, deciding)


def _judge_end(contract: GroupContract, end_day: date | None, today: date) -> None:
    judge_ending(Period(contract.first_day, contract.end_day), end_day, contract.organisation.end_day, today)
    if end_day is not None:
        judge_people(people_beyond(contract, end_day), end_day)


def _proposed(scope: Scope, row: ContractProposal, kind: str, action: str, now: datetime) -> int:
    case_id = propose(scope, row, kind, action, now=now)
    if case_id is None:
        raise CustomerRefused("contract_waits", number=row.number)
    return case_id


def _words(refused: CustomerRefused) -> dict[str, str]:
    return {name: dutch(value) if isinstance(value, date) else str(value) for name, value in refused.params.items()}
