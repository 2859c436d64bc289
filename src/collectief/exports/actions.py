"""Planning that a list is made again and again, stopping that, and taking away what was made (X11)."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import IO

from cryptography.exceptions import InvalidTag
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.contracts.queries import NoContract, contracts
from collectief.scope.scope import Scope

from . import vault
from .models import ExportPlan
from .queries import NoExport, own_files, own_plans, require
from .rules import Stopped, Wish, judge

_log = logging.getLogger(__name__)


class Unreadable(RuntimeError):
    """The file of a list that was made is damaged."""


def plan(scope: Scope, wish: Wish, *, language: str, now: datetime) -> int:
    """Have a list made from its first day on, in this language; the number of the plan.

    Must run inside `opened`. Raises NotAllowed, NoContract, ExportRefused.
    """
    require(scope)
    if wish.contract_id is not None and wish.contract_id not in {one.id for one in contracts(scope)}:
        raise NoContract(wish.contract_id)
    judge(wish, scope.profile, already=own_plans(scope).filter(stopped_at=None).count())
    rhythm = wish.rhythm
    row = ExportPlan.objects.create(
        insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, account_id=scope.account_id,
        mandate_id=scope.mandate_id, home_id=scope.home_id, brand=scope.brand, language=language, which=wish.which,
        contract_id=wish.contract_id, every=rhythm.every, on_day=rhythm.on, planned_at=now,
        next_day=rhythm.next_after(timezone.localdate(now)),
    )  # fmt: skip
    audit.record(
        scope, "exports.plan", objects=about(row), detail={"list": str(wish.which), "every": str(rhythm.every)}
    )  # fmt: skip
    return row.id


def stop(scope: Scope, plan_id: int, *, now: datetime) -> None:
    """Have a list made no more; what was made stays for its term. Must run inside `opened`.

    What is stopped already stays as it is. Raises NotAllowed, NoExport.
    """
    require(scope)
    row = own_plans(scope).select_for_update(of=("self",)).filter(id=plan_id).first()
    if row is None:
        raise NoExport(plan_id)
    if row.stopped_at is None:
        end(scope, row, Stopped.BY_OWNER, now=now)


def end(scope: Scope, row: ExportPlan, why: Stopped, *, now: datetime) -> None:
    """Note that a plan ends, and why. Must run inside `opened`, with the row locked."""
    row.stopped_at, row.stopped_why = now, why
    row.save(update_fields=["stopped_at", "stopped_why"])
    audit.record(scope, "exports.stop", objects=about(row), detail={"list": row.which, "why": str(why)})


def take(scope: Scope, file_id: int, into: IO[bytes], *, now: datetime) -> None:
    """Write what was made, as a workbook. Must run inside `opened`.

    Raises NotAllowed, NoExport, OSError where files cannot be reached, and Unreadable, which is in the trail.
    """
    require(scope)
    row = own_files(scope, timezone.localdate(now)).select_related("plan").filter(id=file_id).first()
    if row is None:
        raise NoExport(file_id)
    objects, detail = {**about(row.plan), "export": [row.id]}, {"list": row.plan.which, "lines": row.lines}
    try:
        vault.taken(vault.place_of(row.plan_id, row.day), row.stored_as, bytes(row.key_sealed), into)
    except InvalidTag:
        _log.error("the file of list %s, %s, is damaged", row.id, row.stored_as)
        audit.record(scope, "exports.download", outcome="failure", objects=objects, detail=detail)
        raise Unreadable(row.id) from None
    audit.record(scope, "exports.download", objects=objects, detail=detail)


def about(row: ExportPlan) -> dict[str, list[int]]:
    """What an event of a plan is about: also the contract, for who reaches it alone (G13)."""
    contract = {} if row.contract_id is None else {"contract": [row.contract_id]}
    return {"export_plan": [row.id], **contract}
