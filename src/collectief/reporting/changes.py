"""What changed in a list since it was fixed (U23): who is on it otherwise now, was on it, or was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from collectief.foundation.names import PersonName
from collectief.scope.scope import Scope

from .flow_lists import FIXED_LINE, LINE_NOW, Asked, given_for
from .rules import Movement, Span

# Beside what was fixed, what ends after the month had no end yet.
_SAME_EYES = (
    "SELECT participant_id, first_day, came, gone, CASE WHEN end_day <= %(until)s THEN end_day ELSE 'infinity' END"
    " AS end_day FROM ({line}) line {which}"
)
_CHANGES = f"""
WITH was AS ({_SAME_EYES.format(line=FIXED_LINE, which="{which}")}),
     live AS ({_SAME_EYES.format(line=LINE_NOW, which="{which}")})
SELECT p.id, p.initials, p.prefix, p.surname, p.relation_number, p.birth_date, p.external_reference, first_day,
       nullif(was.end_day, 'infinity') - 1, was.came, was.gone,
       nullif(live.end_day, 'infinity') - 1, live.came, live.gone{{total}}
  FROM was FULL JOIN live USING (participant_id, first_day) JOIN participant p ON p.id = participant_id
 WHERE (was.end_day, was.came, was.gone) IS DISTINCT FROM (live.end_day, live.came, live.gone)
 ORDER BY p.sort_key, p.id, first_day {{part}}
"""
_PART = {"total": ", count(*) OVER ()", "part": "LIMIT %(size)s OFFSET %(offset)s"}
_WHOLE = {"total": "", "part": ""}
# Rows fetched at once of a list that is downloaded.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Said:
    """What a list says of somebody: their last day, if it had come, and what moved."""

    last_day: date | None
    movement: Movement


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody of whom the list now says something else than when it was fixed; None where it says nothing."""

    participant_id: int
    name: PersonName
    relation_number: str
    birth_date: str
    external_reference: str
    first_day: date
    was: Said | None
    now: Said | None


def changed(scope: Scope, asked: Asked, *, page: int, size: int) -> tuple[list[Changed], int]:
    """A page of what changed since `asked.fixed`, by name, and how many lines there are in all; none beyond the end.

    Must run inside `opened`. Raises NotAllowed.
    """
    given = _given(scope, asked) | {"size": size, "offset": (page - 1) * size}
    with connection.cursor() as cursor:
        cursor.execute(_asking(asked, _PART), given)
        rows = cursor.fetchall()
    return [_changed(row[:-1]) for row in rows], rows[0][-1] if rows else 0


def changed_lines(scope: Scope, asked: Asked) -> Iterator[Changed]:
    """Everything that changed, by name, some at a time. Must run inside `opened` until the last is read.

    Raises NotAllowed.
    """
    given = _given(scope, asked)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_asking(asked, _WHOLE), given)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from map(_changed, rows)


def _given(scope: Scope, asked: Asked) -> dict[str, Any]:
    assert asked.fixed is not None
    until = Span.month(asked.fixed).end
    return given_for(scope, asked, until) | {"until": until}


def _asking(asked: Asked, part: Mapping[str, str]) -> str:
    return _CHANGES.format(which="" if asked.everyone else "WHERE came OR gone", **part)


def _changed(row: Sequence[Any]) -> Changed:
    id_, initials, prefix, surname, number, born, reference, first_day, *said = row
    was, now = (_said(*said[place : place + 3]) for place in (0, 3))
    return Changed(id_, PersonName(initials, prefix, surname), number, born, reference, first_day, was, now)


def _said(last_day: date | None, came: bool | None, left: bool | None) -> Said | None:
    return None if came is None or left is None else Said(last_day, Movement.of(came, left))
