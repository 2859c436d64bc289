"""The work queue, for the insurer's staff only."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.functions import Now

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row


class Migration(migrations.Migration):
    initial = True
    dependencies = [("scope", "0001_roles")]
    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=40)),
                ("opened_at", models.DateTimeField(db_default=Now())),
                ("due_on", models.DateField()),
                ("decision", models.CharField(default="", max_length=12)),
                ("reason", models.CharField(default="", max_length=500)),
                ("decided_by", models.CharField(default="", max_length=120)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "case_of_work",
                "constraints": [models.UniqueConstraint(fields=["kind", "subject"], name="case_once")],
                "indexes": [
                    models.Index(fields=["insurer_id", "due_on"], name="case_open", condition=models.Q(decision=""))
                ],
            },
        ),
        every_row("case_of_work", Audience.STAFF, rights="SELECT, INSERT, UPDATE"),
    ]
