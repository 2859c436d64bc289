"""An upload from beginning to end in one process: what the command line does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError

from collectief.access.queries import NoAccess, scope_by_email
from collectief.mutations.corridor import LANES
from collectief.participants.register import RegisterSilent
from collectief.scope.database import opened
from collectief.scope.scope import NotAllowed, Scope

from . import actions, jobs, queries
from .rules import Outcome, Planned, State


class UploadFailed(Exception):
    """It went no further: `code` and `params` say why, `batch_id` what is left to go on by itself, if anything."""

    def __init__(self, code: str, *, batch_id: int | None = None, **params: Any) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code, self.params, self.batch_id = code, params, batch_id


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a file; of each bad row its number and what is wrong, as (column, code, params)."""

    batch_id: int
    dry_run: bool
    counts: dict[str, int]
    bad_rows: list[tuple[int, list[tuple[str, str, dict[str, Any]]]]] = field(default_factory=list)
    # What was passed over in the file: {"code", "params"} each.
    warnings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many rows need mending, or came to nothing."""
        return sum(self.counts.get(kind, 0) for kind in (Planned.REJECTED, Outcome.CHANGED_SINCE, Outcome.NOT_ACCEPTED))

    def as_json(self) -> dict[str, Any]:
        rows = [
            {
                "row": number,
                "problems": [{"column": column, "code": code, **params} for column, code, params in problems],
            }
            for number, problems in self.bad_rows
        ]
        return {
            "batch": self.batch_id, "dry_run": self.dry_run, "counts": self.counts, "rejected": rows,
            "warnings": [{"code": one["code"], **one.get("params", {})} for one in self.warnings],
        }  # fmt: skip


def upload_file(path: Path, *, contract: str, email: str, portal: str, dry_run: bool) -> Report:
    """Plan FILE and, unless `dry_run`, carry out its good rows.

    Raises UploadFailed. What was begun and is no dry run goes on by itself in the workers when this process ends
    early, up to the plan, and from acceptance to the result.
    """
    try:
        return _upload(path, contract=contract, email=email, portal=portal, dry_run=dry_run)
    except (OperationalError, InterfaceError):
        raise UploadFailed("database_away") from None


def _upload(path: Path, *, contract: str, email: str, portal: str, dry_run: bool) -> Report:
    scope = _scope_of(email, portal)
    try:
        with opened(scope), path.open("rb") as stream:
            batch = actions.receive(
                scope, stream, file_name=path.name, file_size=path.stat().st_size, contract=contract
            )
    except NotAllowed:
        raise UploadFailed("not_allowed", email=email) from None
    except actions.UnknownContract:
        raise UploadFailed("contract_unknown", contract=contract) from None
    try:
        plan(scope, batch.id)
        if not dry_run:
            carry_out(scope, batch.id)
        return _report(scope, batch.id, dry_run=dry_run)
    except RegisterSilent:
        code = "register_silent_trial" if dry_run else "register_silent"
        raise UploadFailed(code, batch_id=None if dry_run else batch.id) from None
    except actions.NotThePlanSeen:
        raise UploadFailed("dealt_with", batch_id=batch.id) from None
    finally:
        if dry_run:
            _forget_plan(scope, batch.id)


def _scope_of(email: str, portal: str) -> Scope:
    try:
        return scope_by_email(email, portal, channel="command")
    except NoAccess:
        raise UploadFailed("no_account", email=email) from None
    except KeyError:
        raise UploadFailed("portal_unknown", portal=portal) from None


def plan(scope: Scope, batch_id: int) -> None:
    """Read and judge. Raises UploadFailed for a file that cannot be read, RegisterSilent when the BRP is."""
    actions.read(scope, batch_id, jobs.moment(), then_plan=False)
    with opened(scope):
        batch = queries.batch(scope, batch_id)
    if batch.state == State.REFUSED:
        raise UploadFailed(batch.code, **batch.params)
    _each_lane(jobs.plan_lane, scope, batch_id)


def carry_out(scope: Scope, batch_id: int) -> None:
    """Accept the plan as it stands and carry it out.

    Raises RegisterSilent when the BRP is, NotThePlanSeen when somebody dealt with it meanwhile.
    """
    with opened(scope):
        batch = queries.batch(scope, batch_id)
        actions.accept(scope, batch_id, version=batch.version, moment=jobs.moment())
    _each_lane(jobs.carry_out_lane, scope, batch_id)


def _each_lane(work: Callable[[Scope, int, int], None], scope: Scope, batch_id: int) -> None:
    for lane in range(LANES):
        work(scope, batch_id, lane)


def _forget_plan(scope: Scope, batch_id: int) -> None:
    """Nothing of a dry run is left to be accepted."""
    with opened(scope), suppress(actions.NotThePlanSeen):
        actions.cancel(scope, batch_id, jobs.moment())


def _report(scope: Scope, batch_id: int, *, dry_run: bool) -> Report:
    with opened(scope):
        batch = queries.batch(scope, batch_id)
        bad = [(row.number, row.problems) for row in queries.bad_rows(batch)]
    counts = batch.planned_counts if dry_run else batch.outcome_counts
    return Report(
        batch_id, dry_run, {str(kind): number for kind, number in counts.items() if number}, bad, batch.warnings
    )
