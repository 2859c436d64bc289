"""The auditor's page: events of an insurer by time and by account, and what verifications found."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.functions import Now

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import own_insurer


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_sealed")]
    operations = [
        migrations.AddIndex("auditevent", models.Index(fields=["insurer_id", "at"], name="audit_event_at_insurer")),
        migrations.AddIndex(
            "auditevent", models.Index(fields=["insurer_id", "account_id", "at"], name="audit_event_by_account")
        ),
        migrations.CreateModel(
            name="AuditVerification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=Now())),
                ("seals", models.BigIntegerField()),
                ("events", models.BigIntegerField()),
                ("unsealed", models.BigIntegerField()),
                ("head", models.CharField(max_length=64)),
                ("compared", models.BooleanField()),
                ("findings", models.IntegerField()),
                ("first_seal", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "audit_verification",
                "indexes": [models.Index(fields=["insurer_id", "at"], name="audit_verification_last")],
            },
        ),
        own_insurer("audit_verification", Audience.AUDITOR, rights="SELECT, INSERT"),
    ]
