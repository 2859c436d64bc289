"""Taking a file of the core over: every line judged, the good ones carried out, the same file twice nothing (U25).

Some thousands of lines are one transaction, with what the file's row says of them: broken off anywhere, the same file
again does the rest and changes nothing twice.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.contracts.models import Insurer, Organisation
from collectief.foundation.money import Money
from collectief.scope.database import housekeeping, office
from collectief.scope.staging import stage
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability

from .models import DeductibleImport
from .reading import digest_of, rows
from .rules import Known, Line, Outcome, Problem, Use, judge, read_line

_AT_ONCE = 5_000
# Of so many wrong lines the file's row says which and why; of all of them how many.
MOST_KEPT = 500

_FACTS = """
SELECT g.number, p.id, p.organisation_id,
       EXISTS (SELECT FROM participation s JOIN policy_term t ON t.participation_id = s.id
                WHERE s.participant_id = p.id AND t.period && daterange(make_date(g.year, 1, 1),
                                                                         make_date(g.year + 1, 1, 1))),
       u.deductible, u.used, u.as_of
  FROM pg_temp.deductible_line g JOIN participant p ON p.insurer_id = %s AND p.relation_number = g.relation_number
  LEFT JOIN deductible_use u ON u.participant_id = p.id AND u.year = g.year
"""
# What another file says at the same moment of a later day stays.
_WRITE = """
INSERT INTO deductible_use (insurer_id, organisation_id, participant_id, year, deductible, used, as_of)
SELECT %s, organisation_id, participant_id, year, deductible, used, as_of FROM pg_temp.deductible_accepted
    ON CONFLICT (participant_id, year) DO UPDATE
   SET deductible = excluded.deductible, used = excluded.used, as_of = excluded.as_of
 WHERE deductible_use.as_of <= excluded.as_of
"""


@dataclass(slots=True)
class Report:
    """What became of a file's lines: each has one outcome. `problems` are the wrong ones, by line."""

    import_id: int | None
    lines: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, list[Problem]]] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return len(self.problems)

    def as_json(self) -> dict[str, Any]:
        """For a program: how many lines came to what, and every wrong one with its codes."""
        counts = {str(one): self.outcomes[one] for one in Outcome}
        problems = [{"line": number, "codes": list(map(str, codes))} for number, codes in self.problems]
        return {"import": self.import_id, "lines": self.lines, **counts, "refused": self.refused, "problems": problems}


@dataclass(frozen=True, slots=True)
class _Task:
    """Whose file it is, who brought it and when."""

    insurer: Insurer
    by: str
    now: datetime
    # The organisations whose segment shows what is used.
    shown: frozenset[int]
    import_id: int | None


def import_file(insurer: str, path: Path, *, by: str, now: datetime, dry_run: bool = False) -> Report:
    """Take a file over; with `dry_run` nothing is changed, and the report says what would be.

    Raises LookupError for an insurer that is not there, and FileRefused when the file goes no further.
    """
    with office():
        found = Insurer.objects.filter(slug=insurer).first()
        if found is None:
            raise LookupError(insurer)
        segments = [slug for slug, profile in PROFILES.items() if profile.allows(Capability.DEDUCTIBLE_USE)]
        own = Organisation.objects.filter(insurer=found, segment__in=segments)
        shown = frozenset(own.values_list("id", flat=True))
    # What is wrong with the file as a whole is known before anything is written down.
    read = rows(path)
    first = next(read, None)
    task = _Task(found, by, now, shown, None if dry_run else _begun(found.id, path, by, now))
    report = Report(task.import_id)
    seen: set[str] = set()
    for some in batched(_all(first, read), _AT_ONCE, strict=False):
        _take(task, report, _judged_by_shape(some, report, seen, timezone.localdate(now)))
    _finish(task)
    return report


def _all(
    first: tuple[int, list[str] | Problem] | None, rest: Iterator[tuple[int, list[str] | Problem]]
) -> Iterator[tuple[int, list[str] | Problem]]:
    if first is not None:
        yield first
        yield from rest


def _judged_by_shape(
    some: Iterable[tuple[int, list[str] | Problem]], report: Report, seen: set[str], today: date
) -> list[Line]:
    """The lines that can be read, once for each person and year; what is wrong with the others is in the report."""
    lines = []
    for number, cells in some:
        report.lines += 1
        line = [cells] if isinstance(cells, Problem) else read_line(number, cells, today=today)
        if isinstance(line, list):
            report.problems.append((number, line))
            continue
        key = f"{line.relation_number}/{line.use.year}"
        if key in seen:
            report.problems.append((number, [Problem.TWICE]))
            continue
        seen.add(key)
        lines.append(line)
    return lines


@transaction.atomic
def _take(task: _Task, report: Report, lines: list[Line]) -> None:
    """Judge some lines by what is known, and carry the good ones out, in one transaction."""
    changed = array("q")
    with housekeeping():
        known = _known(task, lines)
        accepted = []
        for line in lines:
            facts = known.get(line.number)
            outcome = judge(line, facts)
            if isinstance(outcome, Problem):
                report.problems.append((line.number, [outcome]))
                continue
            report.outcomes[outcome] += 1
            if facts is not None and outcome is not Outcome.UNCHANGED:
                accepted.append((facts, line.use))
                changed.append(facts.participant_id)
        report.problems.sort(key=lambda one: one[0])
        if task.import_id is None:
            return
        _write(task.insurer.id, accepted)
        DeductibleImport.objects.filter(id=task.import_id).update(
            lines=report.lines, refused=report.refused,
            problems=[[number, list(map(str, codes))] for number, codes in report.problems[:MOST_KEPT]],
            **{str(one): report.outcomes[one] for one in Outcome},
        )  # fmt: skip
    if changed:
        audit.record_operator(
            task.insurer.id, task.insurer.name, task.by, "deductible.import", participants=changed,
            objects={"deductible_import": [task.import_id]}, roles=("operator",), purpose=audit.PURPOSE,
            detail={"lines": len(lines)},
        )  # fmt: skip


def _known(task: _Task, lines: list[Line]) -> dict[int, Known]:
    """What is known of whom each line is about, in one question."""
    columns = {"number": "bigint", "relation_number": "text", "year": "integer"}
    stage("deductible_line", columns, ((one.number, one.relation_number, one.use.year) for one in lines))
    years = {one.number: one.use.year for one in lines}
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [task.insurer.id])
        return {
            number: Known(
                participant_id, organisation_id, organisation_id in task.shown, insured,
                Use(years[number], Money(most), Money(used), as_of) if as_of else None,
            )
            for number, participant_id, organisation_id, insured, most, used, as_of in cursor.fetchall()
        }  # fmt: skip


def _write(insurer_id: int, accepted: list[tuple[Known, Use]]) -> None:
    columns = {
        "organisation_id": "bigint", "participant_id": "bigint", "year": "integer", "deductible": "integer",
        "used": "integer", "as_of": "date",
    }  # fmt: skip
    # In one order, so that two files at the same moment do not wait for each other in a circle.
    ordered = sorted(accepted, key=lambda one: (one[0].participant_id, one[1].year))
    stage(
        "deductible_accepted", columns,
        (
            (facts.organisation_id, facts.participant_id, use.year, use.deductible.cents, use.used.cents, use.as_of)
            for facts, use in ordered
        ),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [insurer_id])


def _begun(insurer_id: int, path: Path, by: str, now: datetime) -> int:
    with housekeeping():
        made = DeductibleImport.objects.create(insurer_id=insurer_id, by=by, digest=digest_of(path), started_at=now)
    return made.id


@transaction.atomic
def _finish(task: _Task) -> None:
    if task.import_id is None:
        return
    with housekeeping():
        row = DeductibleImport.objects.get(id=task.import_id)
        row.finished_at = timezone.now()
        row.save(update_fields=["finished_at"])
    counts = {name: getattr(row, name) for name in ("lines", "new", "changed", "unchanged", "refused")}
    audit.record_operator(
        task.insurer.id, task.insurer.name, task.by, "deductible.import_done",
        objects={"deductible_import": [row.id]}, roles=("operator",), purpose=audit.PURPOSE, detail=counts,
    )  # fmt: skip
