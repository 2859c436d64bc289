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
from .asking import template_for
from .models import Batch
from .sheets.columns import TERMINATE
from .sheets.reading import read_rows
from .sheets.rows import Problem, Rows
from .sheets.shape import looks_like_bsn

# Rows judged and carried out in one transaction; a form waits for one of these at most.
CHUNK = 2500


def take_in(scope: Scope, batch: Batch, path: Path, key: bytes) -> tuple[int, list[Any]]:
    """Read the file and put its rows away in chunks; how many, and what to warn of. Raises FileRefused."""
    reading = read_rows(path, template_for(scope.profile))
    people, own = _People(scope), {contract.number for contract in contracts(scope)}
    packing = _Packing(batch, vault.ChunkVault(key, batch.id))
    for rows in reading:
        about = people.of(rows)
        _refuse_bsns_as_contracts(rows, own)
        packing.add(rows, about)
    packing.finish()
    return packing.count, list(reading.head.warnings)


def _refuse_bsns_as_contracts(rows: Rows, own: set[str]) -> None:
    """The columns have shifted: what is no contract of theirs must not be kept as one."""
    named = rows.column("contract")
    suspect = {contract for contract in set(named) - own if looks_like_bsn(contract)}
    for place in [place for place, contract in enumerate(named) if contract in suspect] if suspect else ():
        rows.object(place, Problem("contract", "bsn_in_wrong_column"))
        rows.set(place, "contract", "")


class _People:
    """Whom rows are about, as blind indexes; empty for nobody we know.

    A reference means whoever has it when the file is read, or whom an earlier row of the file gives it; when that
    are two people it means nobody, and the row says so. Whether that row does give it is known once it is judged:
    the sitting refuses what is about somebody who was not given it.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope, self._keys = scope, bsn_keys(scope)
        self._given: dict[str, bytes] = {}

    def of(self, rows: Rows) -> list[bytes]:
        """One for each row; a row that names two people gets a problem of its own."""
        index = self._keys.blind_index
        people = [index(Bsn(bsn)) if bsn else b"" for bsn in rows.column("bsn")]
        numbers, references = rows.column("relation_number"), rows.column("external_reference")
        nameless = {
            place for place, action in enumerate(rows.actions)
            if action == TERMINATE and references[place] and not people[place] and not numbers[place]
        }  # fmt: skip
        by_number = self._known("relation_number", set(filter(None, numbers)))
        by_reference = self._known("external_reference", {references[place] for place in nameless})
        for place, (action, reference) in enumerate(zip(rows.actions, references, strict=True)):
            if numbers[place]:
                people[place] = self._by_number(rows, place, people[place], by_number.get(numbers[place], set()))
            elif place in nameless:
                people[place] = self._by_reference(rows, place, reference, by_reference.get(reference, set()))
            if reference and people[place] and action != TERMINATE:
                # A row with something wrong gives nothing, and takes nothing from a sound one.
                if place in rows.problems:
                    self._given.setdefault(reference, people[place])
                else:
                    self._given[reference] = people[place]
        return people

    def _by_number(self, rows: Rows, place: int, person: bytes, known: set[bytes]) -> bytes:
        named = next(iter(known), b"")
        if person and named and person != named:
            rows.object(place, Problem("relation_number", "two_people"))
            return b""
        return person or named

    def _by_reference(self, rows: Rows, place: int, reference: str, known: set[bytes]) -> bytes:
        meant = known | ({self._given[reference]} if reference in self._given else set())
        if len(meant) > 1:
            rows.object(place, Problem("external_reference", "reference_ambiguous", {"reference": reference}))
            return b""
        return next(iter(meant), b"")

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


class _Packing:
    """Puts rows into chunks as they come, an open one per lane.

    Who comes back after their chunk was put away is remembered, and added to it at the end.
    """

    def __init__(self, batch: Batch, safe: vault.ChunkVault) -> None:
        self.count = 0
        self._batch, self._safe = batch, safe
        self._open = [Rows() for _ in range(LANES)]
        self._next = [0] * LANES
        # How many rows a lane has in chunks of full size; in which chunk each person is.
        self._placed = [0] * LANES
        self._where: list[dict[bytes, int]] = [{} for _ in range(LANES)]
        self._late: dict[tuple[int, int], Rows] = defaultdict(Rows)

    def add(self, rows: Rows, people: Sequence[bytes]) -> None:
        """Put rows away, each about the person at its place, or nobody."""
        self.count += len(rows)
        rows.people = [person.hex() for person in people]
        lanes = [
            lane_of(person) if person else number % LANES for person, number in zip(people, rows.numbers, strict=True)
        ]
        for lane in range(LANES):
            going, late = self._parted(lane, [place for place, one in enumerate(lanes) if one == lane], people)
            for chunk, places in late.items():
                self._late[lane, chunk].extend(rows.pick(places))
            self._open[lane].extend(rows.pick(going))
            while len(self._open[lane]) >= CHUNK:
                self._put_away(lane)

    def _parted(
        self, lane: int, among: Sequence[int], people: Sequence[bytes]
    ) -> tuple[list[int], dict[int, list[int]]]:
        """The places of those that go into the next chunks; by chunk, of those about who is in an earlier one."""
        where, placed = self._where[lane], self._placed[lane]
        going: list[int] = []
        late: dict[int, list[int]] = defaultdict(list)
        for place in among:
            here = placed // CHUNK
            if (person := people[place]) and (chunk := where.setdefault(person, here)) != here:
                late[chunk].append(place)
            else:
                going.append(place)
                placed += 1
        self._placed[lane] = placed
        return going, late

    def finish(self) -> None:
        """Put away what is still open, then who came back late."""
        for lane in range(LANES):
            if self._open[lane]:
                self._put_away(lane)
        for (lane, chunk), rows in self._late.items():
            chunks.append(self._batch, self._safe, lane, chunk, rows)

    def _put_away(self, lane: int) -> None:
        rows, size = self._open[lane], CHUNK
        chunks.add(self._batch, self._safe, lane, self._next[lane], rows.pick(range(min(size, len(rows)))))
        self._open[lane] = rows.pick(range(size, len(rows)))
        self._next[lane] += 1
