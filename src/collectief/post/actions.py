"""Sending letters on paper, noting that one came back, and sending it once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.access.for_customers import insurer_by
from collectief.audit import actions as audit
from collectief.documents.actions import Made
from collectief.documents.rules import kept_until
from collectief.scope.database import office, working_for
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Consignment
from .queries import NoConsignment
from .rules import Again, Returned, State, To, judge_again, judge_return

# Makes a letter anew, with the address of now: insurer, organisation, letter and moment. None where it goes as it was.
# Runs inside `working_for` of the organisation; raises PostRefused where there is no such letter to send any more.
type Anew = Callable[[int, int, int, datetime], Made | None]


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
            insurer_by(scope), row.organisation_id, "post.return",
            objects={"document": [row.document_id]}, detail={"kind": row.kind, "why": str(why)},
        )  # fmt: skip
    audit.record(scope, "post.return", objects={"consignment": [consignment_id]}, detail={"why": str(why)})


@transaction.atomic
def send_again(scope: Scope, consignment_id: int, why: Again, *, anew: Anew, now: datetime) -> int:
    """Send a letter that was refused or came back once more; the new consignment.

    What went before keeps its state, and the service gets another key. Raises NotAllowed, NoConsignment, PostRefused.
    """
    scope.require(Permission.HANDLE_POST)
    with office(scope.insurer_id):
        own = Consignment.objects.filter(insurer_id=scope.insurer_id)
        row = own.select_for_update(of=("self",)).filter(id=consignment_id).first()
        if row is None:
            raise NoConsignment(consignment_id)
        judge_again(State(row.state), followed=own.filter(again_of=row.id).exists())
    with working_for(row.organisation_id, scope.insurer_id):
        made = anew(scope.insurer_id, row.organisation_id, row.document_id, now)
        # Made anew on the same day with nothing different in it, it is the letter that there is.
        same = made is None or made.id == row.document_id
        after = Consignment.objects.create(
            insurer_id=scope.insurer_id, organisation_id=row.organisation_id, kind=row.kind, to=row.to, made_at=now,
            document_id=made.id if made else row.document_id, number=made.number if made else row.number,
            attempt=row.attempt + 1 if same else 1,
            keep_until=kept_until(made.kind, timezone.localdate(now)) if made else row.keep_until,
            again_of=row.id, again_why=why, again_by=scope.account,
        )  # fmt: skip
        queue.configure_task("post.hand_over").defer(insurer_id=scope.insurer_id, organisation_id=row.organisation_id)
        audit.record_by_insurer(
            insurer_by(scope), row.organisation_id, "post.again",
            participants=[made.participant_id] if made else [], objects={"document": [after.document_id]},
            detail={"kind": row.kind, "why": str(why)},
        )  # fmt: skip
    audit.record(scope, "post.again", objects={"consignment": [consignment_id, after.id]}, detail={"why": str(why)})
    return after.id
