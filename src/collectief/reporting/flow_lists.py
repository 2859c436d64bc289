"""In- en uitstroomlijsten: who came to a contract and left it in a month or a year, and who took part (U23, G08)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from collectief.contracts.queries import ContractView
from collectief.foundation.names import PersonName
from collectief.foundation.period import ONE_DAY
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Field, Permission

from .models import FixedMonth
from .rules import Movement, Span
from .wholes import ONE_CONTRACT, WHOLE

# Rows fetched at once of a list that is downloaded.
_AT_ONCE = 1_000

_NOW = WHOLE.format(own=ONE_CONTRACT, also=", sort_key")
# As a run fixed it with a month (reporting.fixing).
_FIXED = f"""
SELECT f.organisation_id, f.contract_id, f.participant_id, f.first_day, f.end_day, p.sort_key
  FROM fixed_stay f JOIN participant p ON p.id = f.participant_id
 WHERE f.{ONE_CONTRACT.replace("AND ", "AND f.")} AND f.from_month <= %(fixed)s AND f.to_month > %(fixed)s
"""
# Up to and with today: what is agreed for later has not happened, as for the figures (docs/figures.md).
_LINE = """
  SELECT participant_id, sort_key, first_day, end_day, first_day >= %(first)s AS came, end_day <= %(over)s AS gone
    FROM ({whole}) whole WHERE first_day < %(end)s AND end_day > %(first)s AND %(first)s::date < %(end)s::date
"""
LINE_NOW, FIXED_LINE = _LINE.format(whole=_NOW), _LINE.format(whole=_FIXED)
_COUNTS = """WITH line AS ({line})
SELECT count(*), count(*) FILTER (WHERE came), count(*) FILTER (WHERE gone), count(*) FILTER (WHERE came AND gone)
  FROM line
"""
_MOVERS = "WHERE came OR gone"
_ORDER = "ORDER BY l.sort_key, l.participant_id, l.first_day"
_ROWS = f"""WITH line AS ({{line}})
SELECT l.participant_id, p.initials, p.prefix, p.surname, p.relation_number, p.birth_date, p.external_reference,
       l.first_day, nullif(l.end_day, 'infinity') - 1, l.came, l.gone
  FROM (SELECT * FROM line l {{which}} {{part}}) l JOIN participant p ON p.id = l.participant_id {_ORDER}
"""
_PART = f"{_ORDER} LIMIT %(size)s OFFSET %(offset)s"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list: of a contract that the scope reaches, in a span; everyone, or only who came or left.

    `fixed` is the month with which it was fixed, from `last_fixed`; None is the list as the stays are now.
    """

    contract: ContractView
    span: Span
    everyone: bool = False
    fixed: date | None = None


@dataclass(frozen=True, slots=True)
class FixedView:
    """A month that was fixed, and when."""

    month: date
    at: datetime


@dataclass(frozen=True, slots=True)
class FlowLine:
    """Somebody in the list: from when to when they take part (no last day: for an open end), and what moved."""

    participant_id: int
    name: PersonName
    relation_number: str
    birth_date: str
    external_reference: str
    first_day: date
    last_day: date | None
    movement: Movement


@dataclass(frozen=True, slots=True)
class FlowPage:
    """A page of a list. `came` and `left` are of the whole list, as is `total`, the number of its lines."""

    lines: list[FlowLine]
    came: int
    left: int
    total: int
    number: int
    size: int


def flow_page(scope: Scope, asked: Asked, *, today: date, page: int, size: int) -> FlowPage:
    """A page of a list by name; the last one for a number beyond it. Must run inside `opened`. Raises NotAllowed.

    Two questions, whatever the number of people.
    """
    given = given_for(scope, asked, today)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(line=_source(asked)), given)
        everyone, came, left, both = cursor.fetchone()
        total = everyone if asked.everyone else came + left - both
        page = min(page, max(1, -(-total // size)))
        given |= {"size": size, "offset": (page - 1) * size}
        cursor.execute(_rows(asked, _PART), given)
        lines = [*map(_drawing(scope), cursor.fetchall())]
    return FlowPage(lines, came, left, total, page, size)


def flow_lines(scope: Scope, asked: Asked, *, today: date) -> Iterator[FlowLine]:
    """The whole list by name, some at a time. Must run inside `opened` until the last is read. Raises NotAllowed."""
    given, line = given_for(scope, asked, today), _drawing(scope)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_rows(asked, ""), given)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from map(line, rows)


def last_fixed(scope: Scope, contract: ContractView, span: Span) -> FixedView | None:
    """The last month of a span that was fixed; None where none was yet. Must run inside `opened`."""
    own = FixedMonth.objects.filter(organisation_id=scope.organisation_id, contract_id=contract.id)
    found = own.filter(month__gte=span.first, month__lt=span.end).order_by("-month").first()
    return FixedView(found.month, found.fixed_at) if found else None


def given_for(scope: Scope, asked: Asked, today: date) -> dict[str, Any]:
    """What the statements of a list ask for. Raises NotAllowed."""
    scope.require(Permission.SEE_PARTICIPANTS, Capability.FLOW_LISTS)
    span = asked.span
    # A month is fixed as it was when it was over.
    end, over = (Span.month(asked.fixed).end,) * 2 if asked.fixed else (today + ONE_DAY, today)
    return {
        "organisation": scope.organisation_id, "contract": asked.contract.id, "first": span.first,
        "end": min(span.end, end), "over": min(span.end, over), "fixed": asked.fixed,
    }  # fmt: skip


def _source(asked: Asked) -> str:
    return FIXED_LINE if asked.fixed else LINE_NOW


def _rows(asked: Asked, part: str) -> str:
    return _ROWS.format(line=_source(asked), which="" if asked.everyone else _MOVERS, part=part)


def _drawing(scope: Scope) -> Callable[[Sequence[Any]], FlowLine]:
    """What makes a line of a row: of what the profile does not show it has nothing (U07)."""
    places = {4: Field.RELATION_NUMBER, 5: Field.BIRTH_DATE, 6: Field.EXTERNAL_REFERENCE}
    hidden = [place for place, field in places.items() if not scope.sees(field)]

    def line(row: Sequence[Any]) -> FlowLine:
        if hidden:
            row = ["" if place in hidden else value for place, value in enumerate(row)]
        participant_id, initials, prefix, surname, number, born, reference, first_day, last_day, came, left = row
        name = PersonName(initials, prefix, surname)
        movement = Movement.of(came, left)
        return FlowLine(participant_id, name, number, born, reference, first_day, last_day, movement)

    return line
