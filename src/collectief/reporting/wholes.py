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

# How many came and left in each month, by contract. What has not happened yet is not counted; a last day has, once it
# is over. Two walks along the stays rather than one that doubles each: PostgreSQL shares them out over its workers.
FLOWS = f"""
WITH whole AS NOT MATERIALIZED ({WHOLE.replace("{also}", "")})
SELECT contract_id, date_trunc('month', day::timestamp)::date AS month, sum(came)::bigint AS came,
       sum(gone)::bigint AS gone
  FROM (SELECT contract_id, first_day AS day, 1 AS came, 0 AS gone FROM whole WHERE first_day <= %(today)s
        UNION ALL
        SELECT contract_id, end_day - 1, 0, 1 FROM whole WHERE end_day <= %(today)s) moved
 GROUP BY contract_id, date_trunc('month', day::timestamp)
"""
