"""Three shelves of stays, so that each list is one walk along one index, however few of the rows it shows.

`shelf` is "c" (current, or not known to be over), "f" (former: over, and the participant's last) or "p" (past: over,
with a later stay). It follows by itself from two columns:

- `settled_end` is the end that has been seen to have passed. `settling` fills it in once a day has gone by; when the
  period changes afterwards, the two no longer agree and the stay is back on the first shelf without anyone's help.
- `latest` marks the stay with the last end, the highest id among equals: of one participant exactly one. Triggers
  keep it, a statement at a time. Who has no other stay costs them one look-up.

Every list index is organisation, shelf, what is sorted on, id: the order in which pages are cut. The one of the name
carries all that a row of the list shows, so that a search by name need not visit the table for each namesake.
"""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience

_BEFORE = ("sort_key", "relation_number", "birth_date", "external_reference", "first_day")
_SORTED = ("relation_number", "birth_date", "external_reference", "first_day", "end_day")

_LAST = "row_number() OVER (PARTITION BY participant_id ORDER BY end_day DESC, id DESC) = 1 AS last"

# EXECUTE, since a plan kept from an empty table would be used on a full one. Each look-up is a LATERAL, and the
# outcome an array, so that no plan can choose to read the whole table.
_MARK = f"""
CREATE FUNCTION participation_mark_latest() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  EXECUTE 'UPDATE participation SET latest = NOT latest WHERE id = ANY (ARRAY(
    SELECT stay.id
      FROM (SELECT DISTINCT t.participant_id
              FROM touched t,
                   LATERAL (SELECT FROM participation o
                             WHERE o.participant_id = t.participant_id AND o.id <> t.id LIMIT 1) other) several,
           LATERAL (SELECT id, latest, {_LAST}
                      FROM participation p WHERE p.participant_id = several.participant_id) stay
     WHERE stay.latest <> stay.last))';
  RETURN NULL;
END $$
"""
_TRIGGER = (
    "CREATE TRIGGER latest_after_{verb} AFTER {verb} ON participation REFERENCING {rows} TABLE AS touched"
    " FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION participation_mark_latest()"
)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0002_period")]
    operations = [
        migrations.RunSQL(
            [
                *(f"DROP INDEX participation_by_{column}" for column in (*_BEFORE, "end_day")),
                "ALTER TABLE participation ADD COLUMN settled_end date,"
                " ADD COLUMN latest boolean NOT NULL DEFAULT TRUE",
                # The owner is bound by row security too, and belongs to no organisation.
                "ALTER TABLE participation NO FORCE ROW LEVEL SECURITY",
                "UPDATE participation p SET latest = FALSE"
                f" FROM (SELECT id, {_LAST} FROM participation) s WHERE s.id = p.id AND NOT s.last",
                "ALTER TABLE participation FORCE ROW LEVEL SECURITY",
                'ALTER TABLE participation ADD COLUMN shelf "char" NOT NULL GENERATED ALWAYS AS ('
                "CASE WHEN settled_end IS NULL OR upper(period) IS DISTINCT FROM settled_end THEN 'c'"
                " WHEN latest THEN 'f' ELSE 'p' END) STORED",
                "CREATE INDEX participation_by_sort_key ON participation (organisation_id, shelf, sort_key, id)"
                " INCLUDE (participant_id, contract_id, relation_number, birth_date, external_reference, first_day,"
                " end_day)",
                *(
                    f"CREATE INDEX participation_by_{column} ON participation (organisation_id, shelf, {column}, id)"
                    for column in _SORTED
                ),
                _MARK,
                _TRIGGER.format(verb="INSERT", rows="NEW"),
                _TRIGGER.format(verb="UPDATE", rows="NEW"),
                _TRIGGER.format(verb="DELETE", rows="OLD"),
                # Settling sees days and ids of every organisation, and nothing that says who it is.
                f"CREATE POLICY settling ON participation TO {Audience.WORKER} USING (TRUE) WITH CHECK (TRUE)",
                "GRANT SELECT (id, organisation_id, participant_id, end_day, shelf, latest),"
                f" UPDATE (settled_end, latest) ON participation TO {Audience.WORKER}",
            ],
            [
                f"DROP POLICY settling ON participation; REVOKE ALL ON participation FROM {Audience.WORKER}",
                *(f"DROP TRIGGER latest_after_{verb} ON participation" for verb in ("INSERT", "UPDATE", "DELETE")),
                "DROP FUNCTION participation_mark_latest()",
                "DROP INDEX participation_by_sort_key",
                *(f"DROP INDEX participation_by_{column}" for column in _SORTED),
                "ALTER TABLE participation DROP COLUMN shelf, DROP COLUMN settled_end, DROP COLUMN latest",
                *(
                    f"CREATE INDEX participation_by_{column} ON participation (organisation_id, {column}, end_day)"
                    for column in _BEFORE
                ),
                "CREATE INDEX participation_by_end_day ON participation (organisation_id, end_day)",
            ],
        ),
    ]
