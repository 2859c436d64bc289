"""Runs: their insurer's staff see them; they are planned and worked off by the worker."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_insurer


class Migration(migrations.Migration):
    initial = True
    dependencies = [("contracts", "0011_without_kvk"), ("scope", "0006_contracts_role")]
    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.insurer"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=20)),
                ("state", models.CharField(default="planned", max_length=10)),
                ("planned_by", models.CharField(default="", max_length=120)),
                ("planned_by_id", models.BigIntegerField(null=True)),
                ("planned_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("done", models.IntegerField(default=0)),
                ("total", models.IntegerField()),
                ("failure", models.CharField(default="", max_length=80)),
                ("failed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "run",
                "indexes": [models.Index(fields=["insurer", "-planned_at", "-id"], name="run_latest")],
                "constraints": [models.UniqueConstraint(fields=["insurer", "kind", "subject"], name="run_once")],
            },
        ),
        own_insurer("run", Audience.STAFF, rights="SELECT"),
        every_row("run", Audience.WORKER, rights="SELECT, INSERT, UPDATE"),
    ]
