"""What somebody has planned, and what was made of it: of the scope's own account alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .models import ExportFile, ExportPlan
from .rules import Every, Rhythm, Stopped, Which


class NoExport(LookupError):
    """There is no such plan or file of the scope's account."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """A list that is made again and again; `next_day` is None for one that is stopped."""

    id: int
    which: Which
    contract_id: int | None
    rhythm: Rhythm
    next_day: date | None
    stopped: Stopped | None


@dataclass(frozen=True, slots=True)
class FileView:
    """What was made of a list."""

    id: int
    plan_id: int
    which: Which
    contract_id: int | None
    day: date
    made_at: datetime
    keep_until: date
    name: str
    lines: int


def require(scope: Scope) -> None:
    """Whether the scope may have lists made at all. Raises NotAllowed."""
    scope.require(Permission.SEE_PARTICIPANTS, Capability.SCHEDULED_EXPORTS)


def plans(scope: Scope) -> list[PlanView]:
    """Every plan of the scope's account here, the latest first. Must run inside `opened`. Raises NotAllowed."""
    require(scope)
    return [_plan(row) for row in own_plans(scope).order_by("-id")]


def files(scope: Scope, *, today: date) -> list[FileView]:
    """What was made and is kept, the latest first. Must run inside `opened`. Raises NotAllowed."""
    require(scope)
    return [_file(row) for row in own_files(scope, today).select_related("plan").order_by("-day", "-id")]


def file(scope: Scope, file_id: int, *, today: date) -> FileView:
    """One of them. Must run inside `opened`. Raises NotAllowed, NoExport."""
    require(scope)
    row = own_files(scope, today).select_related("plan").filter(id=file_id).first()
    if row is None:
        raise NoExport(file_id)
    return _file(row)


def own_plans(scope: Scope) -> QuerySet[ExportPlan]:
    """The plans of the scope's account in its organisation."""
    return ExportPlan.objects.filter(organisation_id=scope.organisation_id, account_id=scope.account_id)


def own_files(scope: Scope, today: date) -> QuerySet[ExportFile]:
    """The files of the scope's account that were made of no more contracts than it reaches now."""
    own = ExportFile.objects.filter(
        organisation_id=scope.organisation_id, account_id=scope.account_id, keep_until__gte=today
    )
    return own if scope.contracts is None else own.filter(contracts__contained_by=sorted(scope.contracts))


def _plan(row: ExportPlan) -> PlanView:
    stopped = Stopped(row.stopped_why) if row.stopped_at else None
    return PlanView(
        row.id, Which(row.which), row.contract_id, rhythm_of(row), None if stopped else row.next_day, stopped
    )  # fmt: skip


def _file(row: ExportFile) -> FileView:
    return FileView(
        row.id, row.plan_id, Which(row.plan.which), row.plan.contract_id, row.day, row.made_at, row.keep_until,
        row.name, row.lines,
    )  # fmt: skip


def rhythm_of(row: ExportPlan) -> Rhythm:
    """When it is made."""
    return Rhythm(Every(row.every), row.on_day)
