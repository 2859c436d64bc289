"""From file to outcome, step by step; each step can be killed anywhere and begun again (law 3).

receive -> read -> plan (per chunk, the BRP asked between) -> accept -> carry out (per chunk) -> done. A chunk is
one transaction, and holds all rows of its people: what was done is known from the chunks themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.enrolment.facts import Kind
from collectief.foundation.bsn import Bsn
from collectief.foundation.release import CODE_MARK
from collectief.inbox import actions as inbox
from collectief.inbox.facts import About, Tiding
from collectief.mutations import actions as mutations
from collectief.mutations import lanes
from collectief.mutations.corridor import LANES, Moment, Outcome, lane_of
from collectief.mutations.verdicts import Accepted, Refused, Verdict, Waiting
from collectief.participants import persons, register
from collectief.participants.queries import participants_by_index
from collectief.scope.database import opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, MessageCategory, Permission

from . import chunks, rules, steps, vault
from .applications import misshapen, requests_of
from .intake import take_in
from .models import Batch
from .rules import PROBLEMS, Planned, State, Told
from .sheets.reading import FileRefused
from .sheets.rows import Row, Rows


class NotThePlanSeen(ValueError):
    """The plan was made anew, or already accepted or cancelled, since it was looked at."""


class UnknownContract(ValueError):
    """The contract is not one of the organisation's."""


class AnswersNeeded(Exception):
    """Rows of a chunk wait for the BRP: `bsns` must be asked about first."""

    def __init__(self, bsns: list[Bsn]) -> None:
        super().__init__(len(bsns))
        self.bsns = bsns


@transaction.atomic
def receive(scope: Scope, stream: IO[bytes], *, file_name: str, file_size: int, contract: str = "") -> Batch:
    """Take a file in (U21); `steps.enqueue("read", ...)` has it read in the background.

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
        mandate_id=scope.mandate_id,
        brand=scope.brand,
        channel=scope.channel,
        contract=contract or (numbers[0] if len(numbers) == 1 else ""),
        contracts=None if scope.contracts is None else sorted(scope.contracts),
        # On a disk a name may be any bytes: what is no text has no place in the database.
        file_name=Path(file_name).name.encode(errors="replace").decode()[:200],
        file_size=file_size,
        key_sealed=key_sealed,
    )
    batch.stored_as = vault.store_file(key, batch.id, stream)
    batch.save(update_fields=["stored_as"])
    audit.record(scope, "batch.receive", objects={"batch": [batch.id]}, detail={"bytes": file_size})
    return batch


def read(scope: Scope, batch_id: int, moment: Moment, *, then_plan: bool = True) -> None:
    """Read the file into chunks, or say why it cannot be; all or nothing. `then_plan`: the next step is queued."""
    with opened(scope):
        batch = Batch.objects.get(organisation_id=scope.organisation_id, id=batch_id)
    if batch.state == State.RECEIVED and batch.key_sealed is not None:
        key = vault.opened_key(batch.key_sealed)
        with vault.plain_file(key, batch_id, batch.stored_as) as path:
            try:
                with suppress(_Overtaken), opened(scope):
                    _read(scope, batch, path, key, then_plan=then_plan)
            except FileRefused as refused:
                with opened(scope):
                    if found := _claimed(scope, batch_id, State.RECEIVED):
                        _end(scope, found, State.REFUSED, moment, code=refused.code, params=dict(refused.params))
    vault.remove_file(batch.stored_as)


class _Overtaken(Exception):
    """Somebody else read or ended the batch meanwhile."""


def _read(scope: Scope, batch: Batch, path: Path, key: bytes, *, then_plan: bool) -> None:
    """One reads a file at a time; its row is free until all is read, so that who cancels it need not wait.

    Raises FileRefused, and _Overtaken: then nothing was read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('bulk.read'), %s)", [batch.id])
    if not Batch.objects.filter(id=batch.id, state=State.RECEIVED).exists():
        raise _Overtaken
    count, warnings = take_in(scope, batch, path, key)
    if _claimed(scope, batch.id, State.RECEIVED) is None:
        raise _Overtaken
    Batch.objects.filter(id=batch.id).update(state=State.PLANNING, rows=count, warnings=warnings)
    if then_plan:
        steps.enqueue("plan", scope, batch.id)


def plan_chunk(scope: Scope, batch_id: int, lane: int, chunk: int, moment: Moment) -> None:
    """Judge the rows of a chunk that has no plan yet; the BRP is asked with no transaction open.

    Raises RegisterSilent when it did not answer for everyone: what it did answer is kept.
    """
    with opened(scope):
        batch = Batch.objects.get(organisation_id=scope.organisation_id, id=batch_id)
        taken = chunks.take(batch, lane, chunk, unplanned=True) if batch.state == State.PLANNING else None
        if taken is None:
            return
        facts = _facts(scope, lane)
        rows = taken.rows
        good = rows.sound()
        trial = mutations.Trial(scope, requests_of(_those(rows, good), batch_id, batch.contract), moment)
    if bsns := trial.waiting():
        trial.learn(ask_register(scope, batch_id, bsns, moment))
    plan = [Planned.REJECTED] * len(rows)
    told: dict[int, Told] = {rows.numbers[place]: (PROBLEMS, {}) for place in rows.problems}
    for place, verdict in zip(good, trial.verdicts, strict=True):
        plan[place] = rules.planned(verdict)
        if isinstance(verdict, Refused):
            told[rows.numbers[place]] = verdict.code, verdict.params
    kept = trial.keep()
    keeping = chunks.Keeping(moment.today.isoformat(), [rows.numbers[good[at]] for at in kept.places], kept.lines)
    if not _in_lane(taken):
        facts, keeping = "", _NOTHING
    with opened(scope):
        chunks.write_plan(batch, taken, plan, told, facts, keeping)


def _those(rows: Rows, places: Sequence[int]) -> Rows:
    return rows if len(places) == len(rows) else rows.pick(places)


def _in_lane(taken: chunks.Chunk) -> bool:
    """Whether the lane's version says all of these people's; after a renewal of the secret they are of any (ADR 26)."""
    return all(lane_of(bytes.fromhex(person)) == taken.lane for person in taken.rows.people if person)


def _facts(scope: Scope, lane: int, *, own: int = 0) -> str:
    """What says whether anything has changed that the rows of a lane are judged on, but for the BRP and the day.

    `own` changes are not counted: those of other chunks of the same batch, which are about other people.
    """
    agreed = hashlib.sha256(repr(contracts(scope)).encode()).hexdigest()[:16]
    return f"{lanes.version(scope, lane) - own}/{scope.profile.slug}/{agreed}/{CODE_MARK}"


def ask_register(scope: Scope, batch_id: int, bsns: list[Bsn], moment: Moment) -> dict[bytes, register.RegisterAnswer]:
    """Ask the BRP and keep what it says; the batch tells whoever looks when it is silent. Raises RegisterSilent."""
    look_up = register.ask(register.current_register(), bsns)
    said = register.answers(scope, look_up)
    silent = bool(look_up.unanswered)
    with opened(scope):
        register.keep(scope, said, now=moment.now)
        mine = Batch.objects.filter(organisation_id=scope.organisation_id, id=batch_id)
        mine.exclude(register_silent=silent).update(register_silent=silent)
    if silent:
        raise register.RegisterSilent(len(look_up.unanswered))
    return said


def finish_planning(scope: Scope, batch_id: int, moment: Moment) -> bool:
    """Call the plan ready once every row has a verdict; whichever lane comes last does it."""
    with opened(scope):
        batch = _claimed(scope, batch_id, State.PLANNING)
        if batch is None or chunks.left(batch_id, unplanned=True):
            return False
        batch.state, batch.planned_at = State.PLANNED, moment.now
        batch.version += 1
        batch.register_silent = False
        batch.planned_counts = chunks.counts(batch_id, outcomes=False)
        batch.save()
    return True


@transaction.atomic
def accept(scope: Scope, batch_id: int, *, version: int, moment: Moment) -> Batch:
    """Carry out the good rows of the plan that was seen; the rejected ones are recorded as such.

    Raises Batch.DoesNotExist, NotAllowed, and NotThePlanSeen when it is no longer this plan.
    """
    scope.require(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD)
    batch = Batch.objects.select_for_update().get(organisation_id=scope.organisation_id, id=batch_id)
    if batch.state != State.PLANNED or batch.version != version or batch.key_sealed is None:
        raise NotThePlanSeen(batch.state, batch.version)
    batch.state, batch.accepted_at, batch.accepted_by = State.CARRYING_OUT, moment.now, scope.account
    batch.save()
    audit.record(scope, "batch.accept", objects={"batch": [batch.id]}, detail={"version": version})
    return batch


def settle_unchanged(scope: Scope, batch_id: int, lane: int) -> None:
    """Give chunks in which everything already was as asked their outcome, if nothing has changed since the plan.

    Judging them again would be judging the same facts: neither the BRP nor the day is asked about what is so
    already. A whole file that was sent before, as a weekly roster is, is done with one statement.
    """
    with opened(scope):
        if _claimed(scope, batch_id, State.CARRYING_OUT) is None:
            return
        lanes.lock_lanes(scope.organisation_id, [lane])
        chunks.settle(batch_id, lane, Planned.UNCHANGED, rules.Outcome.UNCHANGED, _facts(scope, lane))


def carry_out_chunk(scope: Scope, batch_id: int, lane: int, chunk: int, moment: Moment) -> None:
    """Judge the rows of a chunk again and carry out those whose verdict still stands.

    The BRP's answers may have had their time since the plan: then it is asked again first. Raises RegisterSilent.
    """
    try:
        _carry_out(scope, batch_id, lane, chunk, moment)
    except AnswersNeeded as needed:
        ask_register(scope, batch_id, needed.bsns, moment)
        _carry_out(scope, batch_id, lane, chunk, moment)


def _carry_out(scope: Scope, batch_id: int, lane: int, chunk: int, moment: Moment) -> None:
    with opened(scope):
        batch = Batch.objects.get(organisation_id=scope.organisation_id, id=batch_id)
        going = batch.state == State.CARRYING_OUT
        taken = chunks.take(batch, lane, chunk, unplanned=False, lock=True) if going else None
        if taken is None:
            return
        kept = _kept(scope, batch_id, taken, moment)
        rest = taken.rows_but(kept.numbers) if kept.leaves_any(taken) else Rows()
        if kept.numbers:
            persons.ensure(scope, taken.newcomers_with(rest))
        # Those first: none of them may find, by a reference, who is only now enrolled.
        came, ids = _judge_again(scope, batch, taken, rest, moment)
        if kept.numbers:
            # A chunk that changes anybody counts once in its lane: see `_kept`.
            counted = any(isinstance(one.verdict, Accepted) and not one.changed_since for one in came.values())
            carried = mutations.carry_out(scope, Kind.ENROL, kept.lines, [] if counted else [lane], moment)
            ids |= dict(zip(kept.numbers, carried, strict=True))
        chunks.write_outcomes(
            batch,
            taken,
            [_outcome(letter, came.get(number)) for letter, number in zip(taken.planned, taken.numbers, strict=True)],
            {number: rules.changed_since(one.verdict) for number, one in came.items() if one.changed_since},
            [ids[number] for number in taken.numbers],
        )


def _judge_again(
    scope: Scope, batch: Batch, taken: chunks.Chunk, rows: Rows, moment: Moment
) -> tuple[dict[int, Outcome], dict[int, int]]:
    """Judge these rows of a chunk and carry out what stands; what became of them, and their mutations, by number."""
    letters = dict(zip(taken.numbers, taken.planned, strict=True))
    good = _those(rows, rows.sound())
    requests = requests_of(good, batch.id, batch.contract)
    waits: list[Bsn | None] = []

    def stands(place: int, verdict: Verdict) -> bool:
        if isinstance(verdict, Waiting):
            waits.append(requests[place].subject.bsn)
            return False
        number = good.numbers[place]
        return rules.stands(letters[number], taken.told.get(number), verdict)

    outcomes = mutations.submit(scope, requests, moment, expected=stands) if requests else []
    if waits:
        # What was written goes with this transaction.
        raise AnswersNeeded([bsn for bsn in dict.fromkeys(waits) if bsn is not None])
    came = dict(zip(good.numbers, outcomes, strict=True))
    bad = [rows.row(place) for place in sorted(rows.problems)]
    ids = dict(zip((row.number for row in bad), _refuse_misshapen(scope, batch, bad, moment), strict=True))
    return came, ids | {number: outcome.mutation_id or 0 for number, outcome in came.items()}


_NOTHING = chunks.Keeping("", [], "")


def _kept(scope: Scope, batch_id: int, taken: chunks.Chunk, moment: Moment) -> chunks.Keeping:
    """What the plan kept, if judging it again would be judging the same facts; its lane is held from here."""
    kept = taken.kept
    if kept is None or kept.day != moment.today.isoformat():
        return _NOTHING
    # As `mutations.submit` will take them, in order: nobody waits in a circle.
    anywhere = kept.leaves_any(taken) and not all(taken.rows.people)
    lanes.lock_lanes(scope.organisation_id, range(LANES) if anywhere else [taken.lane])
    same = taken.facts == _facts(scope, taken.lane, own=chunks.changes(batch_id, taken.lane))
    return kept if same else _NOTHING


def finish(scope: Scope, batch_id: int, moment: Moment) -> bool:
    """Call the batch done once every row has its outcome."""
    with opened(scope):
        batch = _claimed(scope, batch_id, State.CARRYING_OUT)
        if batch is None or chunks.left(batch_id, unplanned=False):
            return False
        _end(scope, batch, State.DONE, moment)
    return True


@transaction.atomic
def cancel(scope: Scope, batch_id: int, moment: Moment) -> None:
    """Do nothing of it: every row ends as not accepted. Raises NotThePlanSeen once it was accepted."""
    scope.require(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD)
    batch = Batch.objects.select_for_update().get(organisation_id=scope.organisation_id, id=batch_id)
    if batch.state not in (State.RECEIVED, State.PLANNING, State.PLANNED):
        raise NotThePlanSeen(batch.state, batch.version)
    _end(scope, batch, State.CANCELLED, moment)
    transaction.on_commit(lambda: vault.remove_file(batch.stored_as))


def stop(scope: Scope, batch_id: int, moment: Moment, *, code: str) -> None:
    """Go no further, and say why: what was done stays done, every other row ends as not accepted."""
    with opened(scope):
        batch = Batch.objects.select_for_update().get(organisation_id=scope.organisation_id, id=batch_id)
        if batch.state in rules.BUSY:
            _end(scope, batch, State.STOPPED, moment, code=code)


def expire(scope: Scope, batch_id: int, moment: Moment) -> None:
    """End what nobody brought to an end in its time; every row without an outcome ends as not accepted."""
    with opened(scope):
        batch = Batch.objects.select_for_update().get(organisation_id=scope.organisation_id, id=batch_id)
        if batch.state not in rules.ENDED:
            _end(scope, batch, State.CANCELLED, moment)


def _claimed(scope: Scope, batch_id: int, state: State) -> Batch | None:
    """The batch, locked until the transaction ends, if it is in this state."""
    own = Batch.objects.select_for_update().filter(organisation_id=scope.organisation_id)
    return own.filter(id=batch_id, state=state).first()


def _end(
    scope: Scope, batch: Batch, state: State, moment: Moment, *, code: str = "", params: dict[str, Any] | None = None
) -> None:
    chunks.give_up(batch.id)
    batch.outcome_counts = chunks.counts(batch.id, outcomes=True) if state != State.REFUSED else {}
    batch.state, batch.code, batch.params, batch.finished_at = state, code, params or {}, moment.now
    batch.register_silent = False
    batch.save()
    audit.record(
        scope,
        f"batch.{state}",
        outcome="failure" if state in (State.REFUSED, State.STOPPED) else "success",
        objects={"batch": [batch.id]},
        detail={"code": code, "outcomes": batch.outcome_counts},
    )
    if state in rules.TOLD:
        # One message for a file, however many rows it has; with the file, so that who does not see that sees neither.
        facts = {"file": batch.file_name, "outcomes": batch.outcome_counts}
        tiding = Tiding(
            MessageCategory.PROCESSING_REPORT, f"batch.{state}", About.BATCH, batch.id, batch.contracts, facts=facts
        )
        inbox.write(scope, [tiding], at=moment.now)


def _outcome(letter: str, came: Outcome | None) -> rules.Outcome:
    """What became of a row with this verdict; nothing came of what is wrong in itself, or was kept and stands."""
    return rules.outcome_since(came.verdict) if came is not None and came.changed_since else rules.outcome_of(letter)


def _refuse_misshapen(scope: Scope, batch: Batch, bad: list[Row], moment: Moment) -> list[int]:
    """Rows whose cells already were wrong: among the rejected mutations too, so that none is lost sight of."""
    known = {contract.number: contract.id for contract in contracts(scope)} if bad else {}
    people = participants_by_index(scope, {bytes.fromhex(row.person) for row in bad if row.person})
    refused = [
        misshapen(
            row, batch.id, known.get(row.values.get("contract") or batch.contract),
            people[index].id if (index := bytes.fromhex(row.person)) in people else None,
        )
        for row in bad
    ]  # fmt: skip
    return mutations.refuse(scope, refused, moment)
