"""Runs as the insurer's staff see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from collectief.scope.database import housekeeping, office
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Run
from .rules import UNDER_WAY, Kind, NoRun, Preview, RunState, registry


@dataclass(frozen=True, slots=True)
class RunView:
    """A run, and how far it is."""

    id: int
    kind: Kind
    subject: str
    state: RunState
    # Empty for what was planned by itself.
    planned_by: str
    planned_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int
    failure: str
    failed_at: datetime | None

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def percent(self) -> int:
        """How far it is; more may have come to do meanwhile."""
        return min(100, 100 * self.done // self.total) if self.total else 100


def runs(scope: Scope, *, page: int, size: int) -> tuple[list[RunView], int]:
    """A page of the insurer's runs, the last planned first, and how many there are. Raises NotAllowed."""
    scope.require(Permission.START_RUNS)
    with office(scope.insurer_id):
        own = Run.objects.filter(insurer_id=scope.insurer_id, kind__in=registry.kinds)
        rows = own.order_by("-planned_at", "-id")[(page - 1) * size : page * size]
        return [_view(row) for row in rows], own.count()


def one_run(scope: Scope, run_id: int) -> RunView:
    """One of them. Raises NotAllowed, NoRun."""
    scope.require(Permission.START_RUNS)
    with office(scope.insurer_id):
        found = Run.objects.filter(insurer_id=scope.insurer_id, kind__in=registry.kinds, id=run_id).first()
    if found is None:
        raise NoRun(run_id)
    return _view(found)


def known_kind(slug: str, subject: str, *, today: date) -> Kind:
    """A kind that can be run for this. Raises NoRun."""
    kind = registry.kinds.get(slug)
    if kind is None or subject not in kind.subjects(today):
        raise NoRun(slug, subject)
    return kind


def preview(scope: Scope, slug: str, subject: str, *, today: date) -> Preview:
    """What a run would do now; nothing is done. Raises NotAllowed, NoRun."""
    scope.require(Permission.START_RUNS)
    kind = known_kind(slug, subject, today=today)
    with housekeeping():
        return kind.preview(scope.insurer_id, subject)


def _view(row: Run) -> RunView:
    return RunView(
        row.id, registry.kind(row.kind), row.subject, RunState(row.state), row.planned_by, row.planned_at,
        row.started_at, row.finished_at, row.done, row.total, row.failure, row.failed_at,
    )  # fmt: skip
