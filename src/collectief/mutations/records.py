"""Writing what was asked and what became of it: one row per mutation, thousands at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from collectief.audit import actions as audit
from collectief.foundation.bsn import Bsn
from collectief.inbox import actions as inbox
from collectief.inbox.facts import Tiding
from collectief.participants.keys import bsn_keys
from collectief.scope.scope import Scope
from collectief.scope.staging import ids_array, next_ids, stage

from .corridor import Entry, Moment, Outcome, Request, Sitting, Subject, registry
from .rules import State
from .telling import told
from .verdicts import Accepted, Refused, Unchanged, Verdict

_COLUMNS = {
    "id": "bigint", "kind": "text", "state": "text", "code": "text", "params": "jsonb", "effective_day": "date",
    "bsn_index": "bytea", "bsn_sealed": "bytea", "asked": "jsonb", "touched": "jsonb", "participant_id": "bigint",
    "contract_id": "bigint", "also_contract_id": "bigint", "participation_ids": "bigint[]",
    "source": "text", "decided_at": "timestamptz", "group_id": "bigint",
}  # fmt: skip
_SELECTED = ", ".join(f"{name}::{kind}" for name, kind in _COLUMNS.items())
_STATE, _CODE = (list(_COLUMNS).index(name) for name in ("state", "code"))

# What a request came to, and whether it stood: one that did not was judged otherwise than its plan said.
Judged = tuple[Verdict, bool]


@dataclass(frozen=True, slots=True)
class Misshapen:
    """Something asked that could not even be judged: its cells or fields were wrong."""

    kind: str
    code: str
    params: Mapping[str, Any]
    asked: Mapping[str, Any]
    source: str
    contract_id: int | None = None
    participant_id: int | None = None


def step(state: State, moment: Moment, by: str, code: str = "") -> dict[str, str]:
    """One line of a mutation's trail."""
    return {"state": state, "at": moment.now.isoformat(timespec="seconds"), "by": by, "code": code}


def state_of(verdict: Verdict) -> State:
    """Where a mutation with this verdict stands."""
    if isinstance(verdict, Accepted):
        return State.PROCESSED
    return State.REJECTED if isinstance(verdict, Refused) else State.WAITING


def record(
    scope: Scope,
    sitting: Sitting,
    requests: Sequence[Request],
    judged: Sequence[Judged],
    moment: Moment,
    *,
    grouped: bool = False,
) -> list[Outcome]:
    """Write a mutation for each request that changed, waits or was refused; unchanged ones leave no trace.

    `grouped`: they are carried out all together or not at all, and know each other by that.
    """
    told = sum(1 for verdict, stands in judged if stands and not isinstance(verdict, Unchanged))
    numbers = list(next_ids("mutation_id_seq", told)) if told else []
    ids = iter(numbers)
    writer = _Writer(scope, moment, group=numbers[0] if grouped and numbers else None)
    outcomes: list[Outcome] = []
    for request, (verdict, stands) in zip(requests, judged, strict=True):
        if not stands or isinstance(verdict, Unchanged):
            outcomes.append(Outcome(verdict, changed_since=not stands))
            continue
        entry = sitting.entry(request, verdict)
        id_ = next(ids)
        writer.add(id_, request, verdict, entry)
        outcomes.append(Outcome(verdict, id_, entry.participant_id))
    writer.write()
    return outcomes


def record_kept(scope: Scope, kind: str, table: str, moment: Moment) -> list[int]:
    """Write the mutations of what a family carried out as it was kept; their ids, in the order they came in.

    `table` is a temporary one with participant_id, contract_id, stay_id, first_day, asked, touched, source and place;
    the first change in `touched` is the stay with that id.
    """
    trail = [step(State.RECEIVED, moment, scope.account), step(State.PROCESSED, moment, "")]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mutation (kind, state, trail, decided_at, submitted_at, insurer_id, organisation_id, channel,"
            " account_id, account, params, code, participant_id, contract_id, participation_ids, effective_day, asked,"
            " touched, source)"
            " SELECT %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s, %s, '{}', '', n.participant_id, n.contract_id,"
            " ARRAY[n.stay_id], n.first_day, n.asked::jsonb,"
            " jsonb_set(n.touched::jsonb, '{0,id}', to_jsonb(n.stay_id)), n.source"
            f" FROM pg_temp.{table} n ORDER BY n.place RETURNING id, participant_id, contract_id",
            [
                kind, State.PROCESSED, _json(trail), moment.now, moment.now, scope.insurer_id, scope.organisation_id,
                scope.channel, scope.account_id, scope.account,
            ],
        )  # fmt: skip
        written = cursor.fetchall()
    audit.record(
        scope,
        f"mutation.{kind}",
        participants=sorted(participant for _, participant, _ in written),
        objects={"contract": sorted({contract for *_, contract in written})},
        detail={"mutations": len(written), "kinds": [kind], "states": {State.PROCESSED: len(written)}},
    )
    return [id_ for id_, *_ in written]


def record_misshapen(scope: Scope, refused: Sequence[Misshapen], moment: Moment) -> list[int]:
    """Write what could not be judged as rejected mutations; their ids."""
    if not refused:
        return []
    ids = next_ids("mutation_id_seq", len(refused))
    rows: list[tuple[Any, ...]] = [
        (
            id_, one.kind, str(State.REJECTED), one.code, _json(one.params), None, None, None, _json(one.asked), "[]",
            one.participant_id, one.contract_id, None, "{}", one.source, moment.now, None,
        )
        for id_, one in zip(ids, refused, strict=True)
    ]  # fmt: skip
    _insert(scope, rows, moment)
    known = sorted({one.participant_id for one in refused if one.participant_id})
    audit.record(scope, "mutation.refuse", participants=known, outcome="failure", detail={"mutations": len(rows)})
    return ids


def tell_ready(scope: Scope, done: Sequence[tuple[str, Entry]], moment: Moment) -> None:
    """Tell of what can be had since these mutations were carried out."""
    for family in {id(one): one for one in (registry.family(kind) for kind, _ in done)}.values():
        own = [(kind, entry) for kind, entry in done if kind in family.kinds]
        inbox.write(scope, family.also_told(scope, own), at=moment.now)


# As many as one form or one person's list brings about.
_FEW = 50


class _Writer:
    """The mutations of one chunk, put together and written as one set with one event in the trail."""

    def __init__(self, scope: Scope, moment: Moment, *, group: int | None) -> None:
        self._scope, self._moment, self._group = scope, moment, group
        self._rows: list[tuple[Any, ...]] = []
        self._participants: set[int] = set()
        self._contracts: set[int] = set()
        self._kinds: set[str] = set()
        self._told: list[Tiding] = []
        self._done: list[tuple[str, Entry]] = []
        self._states: Counter[str] = Counter()

    def add(self, id_: int, request: Request, verdict: Verdict, entry: Entry) -> None:
        state, kind = state_of(verdict), request.kind
        refused = verdict if isinstance(verdict, Refused) else None
        code = refused.code if refused else ""
        waits = state == State.WAITING
        bsn = request.subject.bsn if waits else None
        asked = registry.family(kind).asked(request.application)
        if refused and entry.participant_id is None:
            asked |= _named_by(request.subject)
        self._rows.append(
            (
                id_, kind, str(state), code, _json(refused.params) if refused else "{}",
                verdict.effective_day if isinstance(verdict, Accepted) else None,
                entry.bsn_index if waits else None, self._sealed(bsn) if bsn else None,
                _json(asked), _json(entry.touched),
                entry.participant_id, entry.contract_id, entry.also_contract_id,
                ids_array(entry.participation_ids), request.source, None if waits else self._moment.now,
                self._group,
            )
        )  # fmt: skip
        self._kinds.add(kind)
        self._states[state] += 1
        if entry.participant_id:
            self._participants.add(entry.participant_id)
        self._contracts.update(entry.contracts)
        # Of a file one message tells all (`bulk.actions`).
        if not request.source:
            self._told += told(
                self._scope.profile, id_, kind, state, asked, contracts=entry.contracts,
                participant_id=entry.participant_id, refused=(code, refused.params) if refused else None,
            )  # fmt: skip
            if state == State.PROCESSED:
                self._done.append((kind, entry))

    def write(self) -> None:
        if not self._rows:
            return
        _insert(self._scope, self._rows, self._moment)
        kinds = sorted(self._kinds)
        audit.record(
            self._scope,
            f"mutation.{kinds[0] if len(kinds) == 1 else 'several'}",
            participants=sorted(self._participants),
            objects={"contract": sorted(self._contracts), "mutation": self._named()},
            outcome="failure" if self._states.keys() == {State.REJECTED} else "success",
            detail={"mutations": len(self._rows), "kinds": kinds, "states": dict(self._states)},
        )
        self._tell()

    def _tell(self) -> None:
        """Whoever asked sees what became of it; what is ready since then is news to them too."""
        inbox.write(self._scope, self._told, at=self._moment.now, seen_by_sender=True)
        tell_ready(self._scope, self._done, self._moment)

    def _named(self) -> list[int]:
        """A few changes are named one by one; the thousands of a chunk are found by their participants."""
        return [row[0] for row in self._rows] if len(self._rows) <= _FEW else []

    def _sealed(self, bsn: Bsn) -> bytes:
        return bsn_keys(self._scope).sealed(bsn)


def _named_by(subject: Subject) -> dict[str, str]:
    """The number that somebody was named by whom nobody knows: all there is to say whom it was about."""
    numbers = {"relation_number": subject.relation_number, "reference": subject.reference}
    return {name: number for name, number in numbers.items() if number}


def _json(value: Any) -> str:
    return orjson.dumps(value, default=dict).decode()


def _insert(scope: Scope, rows: Sequence[tuple[Any, ...]], moment: Moment) -> None:
    stage("new_mutation", _COLUMNS, rows)
    # A trail is the same for thousands of rows of a file: it travels once.
    received = step(State.RECEIVED, moment, scope.account)
    decided = {(row[_STATE], row[_CODE]) for row in rows}
    trails = {f"{state} {code}": [received, step(State(state), moment, "", code)] for state, code in decided}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO mutation ({', '.join(_COLUMNS)}, trail, insurer_id, organisation_id, channel, account_id,"
            f" account, submitted_at) SELECT {_SELECTED}, %s::jsonb -> (state || ' ' || code), %s, %s, %s, %s, %s, %s"
            " FROM pg_temp.new_mutation",
            [
                _json(trails), scope.insurer_id, scope.organisation_id, scope.channel, scope.account_id,
                scope.account, moment.now,
            ],
        )  # fmt: skip
