"""Submitting, deciding and withdrawing mutations: each verb runs in one transaction inside an opened scope."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from collectief.audit import actions as audit
from collectief.scope.scope import Scope
from collectief.scope.staging import next_ids, stage
from collectief.segments.profile import Permission

from .corridor import Entry, Moment, Outcome, Request, Sitting, registry
from .models import Mutation
from .rules import OPEN, State, judge_transition
from .verdicts import Accepted, Refused, Unchanged, Verdict, Waiting

# A row's verdict when it was planned, in few letters; judged again at acceptance and compared.
Expected = Callable[[int, Verdict], bool]

_COLUMNS = {
    "id": "bigint", "kind": "text", "state": "text", "code": "text", "params": "jsonb", "effective_day": "date",
    "bsn_index": "bytea", "bsn_sealed": "bytea", "asked": "jsonb", "touched": "jsonb", "trail": "jsonb",
    "participant_id": "bigint", "contract_id": "bigint", "participation_ids": "bigint[]", "source": "text",
    "decided_at": "timestamptz",
}  # fmt: skip


def preview(scope: Scope, requests: Sequence[Request], moment: Moment) -> list[Verdict]:
    """What submitting would come to, judged in order, nothing written (X02)."""
    sitting = _sit(scope, requests, moment)
    verdicts = []
    for request in requests:
        verdict = sitting.judge(request)
        if isinstance(verdict, Accepted):
            sitting.accept(request, verdict)
        verdicts.append(verdict)
    return verdicts


@transaction.atomic
def submit(
    scope: Scope, requests: Sequence[Request], moment: Moment, *, expected: Expected | None = None
) -> list[Outcome]:
    """Judge `requests` in order, carry out what is accepted and record every one that says something.

    With `expected`, an application that it turns down for its verdict is not carried out but `changed_since`.
    Raises NotAllowed when the scope may not change participants.
    """
    scope.require(Permission.CHANGE_PARTICIPANTS)
    _lock(scope, requests)
    sitting = _sit(scope, requests, moment)
    verdicts: list[tuple[Verdict, bool]] = []
    for number, request in enumerate(requests):
        verdict = sitting.judge(request)
        stands = expected is None or expected(number, verdict)
        if stands and isinstance(verdict, Accepted):
            sitting.accept(request, verdict)
        verdicts.append((verdict, stands))
    sitting.write()
    return _record(scope, sitting, list(requests), verdicts, moment)


@transaction.atomic
def decide_waiting(scope: Scope, mutation_ids: Sequence[int], moment: Moment) -> None:
    """Judge again what waited for the BRP; what is still without an answer goes on waiting."""
    waiting = list(
        Mutation.objects.select_for_update()
        .filter(organisation_id=scope.organisation_id, id__in=mutation_ids, state__in=OPEN)
        .order_by("id")
    )
    requests = [_request_again(mutation) for mutation in waiting]
    _lock(scope, requests)
    sitting = _sit(scope, requests, moment)
    verdicts = []
    for request in requests:
        verdict = sitting.judge(request)
        if isinstance(verdict, Accepted):
            sitting.accept(request, verdict)
        verdicts.append(verdict)
    sitting.write()
    for mutation, request, verdict in zip(waiting, requests, verdicts, strict=True):
        if not isinstance(verdict, Waiting):
            _decide(scope, mutation, verdict, sitting.entry(request, verdict), moment)


@dataclass(frozen=True, slots=True)
class Misshapen:
    """Something asked that could not even be judged: its cells or fields were wrong."""

    kind: str
    code: str
    params: Mapping[str, Any]
    asked: Mapping[str, Any]
    source: str


@transaction.atomic
def refuse(scope: Scope, refused: Sequence[Misshapen], moment: Moment) -> list[int]:
    """Record what could not be judged as rejected mutations; their ids."""
    scope.require(Permission.CHANGE_PARTICIPANTS)
    ids = next_ids("mutation_id_seq", len(refused)) if refused else []
    rows: list[tuple[Any, ...]] = [
        (
            id_, one.kind, str(State.REJECTED), one.code, json.dumps(dict(one.params)), None, None, None,
            json.dumps(dict(one.asked)), "[]",
            json.dumps([step(State.RECEIVED, moment, scope.account), step(State.REJECTED, moment, "", one.code)]),
            None, None, [], one.source, moment.now,
        )
        for id_, one in zip(ids, refused, strict=True)
    ]  # fmt: skip
    if rows:
        _insert(scope, rows, moment)
        audit.record(scope, "mutation.refuse", outcome="failure", detail={"mutations": len(rows)})
    return ids


def step(state: State, moment: Moment, by: str, code: str = "") -> dict[str, str]:
    """One line of a mutation's trail."""
    return {"state": state, "at": moment.now.isoformat(timespec="seconds"), "by": by, "code": code}


def move(mutation: Mutation, state: State, moment: Moment, by: str, code: str = "") -> None:
    """Bring a mutation to `state` and say so in its trail; the caller saves.

    Raises TransitionRefused when there is no such step from where it stands.
    """
    judge_transition(State(mutation.state), state)
    mutation.state = state
    mutation.code = code
    mutation.trail = [*mutation.trail, step(state, moment, by, code)]
    mutation.decided_at = moment.now


def _decide(scope: Scope, mutation: Mutation, verdict: Verdict, entry: Entry, moment: Moment) -> None:
    state, code = _state(verdict), verdict.code if isinstance(verdict, Refused) else ""
    move(mutation, state, moment, by="", code=code)
    mutation.params = dict(verdict.params) if isinstance(verdict, Refused) else {}
    mutation.participant_id = entry.participant_id
    mutation.contract_id = entry.contract_id
    mutation.participation_ids = list(entry.participation_ids)
    mutation.touched = list(entry.touched)
    mutation.effective_day = verdict.effective_day if isinstance(verdict, Accepted) else mutation.effective_day
    mutation.bsn_sealed = None
    mutation.save()
    participants = [entry.participant_id] if entry.participant_id else []
    audit.record(scope, f"mutation.{mutation.kind}", participants=participants, detail={"state": state, "code": code})


def _request_again(mutation: Mutation) -> Request:
    from .corridor import Subject

    application = registry.family(mutation.kind).application(mutation.kind, mutation.asked)
    subject = Subject(
        participant_id=mutation.participant_id,
        bsn_index=bytes(mutation.bsn_index) if mutation.bsn_index else None,
        bsn_sealed=bytes(mutation.bsn_sealed) if mutation.bsn_sealed else None,
    )
    return Request(application, subject, mutation.source)


def _sit(scope: Scope, requests: Sequence[Request], moment: Moment) -> Sitting:
    families = {id(registry.family(request.kind)): registry.family(request.kind) for request in requests}
    if len(families) > 1:
        raise ValueError("one chunk holds kinds of one family")
    family = next(iter(families.values())) if families else next(iter(registry.families.values()))
    return family.sit(scope, requests, moment)


def _lock(scope: Scope, requests: Sequence[Request]) -> None:
    """One person's changes happen one after another, and two organisations never wait for each other here.

    People are spread over two locks by blind index, so that the two lanes of a file run side by side; who is
    named otherwise takes both, in order.
    """
    indexes = [request.subject.bsn_index for request in requests]
    lanes = {index[0] % 2 if index else None for index in indexes}
    with connection.cursor() as cursor:
        for lane in (0, 1):
            if lanes & {lane, None}:
                # One number: negative, so that no other use of advisory locks by table id meets it.
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [-(scope.organisation_id * 2 + lane) - 1])


def _state(verdict: Verdict) -> State:
    if isinstance(verdict, Accepted):
        return State.PROCESSED
    return State.REJECTED if isinstance(verdict, Refused) else State.WAITING


def _record(
    scope: Scope,
    sitting: Sitting,
    requests: list[Request],
    verdicts: list[tuple[Verdict, bool]],
    moment: Moment,
) -> list[Outcome]:
    """Write a mutation for each request that changed, waits or was refused; unchanged ones leave no trace."""
    told = [n for n, (verdict, stands) in enumerate(verdicts) if stands and not isinstance(verdict, Unchanged)]
    ids = dict(zip(told, next_ids("mutation_id_seq", len(told)) if told else [], strict=True))
    outcomes, rows, touched_participants = [], [], set()
    trails = _Trails(scope, moment)
    for number, (request, (verdict, stands)) in enumerate(zip(requests, verdicts, strict=True)):
        entry = sitting.entry(request, verdict)
        if number in ids:
            rows.append(_row(ids[number], request, verdict, entry, moment, trails))
            if entry.participant_id:
                touched_participants.add(entry.participant_id)
        outcomes.append(Outcome(verdict, ids.get(number), entry.participant_id, changed_since=not stands))
    if rows:
        _insert(scope, rows, moment)
        kinds = sorted({request.kind for n, request in enumerate(requests) if n in ids})
        audit.record(
            scope,
            f"mutation.{kinds[0] if len(kinds) == 1 else 'several'}",
            participants=sorted(touched_participants),
            detail={"mutations": len(rows), "kinds": kinds},
        )
    return outcomes


class _Trails(dict[tuple[State, str], str]):
    """The trail of a mutation decided at once, as JSON: the same for thousands of rows of a file."""

    def __init__(self, scope: Scope, moment: Moment) -> None:
        self._received, self._moment = step(State.RECEIVED, moment, scope.account), moment

    def __missing__(self, decided: tuple[State, str]) -> str:
        state, code = decided
        self[decided] = json.dumps([self._received, step(state, self._moment, "", code)])
        return self[decided]


def _row(
    id_: int, request: Request, verdict: Verdict, entry: Entry, moment: Moment, trails: _Trails
) -> tuple[Any, ...]:
    state = _state(verdict)
    refused = verdict if isinstance(verdict, Refused) else None
    code = refused.code if refused else ""
    effective: date | None = verdict.effective_day if isinstance(verdict, Accepted) else None
    waits = state == State.WAITING
    return (
        id_, request.kind, str(state), code,
        json.dumps(dict(refused.params)) if refused else "{}", effective,
        request.subject.bsn_index if waits else None, request.subject.bsn_sealed if waits else None,
        json.dumps(registry.family(request.kind).asked(request.application)), json.dumps(list(entry.touched)),
        trails[state, code], entry.participant_id, entry.contract_id, list(entry.participation_ids), request.source,
        None if waits else moment.now,
    )  # fmt: skip


def _insert(scope: Scope, rows: list[tuple[Any, ...]], moment: Moment) -> None:
    stage("new_mutation", _COLUMNS, rows)
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO mutation ({names}, insurer_id, organisation_id, channel, account_id, account, submitted_at)"
            f" SELECT {names}, %s, %s, %s, %s, %s, %s FROM pg_temp.new_mutation",
            [scope.insurer_id, scope.organisation_id, scope.channel, scope.account_id, scope.account, moment.now],
        )
