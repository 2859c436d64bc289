"""Batches as people see them: the list of files, one plan, one result."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.scope.scope import Scope

from . import chunks
from .applications import without_bsns
from .models import Batch
from .rules import BUSY, PROBLEMS, Outcome, Planned, State, problems_of
from .sheets.rows import Row

# Under one name, so that pages need not know tables.
NotFound = Batch.DoesNotExist


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a plan or result."""

    number: int
    kind: str
    planned: str
    outcome: str
    code: str
    params: dict[str, Any]
    mutation_id: int | None
    sent: Row

    @property
    def problems(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(column, code, params) of everything that is wrong; the column is empty for what is about the whole row."""
        if self.code == PROBLEMS:
            return [(one.column, one.code, dict(one.params)) for one in self.sent.problems]
        return problems_of(self.code, self.params)

    @property
    def person(self) -> bytes:
        """The blind index of whom the row is about; empty when it names nobody we know."""
        return bytes.fromhex(self.sent.person)

    @property
    def values(self) -> dict[str, str]:
        """What is filled in; never a BSN, in whatever column it stands (U19)."""
        return without_bsns(self.sent)

    @property
    def name(self) -> PersonName | None:
        """The name in the row, as far as it is filled in."""
        values = self.values
        name = PersonName(*(values.get(key, "") for key in ("initials", "prefix", "surname")))
        return name if str(name) else None

    @property
    def birth_date(self) -> BirthDate | None:
        """The birth date in the row."""
        born = self.sent.values.get("birth_date")
        return BirthDate.parse(born) if born else None

    @property
    def last_day(self) -> date | None:
        """The last day in the row."""
        last_day = self.sent.values.get("last_day")
        return date.fromisoformat(last_day) if last_day else None


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
    found = _own(scope).order_by("-id")
    return list(found[(page - 1) * size : page * size]), found.count()


def batch(scope: Scope, batch_id: int) -> Batch:
    """One file. Raises Batch.DoesNotExist for one that is not the scope's."""
    return _own(scope).get(id=batch_id)


def file_names(scope: Scope, batch_ids: Collection[int]) -> dict[int, str]:
    """The names of those of these files that are the scope's, in one query."""
    return dict(_own(scope).filter(id__in=list(batch_ids)).values_list("id", "file_name"))


def is_seen(scope: Scope, batch_id: int) -> bool:
    """Whether it is one of the scope's."""
    return _own(scope).filter(id=batch_id).exists()


def _own(scope: Scope) -> QuerySet[Batch]:
    """The organisation's files; for who works in some contracts those whose sender reached no other (G13)."""
    found = Batch.objects.filter(organisation_id=scope.organisation_id)
    return found if scope.contracts is None else found.filter(contracts__contained_by=sorted(scope.contracts))


def is_sender(scope: Scope, found: Batch) -> bool:
    """Whether it is the scope's own account that sent the file: to nobody else goes back what is in it (U19)."""
    return found.account_id == scope.account_id


def progress(found: Batch) -> Progress | None:
    """How far the present step is; None when nothing is being done."""
    if found.state not in BUSY:
        return None
    if found.state == State.RECEIVED:
        return Progress(0, 0)
    return Progress(chunks.done(found.id, unplanned=found.state == State.PLANNING), found.rows)


def page_of_rows(found: Batch, *, which: str = "", page: int = 1, size: int = 50) -> tuple[list[RowView], int]:
    """Rows in the order of the file, of one verdict or outcome when `which` says so, and how many there are."""
    if found.key_sealed is None:
        return [], 0
    ended = found.state in (State.DONE, State.CANCELLED, State.STOPPED)
    numbers = found.outcome_counts if ended else found.planned_counts
    total = int(numbers.get(which, 0)) if which else sum(map(int, numbers.values()))
    letters = (Outcome(which) if ended else Planned(which)).letter if which else ""
    where = chunks.places(found.id, letters=letters, outcomes=ended, size=size, offset=(page - 1) * size)
    return [_view(row) for row in chunks.opened(found, where)], total


def bad_rows(found: Batch) -> Iterator[RowView]:
    """Every rejected or changed row, in the order of the file."""
    where: Sequence[chunks.Place]
    if found.state in (State.DONE, State.STOPPED):
        where = chunks.places(found.id, letters=Outcome.REJECTED.letter + Outcome.CHANGED_SINCE.letter, outcomes=True)
    else:
        where = chunks.places(found.id, letters=Planned.REJECTED.letter, outcomes=False)
    for row in chunks.opened(found, where):
        yield _view(row)


def _view(row: chunks.Opened) -> RowView:
    code, params = row.told if row.told else ("", {})
    return RowView(
        row.sent.number, row.sent.action, row.planned or "", row.outcome or "", code, dict(params), row.mutation_id,
        row.sent,
    )  # fmt: skip
