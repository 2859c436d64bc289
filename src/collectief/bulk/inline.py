"""An upload from beginning to end in one process: what the command line does, and benchmarks measure."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collectief.access.queries import NoAccess, scope_by_email
from collectief.scope.database import opened
from collectief.scope.scope import NotAllowed, Scope

from . import actions, jobs, queries, rows
from .rules import Outcome, State


class UploadFailed(Exception):
    """Nothing was done: `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a file."""

    batch_id: int
    dry_run: bool
    counts: dict[str, int]
    rejected: list[dict[str, Any]] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return self.counts.get(Outcome.REJECTED, 0) + self.counts.get(Outcome.CHANGED_SINCE, 0)

    def as_json(self) -> dict[str, Any]:
        return {"batch": self.batch_id, "dry_run": self.dry_run, "counts": self.counts, "rejected": self.rejected}

    def as_text(self) -> str:
        lines = [f"{kind}: {number}" for kind, number in self.counts.items()]
        lines += [f"regel {row['row']}: {', '.join(row['codes'])}" for row in self.rejected]
        return "\n".join(lines)


def upload_file(path: Path, *, contract: str, email: str, portal: str, dry_run: bool) -> Report:
    """Plan FILE and, unless `dry_run`, carry out its good rows. Raises UploadFailed."""
    try:
        scope = scope_by_email(email, portal, channel="command")
        with opened(scope), path.open("rb") as stream:
            batch = actions.receive(
                scope, stream, file_name=path.name, file_size=path.stat().st_size, contract=contract
            )
    except NoAccess:
        raise UploadFailed("no_account", email=email) from None
    except NotAllowed:
        raise UploadFailed("not_allowed", email=email) from None
    except actions.UnknownContract:
        raise UploadFailed("contract_unknown", contract=contract) from None
    except KeyError:
        raise UploadFailed("portal_unknown", portal=portal) from None
    plan(scope, batch.id)
    if not dry_run:
        carry_out(scope, batch.id)
    return _report(scope, batch.id, dry_run=dry_run)


def plan(scope: Scope, batch_id: int) -> None:
    """Read and judge. Raises UploadFailed for a file that cannot be read, or a BRP that does not answer."""
    actions.read(scope, batch_id, jobs.moment())
    with opened(scope):
        batch = queries.batch(scope, batch_id)
    if batch.state == State.REFUSED:
        raise UploadFailed(batch.code, **batch.params)
    for lane in range(actions.LANES):
        for chunk in _chunks(scope, batch_id, lane, "planned = ''"):
            try:
                jobs.plan_chunk(scope, batch_id, lane, chunk)
            except jobs.RegisterSilent:
                raise UploadFailed("register_silent", batch=batch_id) from None
    actions.finish_planning(scope, batch_id, jobs.moment())


def carry_out(scope: Scope, batch_id: int) -> None:
    """Accept the plan as it stands and carry it out."""
    with opened(scope):
        batch = queries.batch(scope, batch_id)
        actions.accept(scope, batch_id, version=batch.version, moment=jobs.moment())
    for lane in range(actions.LANES):
        for chunk in _chunks(scope, batch_id, lane, "outcome = ''"):
            actions.carry_out_chunk(scope, batch_id, lane, chunk, jobs.moment())
    actions.finish(scope, batch_id, jobs.moment())


def _chunks(scope: Scope, batch_id: int, lane: int, where: str) -> list[int]:
    with opened(scope):
        return rows.chunks(batch_id, lane, where)


def _report(scope: Scope, batch_id: int, *, dry_run: bool) -> Report:
    with opened(scope):
        batch = queries.batch(scope, batch_id)
        rejected = [
            {"row": row.number, "codes": [code for _column, code, _params in row.problems]}
            for row in queries.bad_rows(batch)
        ]
    counts = batch.planned_counts if dry_run else batch.outcome_counts
    return Report(batch_id, dry_run, {kind: number for kind, number in counts.items() if number}, rejected)
