"""The yearly overview as a kind of run: an organisation is told that its overview is ready, once for each state (K04).

A year's overview is ready when what the core delivered is of the whole year. What an organisation was told stands in a
table, so that a run that was broken off goes on and one that is started again tells only of what came since (law 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy

from collectief.contracts.models import Organisation
from collectief.inbox.delivering import deliver
from collectief.inbox.facts import About, Tiding
from collectief.runs.rules import Kind, Preview
from collectief.scope.database import office
from collectief.segments.profile import MessageCategory

from .rules import YEARS_KEPT, year_end

# Organisations in one step.
_AT_ONCE = 200

_READY = """
FROM (SELECT organisation_id, max(as_of) AS as_of, count(*) AS people FROM deductible_use
       WHERE insurer_id = %(insurer)s AND year = %(year)s AND as_of >= %(end)s GROUP BY organisation_id) ready
LEFT JOIN deductible_overview o ON o.organisation_id = ready.organisation_id AND o.year = %(year)s
"""
_WAITS = f"{_READY} WHERE o.as_of IS NULL OR o.as_of < ready.as_of"
_COUNT = f"SELECT count(*), coalesce(sum(ready.people), 0) {_WAITS}"
_NEXT = f"SELECT ready.organisation_id, ready.as_of {_WAITS} ORDER BY 1 LIMIT %(size)s"
_TOLD = """
INSERT INTO deductible_overview (organisation_id, year, as_of, told_at)
SELECT organisation_id, %(year)s, as_of, %(now)s
  FROM unnest(%(organisations)s::bigint[], %(days)s::date[]) AS told (organisation_id, as_of)
    ON CONFLICT (organisation_id, year) DO UPDATE SET as_of = excluded.as_of, told_at = excluded.told_at
"""


def _given(insurer_id: int, subject: str) -> dict[str, Any]:
    year = int(subject)
    return {"insurer": insurer_id, "year": year, "end": year_end(year), "size": _AT_ONCE}


def _subjects(today: date) -> Sequence[str]:
    return [str(today.year - back) for back in range(1, YEARS_KEPT + 1)]


def _preview(insurer_id: int, subject: str) -> Preview:
    given = _given(insurer_id, subject)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, given)
        waiting, people = cursor.fetchone()
        cursor.execute(f"SELECT count(*) {_READY}", given)
        [ready] = cursor.fetchone()
    return Preview(
        waiting,
        (
            (gettext_lazy("Organisaties die een bericht krijgen"), waiting),
            (gettext_lazy("Deelnemers in die overzichten"), int(people)),
            (gettext_lazy("Organisaties die het al weten"), ready - waiting),
        ),
    )


def _step(insurer_id: int, subject: str, now: datetime) -> int:
    given = _given(insurer_id, subject)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, given)
        found: dict[int, date] = dict(cursor.fetchall())
        if not found:
            return 0
        cursor.execute(_TOLD, given | {"organisations": list(found), "days": list(found.values()), "now": now})
    with office():
        segments = dict(Organisation.objects.filter(id__in=found).values_list("id", "segment"))
    told = [(_tiding(given["year"], as_of), [(id_, segments[id_])]) for id_, as_of in found.items()]
    deliver(insurer_id, told, at=now)
    return len(found)


def _tiding(year: int, as_of: date) -> Tiding:
    facts = {"year": year, "as_of": as_of.isoformat()}
    return Tiding(MessageCategory.FINANCIAL, "deductible.ready", About.DEDUCTIBLE, year, contracts=(), facts=facts)


YEARLY_OVERVIEW = Kind(
    "deductible_overview",
    label=gettext_lazy("Jaaroverzicht eigen risico"),
    does=gettext_lazy(
        "Laat organisaties met een bericht weten dat hun overzicht van een jaar klaarstaat; wie dat al weet, alleen als"
        " de peildatum nieuwer is."
    ),
    planned=gettext_lazy("Vanzelf in de nacht nadat de gegevens over het hele vorige jaar er zijn."),
    unit=gettext_lazy("organisaties"),
    subjects=_subjects,
    due=lambda today: str(today.year - 1),
    called=str,
    preview=_preview,
    step=_step,
)
