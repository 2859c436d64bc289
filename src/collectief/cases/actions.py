"""Working on cases: open, take, give back, note, decide; each verb as the insurer's staff, and in the trail (K01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.audit.facts import InsurerActor
from collectief.brands.catalogue import brand as brand_of
from collectief.scope.database import office, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Case, CaseNote
from .queries import NoCase
from .rules import CaseRefused, Deciding, Decision, Staff, due_on, judge_deciding, judge_take, judge_words, registry

LONGEST_NOTE = 1000


def staff_of(scope: Scope) -> Staff:
    """Who judges cases, by their scope. Raises NotAllowed."""
    scope.require(Permission.JUDGE_CASES)
    return Staff(
        scope.insurer_id, brand_of(scope.brand).insurer_name, scope.account, scope.account_id,
        tuple(sorted(map(str, scope.roles))), scope,
    )  # fmt: skip


def open_case(insurer_id: int, kind: str, subject: str, *, now: datetime, opened_by: int | None = None) -> Case:
    """A case about this subject; one that is there already is that one, so that asking twice opens one.

    Its term runs from `now`: when what it is about came in. `opened_by` is the account of the office that asks for it.
    Must run inside `office` of the insurer.
    """
    found, _ = Case.objects.get_or_create(
        kind=kind,
        subject=subject,
        defaults={
            "insurer_id": insurer_id,
            "opened_at": now,
            "due_on": due_on(kind, timezone.localdate(now)),
            "opened_by_id": opened_by,
        },
    )
    return found


@transaction.atomic
def take(case_id: int, *, by: Staff, seen: int | None, now: datetime) -> None:
    """From now on it is theirs. `seen` is the account in whose hands they saw it, None for nobody's.

    Raises NoCase, CaseRefused when it is decided or a colleague took it meanwhile.
    """
    with office(by.insurer_id):
        case = _open(case_id, by)
        judge_take(case.taken_by_id, case.taken_by, seen, by.account_id)
        before = case.taken_by_id
        case.taken_by_id, case.taken_by, case.taken_at = by.account_id, by.name, now
        case.save(update_fields=["taken_by_id", "taken_by", "taken_at"])
    _record(by, "case.take", case, {"from": before} if before not in (None, by.account_id) else {})


@transaction.atomic
def give_back(case_id: int, *, by: Staff) -> None:
    """It waits for anybody again. Raises NoCase, CaseRefused when it is not theirs."""
    with office(by.insurer_id):
        case = _open(case_id, by)
        if case.taken_by_id != by.account_id:
            raise CaseRefused("not_yours", by=case.taken_by)
        case.taken_by_id, case.taken_by, case.taken_at = None, "", None
        case.save(update_fields=["taken_by_id", "taken_by", "taken_at"])
    _record(by, "case.give_back", case, {})


@transaction.atomic
def add_note(case_id: int, text: str, *, by: Staff, now: datetime) -> None:
    """Write something down for colleagues, also when it is decided.

    Raises NoCase, and CaseRefused without words or when its notes are no longer kept.
    """
    with office(by.insurer_id):
        case = _found(case_id, by)
        if not text.strip():
            raise CaseRefused("note_missing")
        if case.forgotten:
            raise CaseRefused("past_its_term")
        CaseNote.objects.create(
            insurer_id=by.insurer_id, case=case, at=now, account_id=by.account_id, name=by.name,
            text=text.strip()[:LONGEST_NOTE],
        )  # fmt: skip
    _record(by, "case.note", case, {})


@transaction.atomic
def decide(case_id: int, decision: Decision, *, by: Staff, reason: str, now: datetime) -> None:
    """Decide a case, and do what that means in the same transaction.

    Raises NoCase, and CaseRefused when it was decided already, a colleague has it, a refusal has no reason or an answer
    no text, or its kind cannot do it: then nothing changes and the case stays open.
    """
    with office(by.insurer_id):
        case = _open(case_id, by)
        kind = registry.kind(case.kind)
        judge_deciding(kind, case.taken_by_id, case.taken_by, case.opened_by_id, by)
        judge_words(kind, decision, reason)
        kind.decide(Deciding(case.id, case.subject, decision, by, reason.strip(), now))
        case.decision, case.decided_by, case.decided_at = decision, by.name, now
        # An answer stands with the question, and goes when that goes.
        case.reason = "" if kind.answers else reason.strip()
        case.decided_by_id = by.account_id
        case.save()
    _record(by, "case.decide", case, {"decision": str(decision)})


def record_for_customer(
    deciding: Deciding,
    organisation_id: int,
    action: str,
    *,
    objects: Mapping[str, Iterable[int]],
    detail: dict[str, object] | None = None,
) -> None:
    """What a decision means for a customer, in its own trail: the insurer did it, by this case (X09, docs/audit.md).

    Must run inside `office` of the insurer.
    """
    by = deciding.by
    audit.record_by_insurer(
        InsurerActor(by.insurer_id, by.insurer, by.account_id, by.roles, by.access_point), organisation_id, action,
        objects={**objects, "case": [deciding.case_id]}, detail=detail,
    )  # fmt: skip


def withdraw(insurer_id: int, kind: str, subject: str, *, by: str, now: datetime) -> None:
    """Close the case of what `by` took back, whoever has taken it; nothing when there is none, or it was decided.

    Taking it back is in the customer's trail. Must run inside `office` of the insurer.
    """
    Case.objects.filter(insurer_id=insurer_id, kind=kind, subject=subject, decision="").update(
        decision=Decision.WITHDRAWN, decided_by=by, decided_at=now
    )


def record_seen(by: Staff, action: str, case_ids: list[int]) -> None:
    """That somebody looked at these cases."""
    _write(by, action, case_ids, {})


def _found(case_id: int, by: Staff) -> Case:
    case = Case.objects.select_for_update().filter(insurer_id=by.insurer_id, id=case_id).first()
    if case is None:
        raise NoCase(case_id)
    return case


def _open(case_id: int, by: Staff) -> Case:
    """The case, locked: of two at the same moment the second learns by whom it was decided."""
    case = _found(case_id, by)
    if case.decision:
        raise CaseRefused("already_decided", by=case.decided_by, decision=case.decision)
    return case


def _record(by: Staff, action: str, case: Case, detail: Mapping[str, object]) -> None:
    _write(by, action, [case.id], {"kind": case.kind, **detail})


def _write(by: Staff, action: str, case_ids: list[int], detail: dict[str, object]) -> None:
    """In the office's own trail; an operator's acts stand under no organisation."""
    objects = {"case": case_ids}
    if by.scope is not None:
        with opened(by.scope):
            audit.record(by.scope, action, objects=objects, detail=detail)
    else:
        audit.record_operator(
            by.insurer_id, by.insurer, by.name, action, objects=objects, roles=by.roles, purpose=audit.PURPOSE,
            detail=detail,
        )  # fmt: skip
