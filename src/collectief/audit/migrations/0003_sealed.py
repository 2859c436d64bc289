"""What is sealed goes by the transaction that wrote it; seals, and the rights of who seals and who searches."""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations, models

from collectief.scope.database import Audience

# What whoever records may say. Not the id, the moment or the clock: those are the database's own.
_SAID = (
    "insurer_id, organisation_id, action, outcome, account_id, account, roles, responsible, purpose, access_point,"
    " participant_ids, object_ids, detail"
)
_OWN_INSURER = "insurer_id = (SELECT nullif(current_setting('c.insurer', true), '')::bigint)"

_CLOCK = """
-- How much to add to this server's transaction numbers: 0, until the database is restored into a server that counts
-- from a lower number (`collectief audit restored` replaces this function).
CREATE FUNCTION audit_clock_offset() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 0::bigint';
-- The number of the transaction under way.
CREATE FUNCTION audit_clock() RETURNS bigint LANGUAGE sql VOLATILE AS
  'SELECT pg_catalog.pg_current_xact_id()::text::bigint + public.audit_clock_offset()';
-- Every transaction with a lower number has ended: what it wrote is there to see, or never will be.
CREATE FUNCTION audit_watermark() RETURNS bigint LANGUAGE sql STABLE AS
  'SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text::bigint + public.audit_clock_offset()';
"""

_ABOUT = """
-- The events about one participant of the scope's own organisation. A function, since row security keeps the index on
-- arrays from being used (its operator is not leakproof).
CREATE POLICY about ON audit_event FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION audit_about(participant bigint) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 200 AS $$
  SELECT e.id FROM public.audit_event e WHERE e.participant_ids @> ARRAY[participant]
     AND e.organisation_id = nullif(current_setting('c.org', true), '')::bigint
$$;
-- The same for the insurer's auditor.
CREATE FUNCTION audit_about_at_insurer(participant bigint) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 200 AS $$
  SELECT e.id FROM public.audit_event e WHERE e.participant_ids @> ARRAY[participant]
     AND e.insurer_id = nullif(current_setting('c.insurer', true), '')::bigint
$$;
REVOKE ALL ON FUNCTION audit_about, audit_about_at_insurer FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_security"), ("scope", "0004_trail_roles")]
    operations = [
        migrations.RunSQL(_CLOCK, "DROP FUNCTION audit_watermark, audit_clock, audit_clock_offset"),
        migrations.AlterField("auditevent", "organisation_id", models.BigIntegerField(null=True)),
        migrations.AlterField("auditevent", "account_id", models.BigIntegerField(null=True)),
        migrations.AddField(
            "auditevent", "clock", models.BigIntegerField(db_default=models.Func(function="audit_clock"))
        ),
        migrations.AddField("auditevent", "object_ids", models.JSONField(default=dict)),
        migrations.AddIndex(
            "auditevent", models.Index(fields=["insurer_id", "clock", "id"], name="audit_event_sealing")
        ),
        migrations.AddIndex(
            "auditevent",
            django.contrib.postgres.indexes.GinIndex(
                fields=["participant_ids"], name="audit_event_about", gin_pending_list_limit=256
            ),
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "insurer_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("insurer_id", models.BigIntegerField()),
                ("number", models.BigIntegerField()),
                ("version", models.SmallIntegerField()),
                ("from_clock", models.BigIntegerField()),
                ("to_clock", models.BigIntegerField()),
                ("count", models.IntegerField()),
                ("events_hash", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("head", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={"db_table": "audit_seal"},
        ),
        migrations.RunSQL(
            [
                "REVOKE INSERT ON audit_event FROM c_organisation",
                f"GRANT INSERT ({_SAID}) ON audit_event TO c_organisation, c_auditor",
                "GRANT SELECT ON audit_event, audit_seal TO c_sealer, c_auditor",
                "GRANT INSERT ON audit_seal TO c_sealer",
                "GRANT USAGE ON SEQUENCE audit_event_id_seq TO c_auditor",
                "ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE audit_seal FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY every_event ON audit_event FOR SELECT TO {Audience.SEALER} USING (true)",
                f"CREATE POLICY every_seal ON audit_seal TO {Audience.SEALER} USING (true) WITH CHECK (true)",
                f"CREATE POLICY own_insurer ON audit_seal FOR SELECT TO {Audience.AUDITOR} USING ({_OWN_INSURER})",
                f"CREATE POLICY own_insurer ON audit_event FOR SELECT TO {Audience.AUDITOR} USING ({_OWN_INSURER})",
                # What the insurer's people do stands under no organisation, and so in no customer's name.
                f"CREATE POLICY own_acts ON audit_event FOR INSERT TO {Audience.AUDITOR}"
                f" WITH CHECK ({_OWN_INSURER} AND organisation_id IS NULL)",
                # Nor the owner's. It could give itself the rights again: that is what the chain is for.
                "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_event, audit_seal FROM CURRENT_USER",
                _ABOUT,
                f"GRANT EXECUTE ON FUNCTION audit_about TO {Audience.ORGANISATION}",
                f"GRANT EXECUTE ON FUNCTION audit_about_at_insurer TO {Audience.AUDITOR}",
            ],
            migrations.RunSQL.noop,
        ),
    ]
