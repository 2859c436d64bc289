"""Batches as people see them: the list of files, one plan, one result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from collectief.scope.scope import Scope

from . import vault
from .applications import Sent
from .models import Batch
from .rules import BUSY, State

# Under one name, so that pages need not know tables.
NotFound = Batch.DoesNotExist


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a plan or result; what was sent is None once its 30 days are over."""

    number: int
    kind: str
    planned: str
    outcome: str
    code: str
    params: dict[str, Any]
    mutation_id: int | None
    sent: Sent | None

    @property
    def problems(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(column, code, params) of everything that is wrong; the column is empty for a judgement."""
        if self.code == "problems":
            return [(column, code, params) for column, code, params in self.params["problems"]]
        return [("", self.code, self.params)] if self.code else []

    @property
    def who(self) -> str:
        """The name in the row, or the number it names somebody by; never a BSN."""
        if self.sent is None:
            return ""
        values = self.sent.values
        name = " ".join(filter(None, (values.get(key) for key in ("initials", "prefix", "surname"))))
        return name or values.get("relation_number", "") or values.get("external_reference", "")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a busy batch is: rows done of rows in all."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


def batches(scope: Scope, *, page: int = 1, size: int = 25) -> tuple[list[Batch], int]:
    """The organisation's files, latest first, and how many there are."""
    found = Batch.objects.filter(organisation_id=scope.organisation_id).order_by("-id")
    return list(found[(page - 1) * size : page * size]), found.count()


def batch(scope: Scope, batch_id: int) -> Batch:
    """One file. Raises Batch.DoesNotExist for one that is not the scope's."""
    return Batch.objects.get(organisation_id=scope.organisation_id, id=batch_id)


def progress(found: Batch) -> Progress | None:
    """How far the present step is; None when nothing is being done."""
    if found.state not in BUSY:
        return None
    if found.state == State.RECEIVED:
        return Progress(0, 0)
    column = "planned" if found.state == State.PLANNING else "outcome"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM batch_row WHERE batch_id = %s AND {column} <> ''", [found.id])
        return Progress(cursor.fetchone()[0], found.rows)


def page_of_rows(found: Batch, *, which: str = "", page: int = 1, size: int = 50) -> tuple[list[RowView], int]:
    """Rows in the order of the file, of one verdict or outcome when `which` says so, and how many there are."""
    column = "outcome" if found.state in (State.DONE, State.CANCELLED) else "planned"
    condition = f"AND {column} = %(which)s" if which else ""
    given: dict[str, int | str] = {"batch": found.id, "which": which, "size": size, "offset": (page - 1) * size}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM batch_row WHERE batch_id = %(batch)s {condition}", given)
        total = cursor.fetchone()[0]
        cursor.execute(f"{_SELECT} {condition} ORDER BY number LIMIT %(size)s OFFSET %(offset)s", given)
        return [_view(found, row) for row in cursor.fetchall()], total


def bad_rows(found: Batch) -> Iterator[RowView]:
    """Every rejected or changed row, in the order of the file, a thousand at a time."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{_SELECT} AND (planned = 'rejected' OR outcome IN ('rejected', 'changed_since'))"
                " AND number > %(last)s ORDER BY number LIMIT 1000",
                {"batch": found.id, "last": last},
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for row in rows:
            yield _view(found, row)
        last = rows[-1][0]


_SELECT = (
    "SELECT number, kind, planned, outcome, code, params, mutation_id, sealed FROM batch_row WHERE batch_id = %(batch)s"
)


def _view(found: Batch, row: tuple[Any, ...]) -> RowView:
    number, kind, planned, outcome, code, params, mutation_id, sealed = row
    sent = None
    if found.key_sealed is not None:
        safe = vault.RowVault(vault.opened_key(found.key_sealed), found.id)
        sent = Sent(number, *safe.open(number, bytes(sealed)))
    held = json.loads(params) if isinstance(params, str) else params
    return RowView(number, kind, planned, outcome, code, held, mutation_id, sent)
