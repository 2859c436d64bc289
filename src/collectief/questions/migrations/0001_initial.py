"""Questions: of whoever asked, within their organisation; the insurer's staff answer those of their customers."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_insurer, own_rows


class Migration(migrations.Migration):
    initial = True
    dependencies = [("contracts", "0011_without_kvk")]
    operations = [
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.insurer"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.organisation"
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("asked_by", models.CharField(max_length=120)),
                ("desk", models.CharField(max_length=120)),
                ("page", models.CharField(default="", max_length=200)),
                ("text", models.CharField(max_length=2000)),
                ("asked_at", models.DateTimeField()),
                ("answer", models.CharField(default="", max_length=2000)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "question",
                "indexes": [models.Index(fields=["organisation", "account_id", "-asked_at"], name="question_of")],
            },
        ),
        own_rows("question", rights="SELECT, INSERT"),
        own_insurer("question", Audience.STAFF, rights="SELECT, UPDATE (answer, answered_at)"),
        every_row("question", Audience.WORKER, rights="SELECT (id, answered_at), DELETE"),
    ]
