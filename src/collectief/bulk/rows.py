"""The rows of a batch in the table: taken in from the file, taken out by chunk, their verdicts written as sets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from collectief.foundation.bsn import Bsn
from collectief.mutations.corridor import Request
from collectief.participants.keys import bsn_keys
from collectief.participants.register import recent_answers
from collectief.scope.scope import Scope
from collectief.scope.staging import stage

from . import vault
from .applications import Sent, request_of
from .models import Batch
from .rules import Outcome, Planned
from .sheets.columns import template_for
from .sheets.reading import read_rows

CHUNK = 1000

_STAGED = {
    "number": "integer", "kind": "text", "person_key": "bytea", "relation_number": "text", "reference": "text",
    "gives_reference": "text", "sealed": "bytea",
}  # fmt: skip

# Whoever is named by number or reference gets the key of the participant it is, or of the row that gives it.
_RESOLVE = (
    "UPDATE pg_temp.sent s SET person_key = p.bsn_index FROM participant p WHERE s.person_key IS NULL"
    " AND s.relation_number <> '' AND p.insurer_id = %(insurer)s AND p.relation_number = s.relation_number",
    "UPDATE pg_temp.sent s SET person_key = p.bsn_index FROM participant p WHERE s.person_key IS NULL"
    " AND s.reference <> '' AND p.organisation_id = %(organisation)s AND p.external_reference = s.reference",
    "UPDATE pg_temp.sent s SET person_key = e.person_key FROM pg_temp.sent e WHERE s.person_key IS NULL"
    " AND s.reference <> '' AND e.gives_reference = s.reference AND e.person_key IS NOT NULL",
)
# rank() gives all rows of a person the same number: a chunk never parts them.
_INSERT = (
    "INSERT INTO batch_row (batch_id, organisation_id, number, lane, chunk, kind, person_key, sealed,"
    " planned, code, params, outcome)"
    " SELECT %(batch)s, %(organisation)s, number, get_byte(key, 0) %% %(lanes)s,"
    " (rank() OVER (PARTITION BY get_byte(key, 0) %% %(lanes)s ORDER BY key) - 1) / %(chunk)s, kind, key, sealed,"
    " '', '', '{}', ''"
    " FROM (SELECT *, coalesce(person_key, decode(md5('row ' || number), 'hex') || '\\x00'::bytea) AS key"
    " FROM pg_temp.sent) numbered"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row taken out of the table."""

    sent: Sent
    person_key: bytes
    planned: str
    code: str

    @property
    def known(self) -> bool:
        """Whether the key is a blind index; a row that names nobody we know has a longer one of its own."""
        return len(self.person_key) == 16


def take_in(scope: Scope, batch: Batch, path: Path, key: bytes) -> tuple[int, list[Any]]:
    """Read the file and put its rows in the table; how many, and what to warn of. Raises FileRefused."""
    reading = read_rows(path, template_for(scope.profile))
    safe, keys = vault.RowVault(key, batch.id), bsn_keys(scope)
    count = 0

    def staged() -> Iterator[tuple[Any, ...]]:
        nonlocal count
        for chunk in reading:
            for row in chunk:
                count += 1
                values = row.values
                bsn = values.get("bsn")
                index = keys.blind_index(Bsn(bsn)) if bsn else None
                reference = values.get("external_reference", "")
                enrols = row.action == "enrol"
                content = [row.action, values, [[p.column, p.code, dict(p.params)] for p in row.problems], row.raw]
                yield (
                    row.number, row.action, index, values.get("relation_number", ""),
                    reference if row.action == "terminate" else "", reference if enrols else "",
                    safe.seal(row.number, content),
                )  # fmt: skip

    stage("sent", _STAGED, staged())
    given = {
        "insurer": scope.insurer_id, "organisation": scope.organisation_id, "batch": batch.id, "chunk": CHUNK,
        "lanes": 2,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pg_temp.sent")
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_temp.sent WHERE person_key IS NULL)")
        if cursor.fetchone()[0]:
            for statement in _RESOLVE:
                cursor.execute(statement, given)
        cursor.execute(_INSERT, given)
    return count, list(reading.head.warnings)


def chunks(batch_id: int, lane_number: int, where: str) -> list[int]:
    """The chunks of a lane that have rows left for a step, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT chunk FROM batch_row WHERE batch_id = %s AND lane = %s AND {where} ORDER BY chunk",
            [batch_id, lane_number],
        )
        return [number for (number,) in cursor.fetchall()]


def of_chunk(scope: Scope, batch: Batch, lane_number: int, chunk: int, *, where: str, lock: bool = False) -> list[Row]:
    """The rows of a chunk, person by person in the order of the file, opened."""
    if batch.key_sealed is None:
        return []
    safe = vault.RowVault(vault.opened_key(batch.key_sealed), batch.id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, person_key, sealed, planned, code FROM batch_row"
            f" WHERE organisation_id = %s AND batch_id = %s AND lane = %s AND chunk = %s AND {where}"
            f" ORDER BY person_key, number{' FOR UPDATE' if lock else ''}",
            [scope.organisation_id, batch.id, lane_number, chunk],
        )
        return [
            Row(Sent(number, *safe.open(number, bytes(sealed))), bytes(person_key), planned, code)
            for number, person_key, sealed, planned, code in cursor.fetchall()
        ]


def requests(scope: Scope, batch: Batch, good: Sequence[Row]) -> list[Request]:
    """The applications of rows without problems of shape."""
    keys = bsn_keys(scope)
    return [request_of(row.sent, batch.id, batch.contract, keys, row.person_key, row.known) for row in good]


def to_ask(scope: Scope, taken: Sequence[Row]) -> list[tuple[bytes, bytes]]:
    """Whom the BRP must be asked about: enrolled by these rows and not answered lately."""
    keys = bsn_keys(scope)
    wanted = {
        row.person_key: row.sent.values["bsn"] for row in taken if row.sent.action == "enrol" and not row.sent.problems
    }
    answered = recent_answers(list(wanted), now=timezone.now())
    return [(index, keys.sealed(Bsn(bsn))) for index, bsn in wanted.items() if index not in answered]


def write_plan(batch: Batch, verdicts: Sequence[tuple[int, str, str, dict[str, Any]]]) -> None:
    """Write the verdict of each row (number, planned, code, params)."""
    if not verdicts:
        return
    stage(
        "verdict",
        {"number": "integer", "planned": "text", "code": "text", "params": "jsonb"},
        ((number, planned, code, json.dumps(params)) for number, planned, code, params in verdicts),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch_row r SET planned = v.planned, code = v.code, params = v.params FROM pg_temp.verdict v"
            " WHERE r.batch_id = %s AND r.number = v.number",
            [batch.id],
        )


def write_outcomes(batch: Batch, outcomes: Sequence[tuple[int, str, int | None, str]]) -> None:
    """Write the outcome of each row (number, outcome, mutation, code)."""
    if not outcomes:
        return
    stage("outcome", {"number": "integer", "outcome": "text", "mutation_id": "bigint", "code": "text"}, outcomes)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch_row r SET outcome = o.outcome, mutation_id = o.mutation_id, code = o.code"
            " FROM pg_temp.outcome o WHERE r.batch_id = %s AND r.number = o.number",
            [batch.id],
        )


def any_left(batch: Batch, where: str) -> bool:
    """Whether rows are left for a step."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM batch_row WHERE batch_id = %s AND {where})", [batch.id])
        return bool(cursor.fetchone()[0])


def counts(batch: Batch, column: str) -> dict[str, int]:
    """How many rows per verdict (`planned`) or `outcome`; every kind named, also at 0."""
    kinds: dict[str, int] = dict.fromkeys([str(kind) for kind in (Planned if column == "planned" else Outcome)], 0)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}, count(*) FROM batch_row WHERE batch_id = %s GROUP BY 1", [batch.id])
        return kinds | {kind: number for kind, number in cursor.fetchall() if kind}


def shown(sent: Sent) -> dict[str, Any]:
    """What a rejected mutation remembers of a row with problems: what it was about, never the BSN."""
    values = sent.values
    asked: dict[str, Any] = {
        "contract": values.get("contract", ""),
        "name": [values.get("initials", ""), values.get("prefix", ""), values.get("surname", "")],
        "birth_date": values.get("birth_date", ""),
        "first_day": values.get("first_day", ""),
        "last_day": values.get("last_day", ""),
        "reason": values.get("reason", ""),
        "reference": values.get("external_reference", ""),
        "relation_number": values.get("relation_number", ""),
    }
    return {name: value for name, value in asked.items() if value and value != ["", "", ""]}
