"""Cases are taken, written about and decided by accounts of the office; each insurer's staff see their own only."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import OWN_INSURER, own_insurer

STAFF = Audience.STAFF
# What whoever records may say (audit.0003): not the id, the moment or the clock.
_SAID = (
    "insurer_id, organisation_id, action, outcome, account_id, account, roles, responsible, purpose, access_point,"
    " participant_ids, object_ids, detail"
)
# In the trail of a customer of theirs; what they see themselves goes by their own organisation.
_CUSTOMER = (
    "EXISTS (SELECT 1 FROM organisation o WHERE o.id = organisation_id AND o.insurer_id = audit_event.insurer_id)"
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("audit", "0003_sealed"), ("contracts", "0002_security")]
    operations = [
        migrations.AddField("case", "opened_by_id", models.BigIntegerField(null=True)),
        migrations.AddField("case", "taken_by_id", models.BigIntegerField(null=True)),
        migrations.AddField("case", "taken_by", models.CharField(max_length=120, default="", db_default="")),
        migrations.AddField("case", "taken_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "decided_by_id", models.BigIntegerField(null=True)),
        migrations.AddIndex(
            "case",
            models.Index(fields=["insurer_id", "-decided_at"], name="case_decided", condition=~models.Q(decision="")),
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("name", models.CharField(max_length=120)),
                ("text", models.CharField(max_length=1000)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="cases.case"
                    ),
                ),
            ],
            options={"db_table": "case_note"},
        ),
        migrations.RunSQL(
            f"DROP POLICY every_row_{STAFF} ON case_of_work",
            f"CREATE POLICY every_row_{STAFF} ON case_of_work TO {STAFF} USING (true) WITH CHECK (true)",
        ),
        own_insurer("case_of_work", STAFF, rights="SELECT, INSERT, UPDATE"),
        own_insurer("case_note", STAFF, rights="SELECT, INSERT"),
        migrations.RunSQL(
            [
                f"CREATE POLICY staff_acts ON audit_event FOR INSERT TO {STAFF} WITH CHECK ({OWN_INSURER} AND {_CUSTOMER})",
                f"GRANT INSERT ({_SAID}) ON audit_event TO {STAFF}",
                f"GRANT USAGE ON SEQUENCE audit_event_id_seq TO {STAFF}",
            ],
            [
                "DROP POLICY staff_acts ON audit_event",
                f"REVOKE ALL ON audit_event FROM {STAFF}",
                f"REVOKE ALL ON SEQUENCE audit_event_id_seq FROM {STAFF}",
            ],
        ),
    ]
