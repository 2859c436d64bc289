"""Which stays adjoin another: a list or figure of who came and left need not put every stay beside every other.

Somebody whose next stay in the same contract begins the day after the last one has neither left nor come
(docs/figures.md), and hardly anybody's does. `adjoins` marks those; the triggers that know which stay is the last
(0003_shelves) keep it with the same look-up, so that who has no other stay costs nothing more.
"""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience

_MARKS = """
row_number() OVER (PARTITION BY participant_id ORDER BY end_day DESC, id DESC) = 1 AS last,
coalesce(lag(end_day) OVER in_contract = first_day OR lead(first_day) OVER in_contract = end_day, FALSE) AS adjoining
"""
_WINDOW = "WINDOW in_contract AS (PARTITION BY participant_id, contract_id ORDER BY first_day)"

# No join but by nested look-ups, as no plan may choose to read the whole table or a whole index.
_MARK = f"""
CREATE OR REPLACE FUNCTION participation_mark_latest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  EXECUTE 'WITH wrong AS MATERIALIZED (
    SELECT stay.id, stay.last, stay.adjoining
      FROM (SELECT DISTINCT t.participant_id
              FROM touched t,
                   LATERAL (SELECT FROM participation o
                             WHERE o.participant_id = t.participant_id AND o.id <> t.id LIMIT 1) other) several,
           LATERAL (SELECT id, latest, adjoins, {_MARKS}
                      FROM participation p WHERE p.participant_id = several.participant_id {_WINDOW}) stay
     WHERE stay.latest <> stay.last OR stay.adjoins <> stay.adjoining)
    UPDATE participation p SET latest = wrong.last, adjoins = wrong.adjoining FROM wrong WHERE p.id = wrong.id';
  RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0007_policy_terms")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE participation ADD COLUMN IF NOT EXISTS adjoins boolean NOT NULL DEFAULT FALSE",
                # The owner is bound by row security too, and belongs to no organisation.
                "ALTER TABLE participation NO FORCE ROW LEVEL SECURITY",
                "UPDATE participation p SET adjoins = TRUE"
                f" FROM (SELECT id, {_MARKS} FROM participation {_WINDOW}) s WHERE s.id = p.id AND s.adjoining",
                "ALTER TABLE participation FORCE ROW LEVEL SECURITY",
                "CREATE INDEX IF NOT EXISTS participation_adjoining ON participation (organisation_id, contract_id) WHERE adjoins",
                f"GRANT SELECT (first_day, adjoins), UPDATE (adjoins) ON participation TO {Audience.WORKER}",
                # The function is the worker's (0006_reach): only that role can give it another body.
                f"GRANT CREATE ON SCHEMA public TO {Audience.WORKER}",
                f"SET LOCAL ROLE {Audience.WORKER}",
                _MARK,
                "RESET ROLE",
                f"REVOKE CREATE ON SCHEMA public FROM {Audience.WORKER}",
            ],
            migrations.RunSQL.noop,
        ),
    ]
