"""Taking a file in: whom each row is about, and all rows of a person in one chunk, in the order of the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from collectief.contracts.queries import contracts
from collectief.foundation.bsn import Bsn
from collectief.mutations.corridor import LANES, lane_of
from collectief.participants.keys import bsn_keys
from collectief.scope.scope import Scope

from . import chunks, vault
from .models import Batch
from .sheets.columns import template_for
from .sheets.reading import read_rows
from .sheets.shape import Problem, Row, looks_like_bsn

# Rows judged and carried out in one transaction; a form waits for one of these at most.
CHUNK = 2500


def take_in(scope: Scope, batch: Batch, path: Path, key: bytes) -> tuple[int, list[Any]]:
    """Read the file and put its rows away in chunks; how many, and what to warn of. Raises FileRefused."""
    reading = read_rows(path, template_for(scope.profile))
    people, own = _People(scope), {contract.number for contract in contracts(scope)}
    packing = _Packing(batch, vault.ChunkVault(key, batch.id))
    for rows in reading:
        for row, person in zip(rows, people.of(rows), strict=True):
            contract = row.values.get("contract")
            if contract and contract not in own and looks_like_bsn(contract):
                # The columns have shifted: what is no contract of theirs must not be kept as one.
                _object(row, Problem("contract", "bsn_in_wrong_column"))
                row.values.pop("contract")
            packing.add(row, person)
    packing.finish()
    return packing.count, list(reading.head.warnings)


class _People:
    """Whom rows are about, as blind indexes; empty for nobody we know.

    A reference means whoever has it when the file is read, or whom an earlier row of the file gives it; when that
    are two people it means nobody, and the row says so.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope, self._keys = scope, bsn_keys(scope)
        self._given: dict[str, bytes] = {}

    def of(self, rows: Sequence[Row]) -> list[bytes]:
        """One for each row; a row that names two people gets a problem of its own."""
        numbers = {row.values["relation_number"] for row in rows if "relation_number" in row.values}
        references = {row.values["external_reference"] for row in rows if _by_reference(row)}
        by_number = self._known("relation_number", numbers)
        by_reference = self._known("external_reference", references)
        return [self._person(row, by_number, by_reference) for row in rows]

    def _person(self, row: Row, by_number: dict[str, set[bytes]], by_reference: dict[str, set[bytes]]) -> bytes:
        values = row.values
        person = b""
        if bsn := values.get("bsn"):
            person = self._keys.blind_index(Bsn(bsn))
        if number := values.get("relation_number"):
            named = next(iter(by_number.get(number, ())), b"")
            if person and named and person != named:
                _object(row, Problem("relation_number", "two_people"))
                return b""
            person = person or named
        elif not person and _by_reference(row):
            reference = values["external_reference"]
            meant = by_reference.get(reference, set()) | (
                {self._given[reference]} if reference in self._given else set()
            )
            if len(meant) > 1:
                _object(row, Problem("external_reference", "reference_ambiguous", {"reference": reference}))
                return b""
            person = next(iter(meant), b"")
        if person and row.action != "terminate" and (gives := values.get("external_reference")):
            self._given[gives] = person
        return person

    def _known(self, column: str, wanted: Iterable[str]) -> dict[str, set[bytes]]:
        """The organisation's own participants by that column."""
        found: dict[str, set[bytes]] = defaultdict(set)
        keys = list(wanted)
        if keys:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {column}, bsn_index FROM participant WHERE insurer_id = %s AND organisation_id = %s"
                    f" AND {column} = ANY (%s::text[])",
                    [self._scope.insurer_id, self._scope.organisation_id, keys],
                )
                for key, index in cursor.fetchall():
                    found[key].add(bytes(index))
        return found


def _by_reference(row: Row) -> bool:
    """Whether a reference is all that says whom the row is about."""
    values = row.values
    return (
        row.action == "terminate"
        and "external_reference" in values
        and "bsn" not in values
        and "relation_number" not in values
    )


def _object(row: Row, problem: Problem) -> None:
    row.problems.append(problem)


class _Packing:
    """Puts rows into chunks as they come, an open one per lane.

    Who comes back after their chunk was put away is remembered, and added to it at the end.
    """

    def __init__(self, batch: Batch, safe: vault.ChunkVault) -> None:
        self.count = 0
        self._batch, self._safe = batch, safe
        self._open: list[list[list[Any]]] = [[] for _ in range(LANES)]
        self._number = [0] * LANES
        self._where: list[dict[bytes, int]] = [{} for _ in range(LANES)]
        self._late: dict[tuple[int, int], list[list[Any]]] = defaultdict(list)

    def add(self, row: Row, person: bytes) -> None:
        self.count += 1
        lane = lane_of(person) if person else row.number % LANES
        problems = [[one.column, one.code, dict(one.params)] for one in row.problems] if row.problems else []
        line = [row.number, row.action, row.values, problems, row.raw, person.hex()]
        here = self._number[lane]
        if person:
            chunk = self._where[lane].setdefault(person, here)
            if chunk != here:
                self._late[lane, chunk].append(line)
                return
        self._open[lane].append(line)
        if len(self._open[lane]) >= CHUNK:
            self._put_away(lane)

    def finish(self) -> None:
        """Put away what is still open, then who came back late."""
        for lane in range(LANES):
            if self._open[lane]:
                self._put_away(lane)
        for (lane, chunk), lines in self._late.items():
            chunks.append(self._batch, self._safe, lane, chunk, lines)

    def _put_away(self, lane: int) -> None:
        chunks.add(self._batch, self._safe, lane, self._number[lane], self._open[lane])
        self._open[lane] = []
        self._number[lane] += 1
