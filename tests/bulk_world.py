"""Uploads for tests: files with people the BRP simulator's population knows, and a register that can fall silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from collectief.bulk import actions, inline, queries
from collectief.bulk.models import Batch
from collectief.demo.files import write_demo_file, write_rows
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import dutch
from collectief.gateways.brp.inhabitants import inhabitant
from collectief.gateways.brp.port import LookUp, RegisteredPerson
from collectief.scope.database import opened
from collectief.scope.scope import Scope


def first_of(months: int) -> date:
    """The first day of the month so many months from this one."""
    today = timezone.localdate()
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, 1)


# A file is judged by the clock, so its days lie near the day on which it is.
FIRST_DAY = first_of(0)
MONTH_END, NEXT_MONTH_END = first_of(1) - timedelta(days=1), first_of(2) - timedelta(days=1)
# Cells that end a participation with this month.
LEAVE = {"action": "Afmelden", "last_day": dutch(MONTH_END), "reason": "Einde dienstverband"}


@dataclass
class Register:
    """Answers as the simulator would, without the line between; counts what it was asked."""

    silent: bool = False
    asked: list[Bsn] = field(default_factory=list)
    # Whom it does not know yet.
    absent: set[Bsn] = field(default_factory=set)

    def look_up(self, bsns: Sequence[Bsn]) -> LookUp:
        if self.silent:
            return LookUp({}, frozenset(), tuple(bsns))
        self.asked.extend(bsns)
        known = {bsn: inhabitant(bsn) for bsn in bsns if bsn.digits.startswith("9") and bsn not in self.absent}
        found = {bsn: RegisteredPerson(bsn, one.name, one.birth_date, one.deceased) for bsn, one in known.items()}
        return LookUp(found, frozenset(set(bsns) - set(found)), ())


def demo_file(folder: Path, contract: str, *, rows: int, bad: int = 0, seed: int = 1, name: str = "file.xlsx") -> Path:
    """A file in `folder` with `rows` rows for a contract."""
    path = folder / name
    write_demo_file(path, rows=rows, seed=seed, bad=bad, contract=contract, first_day=FIRST_DAY)
    return path


def row_of(bsn: Bsn, contract: str, **more: str) -> dict[str, str]:
    """The cells that enrol somebody the register knows; `more` says what is otherwise."""
    someone = inhabitant(bsn)
    return {
        "action": "Aanmelden", "contract": contract, "bsn": bsn.digits, "initials": someone.name.initials,
        "prefix": someone.name.prefix, "surname": someone.name.surname, "birth_date": someone.birth_date.dutch,
        "first_day": dutch(FIRST_DAY), **more,
    }  # fmt: skip


def file_of(folder: Path, *rows: Mapping[str, str], name: str = "file.xlsx") -> Path:
    """A filled-in template with these rows: the text of the cells by column."""
    path = folder / name
    write_rows(path, rows)
    return path


def received(scope: Scope, path: Path) -> Batch:
    """The file, taken in."""
    with opened(scope), path.open("rb") as stream:
        return actions.receive(scope, stream, file_name=path.name, file_size=path.stat().st_size)


def planned(scope: Scope, path: Path) -> Batch:
    """The file, taken in and planned."""
    batch = received(scope, path)
    inline.plan(scope, batch.id)
    return again(scope, batch)


def done(scope: Scope, path: Path) -> Batch:
    """The file, planned and its good rows carried out."""
    batch = planned(scope, path)
    inline.carry_out(scope, batch.id)
    return again(scope, batch)


def again(scope: Scope, batch: Batch) -> Batch:
    """The batch as it is now."""
    with opened(scope):
        return queries.batch(scope, batch.id)
