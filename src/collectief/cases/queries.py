"""The queue as staff see it: their own insurer's, what waits and what was decided (K01)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Case
from .rules import About, is_late, registry, workdays_left


class NoCase(LookupError):
    """The insurer has no case with that number."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case in a list."""

    id: int
    kind: str
    subject: str
    title: str
    opened_at: datetime
    due_on: date
    late: bool
    # Working days until the promised day; below 0 when it has gone by.
    days: int
    taken_by_id: int | None
    taken_by: str
    taken_at: datetime | None
    decision: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote down."""

    at: datetime
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything about one case."""

    view: CaseView
    about: About
    reason: str
    opened_by_id: int | None
    notes: tuple[Note, ...]
    # Notes and reason are no longer kept.
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits: in all, beyond its day, with oneself, and by kind."""

    waiting: int = 0
    late: int = 0
    mine: int = 0
    by_kind: tuple[tuple[str, int], ...] = ()


def open_cases(insurer_id: int, *, today: date, kind: str = "") -> list[CaseView]:
    """What waits for a decision, what is due first on top. Must run inside `office` of the insurer."""
    found = Case.objects.filter(insurer_id=insurer_id, decision="").order_by("due_on", "id")
    return _views(insurer_id, found.filter(kind=kind) if kind else found, today)


def waiting(
    scope: Scope, *, today: date, kind: str = "", mine: bool = False, page: int = 1, size: int = 25
) -> tuple[list[CaseView], int]:
    """A page of what waits, what is due first on top, and how many there are. Raises NotAllowed."""
    scope.require(Permission.JUDGE_CASES)
    with office(scope.insurer_id):
        found = Case.objects.filter(insurer_id=scope.insurer_id, decision="").order_by("due_on", "id")
        if kind:
            found = found.filter(kind=kind)
        if mine:
            found = found.filter(taken_by_id=scope.account_id)
        return _views(scope.insurer_id, found[(page - 1) * size : page * size], today), found.count()


def decided(scope: Scope, *, today: date, page: int = 1, size: int = 25) -> tuple[list[CaseView], int]:
    """A page of what was decided, the last first, and how many there are. Raises NotAllowed."""
    scope.require(Permission.JUDGE_CASES)
    with office(scope.insurer_id):
        found = Case.objects.filter(insurer_id=scope.insurer_id).exclude(decision="").order_by("-decided_at", "-id")
        return _views(scope.insurer_id, found[(page - 1) * size : page * size], today), found.count()


def counts(scope: Scope, *, today: date) -> Counts:
    """How much waits. Raises NotAllowed."""
    scope.require(Permission.JUDGE_CASES)
    with office(scope.insurer_id):
        found = Case.objects.filter(insurer_id=scope.insurer_id, decision="").values("kind")
        rows = list(
            found.annotate(
                waiting=Count("id"),
                late=Count("id", filter=Q(due_on__lt=today)),
                mine=Count("id", filter=Q(taken_by_id=scope.account_id)),
            ).order_by("kind")
        )
    return Counts(
        sum(row["waiting"] for row in rows),
        sum(row["late"] for row in rows),
        sum(row["mine"] for row in rows),
        tuple((row["kind"], row["waiting"]) for row in rows),
    )


def case(scope: Scope, case_id: int, *, today: date) -> CaseFile:
    """One case with everything about it. Raises NotAllowed, NoCase."""
    scope.require(Permission.JUDGE_CASES)
    with office(scope.insurer_id):
        found = Case.objects.filter(insurer_id=scope.insurer_id, id=case_id).first()
        if found is not None:
            [view] = _views(scope.insurer_id, [found], today)
            about = registry.kind(found.kind).about(scope.insurer_id, found.subject)
            notes = tuple(Note(one.at, one.name, one.text) for one in found.notes.order_by("id"))
    if found is None:
        raise NoCase(case_id)
    return CaseFile(view, about, found.reason, found.opened_by_id, notes, found.forgotten)


def _views(insurer_id: int, cases: Iterable[Case], today: date) -> list[CaseView]:
    listed = list(cases)
    titles = _titles(insurer_id, listed)
    return [
        CaseView(
            one.id, one.kind, one.subject, titles.get((one.kind, one.subject), one.subject), one.opened_at, one.due_on,
            is_late(one.due_on, today), workdays_left(one.due_on, today), one.taken_by_id, one.taken_by,
            one.taken_at, one.decision, one.decided_by, one.decided_at,
        )
        for one in listed
    ]  # fmt: skip


def _titles(insurer_id: int, cases: Sequence[Case]) -> dict[tuple[str, str], str]:
    """One question per kind, however many cases there are."""
    subjects: dict[str, list[str]] = defaultdict(list)
    for one in cases:
        subjects[one.kind].append(one.subject)
    return {
        (kind, subject): title
        for kind, some in subjects.items()
        for subject, title in registry.kind(kind).titles(insurer_id, some).items()
    }
