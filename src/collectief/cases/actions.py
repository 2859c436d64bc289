"""Opening and deciding cases; both inside the transaction of whoever calls, as the insurer's staff."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from .models import Case
from .rules import CaseRefused, Deciding, Decision, due_on, registry


def open_case(insurer_id: int, kind: str, subject: str, *, today: date) -> Case:
    """A case about this subject; one that is there already is that one, so that asking twice opens one."""
    found, _ = Case.objects.get_or_create(
        kind=kind, subject=subject, defaults={"insurer_id": insurer_id, "due_on": due_on(kind, today)}
    )
    return found


@transaction.atomic
def decide(insurer_id: int, case_id: int, decision: Decision, *, by: str, reason: str, now: datetime) -> Case:
    """Decide a case, and do what that means in the same transaction.

    Raises Case.DoesNotExist, and CaseRefused when it was decided already, a refusal has no reason, or its kind
    cannot do it: then nothing changes and the case stays open.
    """
    case = Case.objects.select_for_update().get(insurer_id=insurer_id, id=case_id)
    if case.decision:
        raise CaseRefused("already_decided", by=case.decided_by)
    if decision == Decision.REFUSED and not reason.strip():
        raise CaseRefused("reason_missing")
    registry.kind(case.kind).decide(Deciding(insurer_id, case.subject, decision, by, reason.strip(), now))
    case.decision, case.reason, case.decided_by, case.decided_at = decision, reason.strip(), by, now
    case.save()
    return case
