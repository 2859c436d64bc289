"""Insurance statements that the records here do not suffice for: asking one, and what the insurer's answer does.

The insurer knows from its own administration what was insured before these records begin; what it answers goes into
the statement as it is written (U08, U15).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.cases import actions as cases
from collectief.cases.rules import Deciding, due_on
from collectief.foundation.period import Period
from collectief.inbox import actions as inbox
from collectief.inbox.facts import About, Tiding
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, MessageCategory, Permission

from .models import ContractOffer, StatementRequest
from .rules import ProductKind, State
from .statements import unrecorded

STATEMENT = "insurance_statement"
# From the answer on (law 9): a year and a bit, in which the statement can be made again with it.
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class RequestView:
    """A statement that was asked for, by when it is there, and what the insurer added; till then there is no day."""

    asked_on: date
    due_on: date
    answer: str
    answered_on: date | None


def missing_days(scope: Scope, stays: Iterable[tuple[int, Period]], *, today: date) -> list[tuple[date, date]]:
    """The days that a statement of today needs and that are not recorded here; `stays` are contract and period.

    Must run inside `opened`.
    """
    known = list(stays)
    first = ContractOffer.objects.filter(
        contract_id__in={contract_id for contract_id, _ in known}, state=State.AGREED, offered=True,
        product__kind=ProductKind.BASIC,
    )  # fmt: skip
    begins = dict(first.values_list("contract_id").annotate(Min("first_day")).order_by())
    return unrecorded(known, begins, today=today)


def latest_request(scope: Scope, participant_id: int) -> RequestView | None:
    """The last one about somebody, in one query. Must run inside `opened`. Raises NotAllowed."""
    scope.require(Permission.SEE_PARTICIPANTS)
    own = StatementRequest.objects.filter(organisation_id=scope.organisation_id, participant_id=participant_id)
    row = own.order_by("-asked_at", "-id").first()
    if row is None:
        return None
    asked_on = timezone.localdate(row.asked_at)
    answered_on = timezone.localdate(row.answered_at) if row.answered_at else None
    return RequestView(asked_on, due_on(STATEMENT, asked_on), row.answer, answered_on)


def ask_statement(
    scope: Scope,
    participant_id: int,
    relation_number: str,
    days: Sequence[tuple[date, date]],
    contracts: Collection[int],
    *,
    now: datetime,
) -> bool:
    """Ask the insurer for what is not recorded here; whether it was not asked already.

    Must run inside `opened`. Raises NotAllowed.
    """
    scope.require(Permission.SEE_PARTICIPANTS, Capability.INSURANCE_LETTERS)
    row = StatementRequest(
        insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, participant_id=participant_id,
        relation_number=relation_number, contracts=sorted(contracts), account_id=scope.account_id,
        asked_by=scope.account, brand=scope.brand, asked_at=now, mandate_id=scope.mandate_id,
        days=[[first.isoformat(), last.isoformat()] for first, last in days],
    )  # fmt: skip
    # Of two clicks the second finds that it was asked.
    StatementRequest.objects.bulk_create([row], ignore_conflicts=True)
    own = StatementRequest.objects.filter(organisation_id=scope.organisation_id, participant_id=participant_id)
    made = own.filter(answered_at=None, asked_at=now).values_list("id", flat=True).first()
    if made is None:
        return False
    audit.record(scope, "documents.ask", participants=[participant_id], objects={"statement_request": [made]})
    # By name, since jobs stand above actions.
    queue.configure_task("policies.receive_request").defer(request_id=made, insurer_id=scope.insurer_id)
    return True


def answered(deciding: Deciding) -> None:
    """What the insurer's answer does, as staff: the statement can be had, and a message says so."""
    row = StatementRequest.objects.select_for_update(of=("self",)).get(
        id=deciding.subject, insurer_id=deciding.insurer_id
    )
    row.answer, row.answered_at = deciding.reason, deciding.now
    row.save(update_fields=["answer", "answered_at"])
    cases.record_for_customer(
        deciding, row.organisation_id, "documents.answer", objects={"statement_request": [row.id]}
    )
    queue.configure_task("policies.tell_of_statement").defer(
        organisation_id=row.organisation_id, account_id=row.account_id, brand=row.brand,
        participant_id=row.participant_id, contracts=[*row.contracts], mandate_id=row.mandate_id,
    )  # fmt: skip


def tell(scope: Scope, participant_id: int, contracts: Sequence[int], *, at: datetime) -> None:
    """Tell colleagues that a statement can be downloaded. Must run inside `opened`."""
    tiding = Tiding(
        MessageCategory.INSURANCE_STATEMENT, "statement.ready", About.PARTICIPANT, participant_id, list(contracts),
        participant_id,
    )  # fmt: skip
    inbox.write(scope, [tiding], at=at)
