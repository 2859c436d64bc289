"""Stays as figures and lists count them, in SQL.

Who goes on the next day under the same contract has not left: stays without a day between them are one. Few are so,
and the table says which (`adjoins`, enrolment.0008), so that all others are taken as they are.
"""

from __future__ import annotations

# `{own}` says whose stays; `{also}` further columns that are the participant's, the same in each of their stays.
WHOLE = """
SELECT organisation_id, contract_id, participant_id, first_day, end_day{also}
  FROM participation WHERE {own} AND NOT adjoins
UNION ALL
SELECT organisation_id, contract_id, participant_id, lower(days), coalesce(upper(days), 'infinity'){also}
  FROM (SELECT organisation_id, contract_id, participant_id{also}, unnest(range_agg(period)) AS days
          FROM participation WHERE {own} AND adjoins
         GROUP BY organisation_id, contract_id, participant_id{also}) several
"""
# Of one contract, which the organisation stands beside because the indexes and policies begin with it.
ONE_CONTRACT = "organisation_id = %(organisation)s AND contract_id = %(contract)s"

# How many came and left on which day, by contract. What has not happened yet is not counted; a last day has, once it
# is over. Days first, since there are few of them: a month is worked out for each day and not for each stay.
FLOWS = f"""
WITH whole AS ({WHOLE.replace("{also}", "")}), moved AS (
  SELECT contract_id, day, sum(came) AS came, sum(gone) AS gone
    FROM whole, LATERAL (VALUES (first_day, 1, 0), (end_day - 1, 0, 1)) one (day, came, gone)
   WHERE CASE WHEN came = 1 THEN day <= %(today)s ELSE day < %(today)s END GROUP BY 1, 2
)
SELECT contract_id, date_trunc('month', day::timestamp)::date AS month, sum(came)::bigint AS came,
       sum(gone)::bigint AS gone
  FROM moved GROUP BY 1, 2
"""
