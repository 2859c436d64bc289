"""From file to outcome, step by step; each step can be killed anywhere and begun again (law 3).

receive -> read -> plan (per chunk, the BRP asked first) -> accept -> carry out (per chunk) -> done. A chunk is
one transaction, and holds all rows of its people: what was done is known from the rows themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Moment, Outcome
from collectief.mutations.verdicts import Refused, Verdict, Waiting
from collectief.scope.database import opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from . import rows, rules, vault
from .models import Batch
from .rules import Planned, State
from .sheets.reading import FileRefused

LANES = 2


class NotThePlanSeen(ValueError):
    """The plan was made anew, or already accepted or cancelled, since it was looked at."""


class UnknownContract(ValueError):
    """The contract is not one of the organisation's."""


@transaction.atomic
def receive(scope: Scope, stream: IO[bytes], *, file_name: str, file_size: int, contract: str = "") -> Batch:
    """Take a file in and have it read in the background (U21).

    `contract` is for rows that name none. Raises NotAllowed, UnknownContract.
    """
    scope.require(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD)
    numbers = [known.number for known in contracts(scope)]
    if contract and contract not in numbers:
        raise UnknownContract(contract)
    key, key_sealed = vault.new_key()
    batch = Batch.objects.create(
        insurer_id=scope.insurer_id,
        organisation_id=scope.organisation_id,
        account_id=scope.account_id,
        account=scope.account,
        brand=scope.brand,
        channel=scope.channel,
        contract=contract or (numbers[0] if len(numbers) == 1 else ""),
        file_name=Path(file_name).name[:200],
        file_size=file_size,
        key_sealed=key_sealed,
    )
    batch.stored_as = vault.store_file(key, batch.id, stream)
    batch.save(update_fields=["stored_as"])
    audit.record(scope, "batch.receive", detail={"batch": batch.id, "bytes": file_size})
    return batch


def read(scope: Scope, batch_id: int, moment: Moment) -> None:
    """Read the file into rows, or say why it cannot be; all or nothing."""
    with opened(scope):
        batch = Batch.objects.get(organisation_id=scope.organisation_id, id=batch_id)
    if batch.state != State.RECEIVED or batch.key_sealed is None:
        return
    key = vault.opened_key(batch.key_sealed)
    with vault.plain_file(key, batch_id, batch.stored_as) as path:
        try:
            with opened(scope):
                count, warnings = rows.take_in(scope, batch, path, key)
                Batch.objects.filter(id=batch_id).update(state=State.PLANNING, rows=count, warnings=warnings)
        except FileRefused as refused:
            with opened(scope):
                _end(scope, batch, State.REFUSED, moment, code=refused.code, params=dict(refused.params))
    vault.remove_file(batch.stored_as)


def unplanned(scope: Scope, batch_id: int, lane: int, chunk: int) -> list[tuple[bytes, bytes]]:
    """The BSNs (index, sealed) in this chunk that the BRP must still be asked about."""
    with opened(scope):
        batch = Batch.objects.get(organisation_id=scope.organisation_id, id=batch_id)
        taken = rows.of_chunk(scope, batch, lane, chunk, where="planned = ''")
        return rows.to_ask(scope, taken)


def plan_chunk(scope: Scope, batch_id: int, lane: int, chunk: int, moment: Moment) -> bool:
    """Judge the rows of a chunk that have no verdict yet; False when some still wait for the BRP."""
    with opened(scope):
        batch = Batch.objects.get(organisation_id=scope.organisation_id, id=batch_id)
        if batch.state != State.PLANNING:
            return True
        taken = rows.of_chunk(scope, batch, lane, chunk, where="planned = ''", lock=True)
        good = [row for row in taken if not row.sent.problems]
        requests = rows.requests(scope, batch, good)
        verdicts = mutations.preview(scope, requests, moment) if requests else []
        if any(isinstance(verdict, Waiting) for verdict in verdicts):
            return False
        judged = {
            row.sent.number: (rules.planned(request.kind, verdict), verdict)
            for row, request, verdict in zip(good, requests, verdicts, strict=True)
        }
        rows.write_plan(batch, [_planned_row(row, judged) for row in taken])
    return True


def finish_planning(scope: Scope, batch_id: int, moment: Moment) -> bool:
    """Call the plan ready once every row has a verdict; whichever lane comes last does it."""
    with opened(scope):
        batch = Batch.objects.select_for_update().get(organisation_id=scope.organisation_id, id=batch_id)
        if batch.state != State.PLANNING or rows.any_left(batch, "planned = ''"):
            return False
        batch.state, batch.planned_at = State.PLANNED, moment.now
        batch.version += 1
        batch.register_silent = False
        batch.planned_counts = rows.counts(batch, "planned")
        batch.save()
    return True


@transaction.atomic
def accept(scope: Scope, batch_id: int, *, version: int, moment: Moment) -> Batch:
    """Carry out the good rows of the plan that was seen; the rejected ones are recorded as such.

    Raises Batch.DoesNotExist, NotAllowed, and NotThePlanSeen when it is no longer this plan.
    """
    scope.require(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD)
    batch = Batch.objects.select_for_update().get(organisation_id=scope.organisation_id, id=batch_id)
    if batch.state != State.PLANNED or batch.version != version:
        raise NotThePlanSeen(batch.state, batch.version)
    batch.state, batch.accepted_at, batch.accepted_by = State.CARRYING_OUT, moment.now, scope.account
    batch.save()
    audit.record(scope, "batch.accept", detail={"batch": batch.id, "version": version})
    return batch


def carry_out_chunk(scope: Scope, batch_id: int, lane: int, chunk: int, moment: Moment) -> None:
    """Judge the rows of a chunk again and carry out those whose verdict still stands."""
    with opened(scope):
        batch = Batch.objects.get(organisation_id=scope.organisation_id, id=batch_id)
        if batch.state != State.CARRYING_OUT:
            return
        taken = rows.of_chunk(scope, batch, lane, chunk, where="outcome = ''", lock=True)
        good = [row for row in taken if not row.sent.problems]
        requests = rows.requests(scope, batch, good)

        def stands(number: int, verdict: Verdict) -> bool:
            return rules.planned(requests[number].kind, verdict) == (good[number].planned, good[number].code)

        outcomes = mutations.submit(scope, requests, moment, expected=stands) if requests else []
        done = [_outcome_row(row, outcome) for row, outcome in zip(good, outcomes, strict=True)]
        done += _refuse_misshapen(scope, batch, [row for row in taken if row.sent.problems], moment)
        rows.write_outcomes(batch, done)


def finish(scope: Scope, batch_id: int, moment: Moment) -> bool:
    """Call the batch done once every row has its outcome."""
    with opened(scope):
        batch = Batch.objects.select_for_update().get(organisation_id=scope.organisation_id, id=batch_id)
        if batch.state != State.CARRYING_OUT or rows.any_left(batch, "outcome = ''"):
            return False
        batch.outcome_counts = rows.counts(batch, "outcome")
        _end(scope, batch, State.DONE, moment)
    return True


@transaction.atomic
def cancel(scope: Scope, batch_id: int, moment: Moment) -> None:
    """Do nothing of it: every row ends as not accepted. Raises NotThePlanSeen once it was accepted."""
    scope.require(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD)
    batch = Batch.objects.select_for_update().get(organisation_id=scope.organisation_id, id=batch_id)
    if batch.state not in (State.RECEIVED, State.PLANNING, State.PLANNED):
        raise NotThePlanSeen(batch.state, batch.version)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch_row SET outcome = %s WHERE batch_id = %s AND outcome = ''",
            [rules.Outcome.NOT_ACCEPTED, batch_id],
        )
    batch.outcome_counts = rows.counts(batch, "outcome")
    _end(scope, batch, State.CANCELLED, moment)
    transaction.on_commit(lambda: vault.remove_file(batch.stored_as))


def note_silence(scope: Scope, batch_id: int, *, silent: bool) -> None:
    """Say on the batch whether the BRP is silent, so that who looks knows why it takes long."""
    with opened(scope):
        Batch.objects.filter(organisation_id=scope.organisation_id, id=batch_id).update(register_silent=silent)


def enqueue(step: str, scope: Scope, batch_id: int) -> None:
    """Put a step in the queue, in the transaction of its cause; by name, since jobs stand above actions."""
    for lane in range(LANES) if step in ("plan", "carry_out") else [None]:
        more: dict[str, Any] = {} if lane is None else {"lane": lane}
        queue.configure_task(f"bulk.{step}").defer(
            organisation_id=scope.organisation_id, account_id=scope.account_id, brand=scope.brand,
            batch_id=batch_id, **more,
        )  # fmt: skip


def _end(
    scope: Scope, batch: Batch, state: State, moment: Moment, *, code: str = "", params: dict[str, Any] | None = None
) -> None:
    batch.state, batch.code, batch.params, batch.finished_at = state, code, params or {}, moment.now
    batch.save()
    audit.record(
        scope,
        f"batch.{state}",
        outcome="success" if state == State.DONE else "failure" if state == State.REFUSED else "success",
        detail={"batch": batch.id, "code": code, "outcomes": batch.outcome_counts},
    )


def _planned_row(row: rows.Row, judged: dict[int, Any]) -> tuple[int, str, str, dict[str, Any]]:
    if row.sent.problems:
        return row.sent.number, Planned.REJECTED, "problems", {"problems": row.sent.problems}
    (what, code), verdict = judged[row.sent.number]
    params = dict(verdict.params) if isinstance(verdict, Refused) else {}
    return row.sent.number, what, code, params


def _outcome_row(row: rows.Row, outcome: Outcome) -> tuple[int, str, int | None, str]:
    if outcome.changed_since:
        code = outcome.verdict.code if isinstance(outcome.verdict, Refused) else ""
        return row.sent.number, rules.Outcome.CHANGED_SINCE, None, code
    match row.planned:
        case Planned.UNCHANGED:
            return row.sent.number, rules.Outcome.UNCHANGED, None, row.code
        case Planned.REJECTED:
            return row.sent.number, rules.Outcome.REJECTED, outcome.mutation_id, row.code
        case _:
            return row.sent.number, rules.Outcome.PROCESSED, outcome.mutation_id, row.code


def _refuse_misshapen(
    scope: Scope, batch: Batch, bad: Sequence[rows.Row], moment: Moment
) -> list[tuple[int, str, int | None, str]]:
    """Rows whose cells already were wrong: among the rejected mutations too, so that none is lost sight of."""
    refused = [
        mutations.Misshapen(
            kind=row.sent.action or "enrol",
            code=row.sent.problems[0][1],
            params=row.sent.problems[0][2],
            asked=rows.shown(row.sent),
            source=f"{batch.id}/{row.sent.number}",
        )
        for row in bad
    ]
    ids = mutations.refuse(scope, refused, moment)
    return [(row.sent.number, rules.Outcome.REJECTED, id_, row.code) for row, id_ in zip(bad, ids, strict=True)]
