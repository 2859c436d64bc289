"""The monthly run: what the figures and lists of a month said is fixed for every contract, once (U23, U27, K04).

A step is some organisations, in one statement: figures and lists are of the same moment. What was fixed is how a run
knows where it is, so that one that was broken off goes on, and one that is started twice does nothing twice (law 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from .rules import Span, first_kept_month
from .wholes import WHOLE

# Organisations in one transaction.
_AT_ONCE = 50

_SOME = "organisation_id = ANY (%(organisations)s::bigint[])"

_WAITS = """
FROM group_contract c WHERE c.first_day < %(end)s
 AND NOT EXISTS (SELECT FROM fixed_month f WHERE f.contract_id = c.id AND f.month = %(month)s)
"""
_LEFT = f"""
SELECT count(c.id), count(DISTINCT c.organisation_id),
       (SELECT count(*) FROM group_contract c JOIN fixed_month f ON f.contract_id = c.id AND f.month = %(month)s
         WHERE c.insurer_id = %(insurer)s)
  {_WAITS} AND c.insurer_id = %(insurer)s
"""
_NEXT = f"SELECT DISTINCT c.organisation_id {_WAITS} AND c.insurer_id = %(insurer)s ORDER BY 1 LIMIT %(size)s"

# A hundred thousand stays beside as many: of what a statement makes itself the planner expects a handful of rows, and
# would look through all of them for each.
_AS_SETS = "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'"

# What comes after the month, or ends after it, had not happened: the list does not say it. A month that no run fixed,
# since the one before or since the contract began, is fixed as things stand now; not anew what has had its term.
_FIX = f"""
WITH whole AS ({WHOLE.format(own=_SOME, also="")}), waits AS (
  SELECT c.id AS contract_id, c.organisation_id, date_trunc('month', c.first_day::timestamp)::date AS began,
         coalesce((SELECT max(f.month) + interval '1 month' FROM fixed_month f WHERE f.contract_id = c.id),
                  '-infinity')::date AS from_month
    {_WAITS} AND c.{_SOME}
), known AS MATERIALIZED (
  SELECT organisation_id, contract_id, participant_id, first_day, from_month,
         CASE WHEN end_day <= %(end)s THEN end_day ELSE 'infinity' END AS end_day
    FROM whole JOIN waits USING (organisation_id, contract_id) WHERE first_day < %(end)s
), ended AS (
  UPDATE fixed_stay f SET to_month = w.from_month FROM waits w
   WHERE f.{_SOME} AND f.contract_id = w.contract_id AND f.to_month = 'infinity'
     AND NOT EXISTS (SELECT FROM known k WHERE k.contract_id = f.contract_id AND k.participant_id = f.participant_id
                        AND k.first_day = f.first_day AND k.end_day = f.end_day)
), added AS (
  INSERT INTO fixed_stay (organisation_id, contract_id, participant_id, first_day, end_day, from_month, to_month)
  SELECT organisation_id, contract_id, participant_id, first_day, end_day, from_month, 'infinity' FROM known k
   WHERE k.end_day > %(kept)s AND NOT EXISTS (SELECT FROM fixed_stay f WHERE f.{_SOME} AND f.contract_id = k.contract_id
     AND f.to_month = 'infinity' AND f.participant_id = k.participant_id AND f.first_day = k.first_day
     AND f.end_day = k.end_day)
), moved AS (
  SELECT contract_id, date_trunc('month', day::timestamp)::date AS month, sum(came) AS came, sum(gone) AS gone
    FROM known, LATERAL (VALUES (first_day, 1, 0), (end_day - 1, 0, 1)) one (day, came, gone)
   WHERE day < %(end)s GROUP BY 1, 2
), months AS (
  SELECT w.organisation_id, w.contract_id, every.month::date AS month
    FROM waits w, LATERAL generate_series(
      least(w.began, (SELECT min(m.month) FROM moved m WHERE m.contract_id = w.contract_id))::timestamp,
      %(month)s::timestamp, interval '1 month') every (month)
), figures AS (
  SELECT organisation_id, contract_id, month, coalesce(came, 0) AS came, coalesce(gone, 0) AS gone,
         sum(coalesce(came, 0) - coalesce(gone, 0)) OVER (PARTITION BY contract_id ORDER BY month) AS count
    FROM months LEFT JOIN moved USING (contract_id, month)
), fixed AS (
  INSERT INTO fixed_month (organisation_id, contract_id, month, count, came, gone, fixed_at)
  SELECT organisation_id, contract_id, month, count, came, gone, %(now)s FROM figures WHERE month >= %(kept)s
  ON CONFLICT (contract_id, month) DO NOTHING
)
SELECT contract_id FROM waits ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Unfixed:
    """For how many contracts of how many organisations a month is still to be fixed, and for how many it was."""

    contracts: int
    organisations: int
    fixed: int


def unfixed(insurer_id: int, month: date) -> Unfixed:
    """What a run of the month that begins on `month` has left. Must run inside `housekeeping`."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"insurer": insurer_id, "month": month, "end": Span.month(month).end})
        return Unfixed(*cursor.fetchone())


def fix_some(insurer_id: int, month: date, *, now: datetime) -> list[int]:
    """Fix the month for the next few organisations; for which contracts. Must run inside `housekeeping`."""
    given: dict[str, Any] = {
        "insurer": insurer_id, "month": month, "end": Span.month(month).end, "now": now, "size": _AT_ONCE,
        "kept": first_kept_month(timezone.localdate(now)),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, given)
        organisations = [row[0] for row in cursor.fetchall()]
        if not organisations:
            return []
        cursor.execute(_AS_SETS)
        cursor.execute(_FIX, given | {"organisations": organisations})
        return [contract_id for (contract_id,) in cursor.fetchall()]


def forget(first: date) -> None:
    """Of the months before `first` nothing is left, nor of who was on their lists alone.

    Figures that are kept count who came before as they did. Must run inside `housekeeping`.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM fixed_month WHERE month < %s", [first])
        cursor.execute("DELETE FROM fixed_stay WHERE to_month <= %s OR end_day <= %s", [first, first])
