"""Mutations as people look at them: what is open, what is decided, what failed, what became of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from collectief.foundation.names import PersonName
from collectief.participants.queries import names
from collectief.scope.scope import Scope

from .models import Mutation
from .rules import KEPT, OPEN, REVERSE, State

NotFound = Mutation.DoesNotExist


@dataclass(frozen=True, slots=True)
class MutationView:
    """A mutation on a page; `name` is the participant's, or the one asked for when there is none."""

    id: int
    kind: str
    state: str
    code: str
    params: dict[str, Any]
    name: str
    participant_id: int | None
    contract_id: int | None
    asked: dict[str, Any]
    touched: list[dict[str, Any]]
    trail: list[dict[str, Any]]
    effective_day: date | None
    submitted_at: datetime
    decided_at: datetime | None
    account: str
    channel: str
    # What it undoes, for a reversal: the id, and the kind and moment when it did so.
    undoes: int | None = None
    undoes_kind: str | None = None
    undoes_at: datetime | None = None
    # What was asked is no longer kept.
    forgotten: bool = False
    source: str = ""
    # The first of those that it is carried out together with or not at all; None for one by itself.
    group_id: int | None = None

    @property
    def row(self) -> tuple[int, int] | None:
        """Of what came in a file: its batch, and the spreadsheet's own row number."""
        batch, _, number = self.source.partition("/")
        return (int(batch), int(number)) if number else None

    @property
    def open(self) -> bool:
        """Not decided yet."""
        return self.state in OPEN

    def may_withdraw(self, today: date) -> bool:
        """Pending: not decided, or decided and not yet in effect (law 4). What came later may still forbid it."""
        ahead = self.state == State.PROCESSED and self.effective_day is not None and self.effective_day > today
        return self.open or (ahead and self.kind != REVERSE)

    def may_reverse(self, today: date) -> bool:
        """In effect, and so undone by a mutation of its own (X05). What came later may still forbid it."""
        return self.state == State.PROCESSED and self.kind != REVERSE and not self.may_withdraw(today)


def mutation(scope: Scope, mutation_id: int) -> MutationView:
    """One mutation. Raises NotFound for one that is not the scope's."""
    return _views(scope, [_of(scope).get(id=mutation_id)])[0]


def together_with(scope: Scope, mutation_id: int) -> list[MutationView]:
    """A mutation and those that are carried out together with it or not at all, in the order they were asked (G06).

    Raises NotFound for one that is not the scope's.
    """
    asked = _of(scope).get(id=mutation_id)
    if asked.group_id is None:
        return _views(scope, [asked])
    return _views(scope, list(_of(scope).filter(group_id=asked.group_id).order_by("id")))


def of_groups(scope: Scope, group_ids: Collection[int]) -> list[MutationView]:
    """Everyone's mutation of these groups, in the order they were asked."""
    return _views(scope, list(_of(scope).filter(group_id__in=group_ids).order_by("id"))) if group_ids else []


def mutations_of(scope: Scope, participant_id: int) -> list[MutationView]:
    """The history of one participant, latest first."""
    return _views(scope, list(_of(scope).filter(participant_id=participant_id).order_by("-id")[:200]))


def rejected_mutations(scope: Scope, *, now: datetime, page: int = 1, size: int = 25) -> tuple[list[MutationView], int]:
    """What was rejected in the last 30 days, latest first, and how many (U26)."""
    found = _of(scope).filter(state=State.REJECTED, decided_at__gte=now - KEPT)
    return _page(scope, found.order_by("-decided_at", "-id"), page, size)


def open_mutations(scope: Scope, *, page: int = 1, size: int = 25) -> tuple[list[MutationView], int]:
    """What is not decided yet, latest first, and how many: all of it can still be withdrawn (law 4)."""
    return _page(scope, _of(scope).filter(state__in=OPEN).order_by("-id"), page, size)


# Asked for every list, and so written out; the states stand in it for the index of what is open.
_NEWCOMERS = (
    "SELECT count(*) FROM mutation WHERE organisation_id = %s AND participant_id IS NULL"
    f" AND state IN ({', '.join(repr(str(state)) for state in OPEN)})"
)
# Both contracts of it within reach; what names none that there is, is its sender's (G13). None waits for two.
_REACHED = " AND (TRUE{reach} OR contract_id IS NULL AND account_id = %s)"


def waiting_newcomers(scope: Scope) -> int:
    """How many people were applied for and stand in no list yet, because the BRP did not answer."""
    query, given = _NEWCOMERS, [scope.organisation_id]
    if scope.contracts is not None:
        reach = scope.within_reach("contract_id")
        query, given = query + _REACHED.format(reach=reach), [*given, scope.account_id]
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return int(cursor.fetchone()[0])


def latest(scope: Scope, state: State, *, count: int = 5) -> list[MutationView]:
    """The last mutations that came to `state` (U03)."""
    return _views(scope, list(_of(scope).filter(state=state).order_by("-id")[:count]))


def _of(scope: Scope) -> QuerySet[Mutation]:
    found = Mutation.objects.filter(organisation_id=scope.organisation_id).select_related("reverses")
    if scope.contracts is None:
        return found
    both = Q(contract_id__in=scope.contracts) & (
        Q(also_contract_id__isnull=True) | Q(also_contract_id__in=scope.contracts)
    )
    return found.filter(both | Q(contract_id__isnull=True, account_id=scope.account_id))


def _page(scope: Scope, found: QuerySet[Mutation], page: int, size: int) -> tuple[list[MutationView], int]:
    return _views(scope, list(found[(page - 1) * size : page * size])), found.count()


def _views(scope: Scope, found: list[Mutation]) -> list[MutationView]:
    known = names(scope, [row.participant_id for row in found if row.participant_id])
    return [
        MutationView(
            row.id, row.kind, row.state, row.code, row.params, str(_name(row, known)), row.participant_id,
            row.contract_id, row.asked, row.touched, row.trail, row.effective_day, row.submitted_at, row.decided_at,
            row.account, row.channel, *_undone(row), row.forgotten, row.source, row.group_id,
        )
        for row in found
    ]  # fmt: skip


def _undone(row: Mutation) -> tuple[int | None, str | None, datetime | None]:
    """What a reversal undoes; one that was refused names it only in what was asked."""
    undone = row.reverses
    return (undone.id, undone.kind, undone.submitted_at) if undone else (row.asked.get("reverses"), None, None)


def _name(row: Mutation, known: dict[int, PersonName]) -> PersonName | str:
    if row.participant_id in known:
        return known[row.participant_id]
    asked = row.asked.get("name")
    return PersonName(*asked) if asked else row.asked.get("relation_number") or row.asked.get("reference") or "–"
