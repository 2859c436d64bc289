"""Sending letters on paper, and noting that one came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.brands.catalogue import brand as brand_of
from collectief.documents.actions import Made
from collectief.documents.rules import kept_until
from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Consignment
from .queries import NoConsignment
from .rules import Returned, State, To, judge_return


def send(insurer_id: int, organisation_id: int, letters: Sequence[Made], to: To, *, now: datetime) -> None:
    """Send letters of an organisation on paper: a job hands them over, in the transaction that sends them.

    What was sent already is not sent again. Must run inside `opened` or `working_for` of the organisation; whoever
    sends puts it in the trail.
    """
    today = timezone.localdate(now)
    Consignment.objects.bulk_create(
        (
            Consignment(
                insurer_id=insurer_id, organisation_id=organisation_id, document_id=one.id, number=one.number,
                kind=one.kind, to=to, made_at=now, keep_until=kept_until(one.kind, today),
            )
            for one in letters
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    if letters:
        # By name, since jobs stand above actions.
        queue.configure_task("post.hand_over").defer(insurer_id=insurer_id, organisation_id=organisation_id)


@transaction.atomic
def note_return(scope: Scope, consignment_id: int, returned_on: date, why: Returned, *, now: datetime) -> None:
    """Note that a letter came back; it is in the customer's trail too.

    Raises NotAllowed, NoConsignment, PostRefused.
    """
    scope.require(Permission.HANDLE_POST)
    today = timezone.localdate(now)
    with office(scope.insurer_id):
        own = Consignment.objects.select_for_update(of=("self",)).filter(insurer_id=scope.insurer_id)
        row = own.filter(id=consignment_id).first()
        if row is None:
            raise NoConsignment(consignment_id)
        sent_on = timezone.localdate(row.handed_over_at) if row.handed_over_at else None
        judge_return(State(row.state), returned_on, handed_over_on=sent_on, today=today)
        row.state, row.returned_on = State.RETURNED, returned_on
        row.returned_why, row.returned_by = why, scope.account
        row.save(update_fields=["state", "returned_on", "returned_why", "returned_by"])
        audit.record_by_insurer(
            scope.insurer_id, brand_of(scope.brand).insurer_name, row.organisation_id, "post.return",
            account_id=scope.account_id, roles=scope.roles, access_point=f"{scope.brand}/{scope.channel}",
            objects={"document": [row.document_id]}, detail={"kind": row.kind, "why": str(why)},
        )  # fmt: skip
    audit.record(scope, "post.return", objects={"consignment": [consignment_id]}, detail={"why": str(why)})
