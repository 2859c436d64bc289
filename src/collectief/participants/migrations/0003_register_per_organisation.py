"""The BRP's answers become each organisation's own; references that nothing can break lose their foreign key (ADR 9).

The answers of before are dropped: they are a memory of at most 30 days, and the BRP is asked again.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_rows

_SEALED = """
-- The sealed BSNs of participants of the scope's own organisation, to ask the BRP about who was enrolled before.
CREATE FUNCTION person_sealed(participants bigint[])
  RETURNS TABLE (participant_id bigint, bsn_index bytea, bsn_sealed bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT p.id, h.bsn_index, h.bsn_sealed FROM public.participant p JOIN public.person h ON h.id = p.person_id
   WHERE p.id = ANY (participants) AND p.organisation_id = nullif(current_setting('c.org', true), '')::bigint
$$;
REVOKE ALL ON FUNCTION person_sealed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_sealed TO c_organisation;
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_security")]
    operations = [
        migrations.RunSQL("DROP FUNCTION register_answers, register_keep, register_forget", migrations.RunSQL.noop),
        migrations.DeleteModel("RegisterCheck"),
        migrations.CreateModel(
            name="RegisterCheck",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id", "bsn_index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("bsn_index", models.BinaryField()),
                ("checked_at", models.DateTimeField()),
                ("found", models.BooleanField()),
                ("deceased", models.BooleanField(default=False)),
                ("initials", models.CharField(default="", max_length=40)),
                ("prefix", models.CharField(default="", max_length=20)),
                ("surname", models.CharField(default="", max_length=200)),
                ("birth_date", models.CharField(default="", max_length=10)),
            ],
            options={"db_table": "register_check"},
        ),
        own_rows("register_check", rights="SELECT, INSERT, UPDATE"),
        every_row("register_check", Audience.WORKER, rights="SELECT (checked_at), DELETE"),
        migrations.AlterField(
            model_name="participant",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="contracts.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="participant",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="participants.person",
            ),
        ),
        migrations.RunSQL(_SEALED, "DROP FUNCTION person_sealed"),
    ]
