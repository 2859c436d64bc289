"""The chunks of a batch in the table: put away, taken out to be judged or carried out, looked through by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db import connection
from msgspec import Struct

from collectief.foundation.bsn import Bsn
from collectief.scope.staging import binary_cursor, ids_array

from . import vault
from .models import Batch
from .rules import OUTCOME_BY_LETTER, PLANNED_BY_LETTER, Outcome, Planned, Told
from .sheets.rows import Row, Rows

_NEW = Planned.NEW.letter
_WHERE = "organisation_id = %s AND batch_id = %s AND lane = %s AND chunk = %s"

# How many opened chunks a walk through the rows keeps: in the order of the file it is in one chunk of each lane.
_KEPT_OPEN = 6


def add(batch: Batch, safe: vault.ChunkVault, lane: int, chunk: int, rows: Rows) -> None:
    """Put a chunk away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO batch_chunk (organisation_id, batch_id, lane, chunk, size, numbers, sealed, planned,"
            " plan_told, facts, kept, outcomes, outcome_told, mutation_ids) VALUES (%s, %s, %s, %s, %s, %s::integer[],"
            " %s, '', '', '', '', '', '', '{}')",
            [
                batch.organisation_id, batch.id, lane, chunk, len(rows), ids_array(rows.numbers),
                safe.seal("rows", lane, chunk, rows),
            ],
        )  # fmt: skip


def append(batch: Batch, safe: vault.ChunkVault, lane: int, chunk: int, rows: Rows) -> None:
    """Add rows to a chunk that was put away."""
    key = [batch.organisation_id, batch.id, lane, chunk]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sealed FROM batch_chunk WHERE {_WHERE}", key)
        whole = safe.rows(lane, chunk, cursor.fetchone()[0])
        whole.extend(rows)
        cursor.execute(
            f"UPDATE batch_chunk SET size = %s, numbers = %s::integer[], sealed = %s WHERE {_WHERE}",
            [len(whole), ids_array(whole.numbers), safe.seal("rows", lane, chunk, whole), *key],
        )


class Keeping(Struct, frozen=True, array_like=True):
    """Rows that can be carried out as judged on `day`: their numbers, and what `mutations.carry_out` takes."""

    day: str
    numbers: list[int]
    lines: str

    def leaves_any(self, chunk: Chunk) -> bool:
        """Whether the chunk has other rows too."""
        return len(self.numbers) < len(chunk.numbers)


@dataclass(frozen=True)
class Chunk:
    """A chunk taken out: what its plan said of each row, on which facts, and what it kept.

    Its rows are opened once they are asked for: what is carried out as it was kept needs none of them.
    """

    lane: int
    number: int
    numbers: list[int]
    planned: str
    told: dict[int, Told]
    facts: str
    kept: Keeping | None
    _open: Callable[[], Rows]

    @cached_property
    def rows(self) -> Rows:
        return self._open()

    def rows_but(self, numbers: Sequence[int]) -> Rows:
        """The rows with other numbers than these."""
        done = set(numbers)
        return self.rows.pick([place for place, number in enumerate(self.numbers) if number not in done])

    def newcomers_with(self, rest: Rows) -> dict[bytes, Bsn]:
        """Everyone whom the plan enrols, by blind index, if `rest`, rows of this chunk, enrols anybody; else nobody."""
        new = {number for number, letter in zip(self.numbers, self.planned, strict=True) if letter == _NEW}
        if new.isdisjoint(rest.numbers):
            return {}
        rows = self.rows
        return {
            bytes.fromhex(person): Bsn(bsn)
            for number, person, bsn in zip(rows.numbers, rows.people, rows.column("bsn"), strict=True)
            if number in new and person
        }


def take(batch: Batch, lane: int, chunk: int, *, unplanned: bool, lock: bool = False) -> Chunk | None:
    """The chunk if it still has to be planned, or carried out; locked until the transaction ends.

    None when that was done, or what was sent is no longer to be read.
    """
    if batch.key_sealed is None:
        return None
    left = "planned = ''" if unplanned else "outcomes = ''"
    place = [batch.organisation_id, batch.id, lane, chunk]
    with binary_cursor() as cursor:
        cursor.execute(
            f"SELECT numbers, planned, plan_told, facts, kept FROM batch_chunk WHERE {_WHERE} AND {left}"
            f"{' FOR UPDATE' if lock else ''}",
            place,
        )
        found = cursor.fetchone()
    if found is None:
        return None
    safe = vault.ChunkVault(vault.opened_key(batch.key_sealed), batch.id)
    numbers, planned, told, facts, kept = found

    def rows() -> Rows:
        with binary_cursor() as cursor:
            cursor.execute(f"SELECT sealed FROM batch_chunk WHERE {_WHERE}", place)
            return safe.rows(lane, chunk, cursor.fetchone()[0])

    return Chunk(
        lane, chunk, numbers, planned, _told(safe, "plan", lane, chunk, told), facts,
        safe.open("kept", lane, chunk, kept, Keeping) if kept else None,
        rows,
    )  # fmt: skip


def write_plan(
    batch: Batch, chunk: Chunk, verdicts: Sequence[Planned], told: Mapping[int, Told], facts: str, kept: Keeping
) -> None:
    """Write the verdict of each row, why by row number, on which facts, and what is kept of them.

    A chunk that has its plan keeps it. Raises ValueError unless every row has one verdict.
    """
    _one_each(chunk, verdicts)
    assert batch.key_sealed is not None
    safe = vault.ChunkVault(vault.opened_key(batch.key_sealed), batch.id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE batch_chunk SET planned = %s, plan_told = %s, facts = %s, kept = %s"
            f" WHERE {_WHERE} AND planned = ''",
            [
                "".join(verdict.letter for verdict in verdicts),
                safe.seal("plan", chunk.lane, chunk.number, told) if told else b"",
                facts,
                safe.seal("kept", chunk.lane, chunk.number, kept) if kept.numbers else b"",
                batch.organisation_id, batch.id, chunk.lane, chunk.number,
            ],
        )  # fmt: skip


def settle(batch_id: int, lane: int, planned: Planned, outcome: Outcome, facts: str) -> None:
    """Give every chunk of a lane that has this one verdict for all its rows, on these facts, its outcome."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch_chunk SET outcomes = repeat(%s, size)"
            " WHERE batch_id = %s AND lane = %s AND outcomes = '' AND facts = %s AND planned = repeat(%s, size)",
            [outcome.letter, batch_id, lane, facts, planned.letter],
        )


def write_outcomes(
    batch: Batch, chunk: Chunk, outcomes: Sequence[Outcome], told: Mapping[int, Told], mutation_ids: Sequence[int]
) -> None:
    """Write what became of each row, its mutation (0: none), and why by row number.

    Raises ValueError unless every row has one outcome and one mutation (law 3).
    """
    _one_each(chunk, outcomes, mutation_ids)
    assert batch.key_sealed is not None
    safe = vault.ChunkVault(vault.opened_key(batch.key_sealed), batch.id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE batch_chunk SET outcomes = %s, outcome_told = %s, mutation_ids = %s::bigint[], kept = ''"
            f" WHERE {_WHERE}",
            [
                "".join(outcome.letter for outcome in outcomes),
                safe.seal("outcome", chunk.lane, chunk.number, told) if told else b"",
                ids_array(mutation_ids) if any(mutation_ids) else "{}",
                batch.organisation_id, batch.id, chunk.lane, chunk.number,
            ],
        )  # fmt: skip


def _one_each(chunk: Chunk, *of_rows: Sequence[object]) -> None:
    """A row is known by its place alone: one too few, and every later one is said of another row."""
    if any(len(given) != len(chunk.numbers) for given in of_rows):
        raise ValueError("not one for each row of the chunk")


def changes(batch_id: int, lane: int) -> int:
    """How many chunks of a lane have changed anybody: in how many transactions this batch did so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM batch_chunk WHERE batch_id = %s AND lane = %s AND strpos(outcomes, %s) > 0",
            [batch_id, lane, Outcome.PROCESSED.letter],
        )
        return int(cursor.fetchone()[0])


def left(batch_id: int, *, lane: int | None = None, unplanned: bool) -> list[int]:
    """The chunks, of one lane or of all, that have a step to go, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT chunk FROM batch_chunk WHERE batch_id = %s AND {'planned' if unplanned else 'outcomes'} = ''"
            f"{'' if lane is None else ' AND lane = %s'} ORDER BY chunk",
            [batch_id] if lane is None else [batch_id, lane],
        )
        return [number for (number,) in cursor.fetchall()]


def done(batch_id: int, *, unplanned: bool) -> int:
    """How many rows have had this step."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(size), 0) FROM batch_chunk WHERE batch_id = %s"
            f" AND {'planned' if unplanned else 'outcomes'} <> ''",
            [batch_id],
        )
        return int(cursor.fetchone()[0])


def give_up(batch_id: int) -> None:
    """Every row without an outcome ends as not accepted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch_chunk SET outcomes = repeat(%s, size) WHERE batch_id = %s AND outcomes = ''",
            [Outcome.NOT_ACCEPTED.letter, batch_id],
        )


def counts(batch_id: int, *, outcomes: bool) -> dict[str, int]:
    """How many rows per verdict of the plan, or per outcome; every kind named, also at 0."""
    column, kinds = ("outcomes", OUTCOME_BY_LETTER) if outcomes else ("planned", PLANNED_BY_LETTER)
    columns = ", ".join(f"coalesce(sum(length({column}) - length(replace({column}, %s, ''))), 0)" for _ in kinds)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM batch_chunk WHERE batch_id = %s", [*kinds, batch_id])
        return {str(kind): int(number) for kind, number in zip(kinds.values(), cursor.fetchone(), strict=True)}


# A row's place: its number, and where in which chunk it stands.
Place = tuple[int, int, int, int]
_PLACES = """
SELECT r.number, c.lane, c.chunk, r.place
  FROM batch_chunk c, unnest(c.numbers, string_to_array({column}, NULL)) WITH ORDINALITY AS r (number, letter, place)
 WHERE c.batch_id = %s {which} ORDER BY r.number
"""


def places(
    batch_id: int, *, letters: str = "", outcomes: bool, size: int | None = None, offset: int = 0
) -> list[Place]:
    """Where rows stand, in the order of the file: all, or those whose verdict or outcome is one of `letters`."""
    column = "c.outcomes" if outcomes else "c.planned"
    query = _PLACES.format(column=column, which="AND r.letter = ANY (string_to_array(%s, NULL))" if letters else "")
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT %s OFFSET %s", [batch_id, *([letters] if letters else []), size, offset])
        return [(number, lane, chunk, place - 1) for number, lane, chunk, place in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Opened:
    """A row with all that is known of it."""

    sent: Row
    planned: Planned | None
    outcome: Outcome | None
    told: Told | None
    mutation_id: int | None


# The contents of a chunk, its plan, its outcomes, why, and the mutations of its rows.
_Contents = tuple[Rows, str, str, dict[int, Told], list[int]]


def opened(batch: Batch, where: Sequence[Place]) -> Iterator[Opened]:
    """The rows at these places; a page's worth in one question, and never more than some chunks open at a time."""
    if batch.key_sealed is None:
        return
    safe = vault.ChunkVault(vault.opened_key(batch.key_sealed), batch.id)
    needed = list(dict.fromkeys((lane, chunk_number) for _, lane, chunk_number, _ in where))
    together = _contents(batch, safe, needed) if len(needed) <= _KEPT_OPEN else {}

    @lru_cache(_KEPT_OPEN)
    def chunk(lane: int, number: int) -> _Contents:
        place = (lane, number)
        return together[place] if place in together else _contents(batch, safe, [place])[place]

    for number, lane, chunk_number, place in where:
        rows, planned, outcomes, told, mutation_ids = chunk(lane, chunk_number)
        yield Opened(
            rows.row(place),
            PLANNED_BY_LETTER[planned[place]] if planned else None,
            OUTCOME_BY_LETTER[outcomes[place]] if outcomes else None,
            told.get(number),
            (mutation_ids[place] or None) if mutation_ids else None,
        )


def _contents(
    batch: Batch, safe: vault.ChunkVault, wanted: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], _Contents]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lane, chunk, sealed, planned, outcomes, plan_told, outcome_told, mutation_ids FROM batch_chunk"
            " WHERE organisation_id = %s AND batch_id = %s"
            " AND (lane, chunk) IN (SELECT * FROM unnest(%s::smallint[], %s::integer[]))",
            [
                batch.organisation_id, batch.id, ids_array(lane for lane, _ in wanted),
                ids_array(number for _, number in wanted),
            ],
        )  # fmt: skip
        return {
            (lane, number): (
                safe.rows(lane, number, sealed), planned, outcomes,
                _told(safe, "plan", lane, number, plan_told) | _told(safe, "outcome", lane, number, outcome_told),
                mutation_ids,
            )
            for lane, number, sealed, planned, outcomes, plan_told, outcome_told, mutation_ids in cursor.fetchall()
        }  # fmt: skip


def _told(safe: vault.ChunkVault, what: str, lane: int, chunk: int, sealed: bytes | memoryview) -> dict[int, Told]:
    if not sealed:
        return {}
    return safe.open(what, lane, chunk, sealed, dict[int, Told])
