"""Letters: their organisation makes them; who knows a number may check it; past their term they go."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_rows


class Migration(migrations.Migration):
    initial = True
    dependencies = [("contracts", "0011_without_kvk"), ("participants", "0005_person_sealed")]
    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.organisation"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="participants.participant"
                    ),
                ),
                ("number", models.CharField(max_length=17, unique=True)),
                ("kind", models.CharField(max_length=30)),
                ("made_at", models.DateTimeField()),
                ("keep_until", models.DateField()),
                ("says", models.JSONField()),
            ],
            options={
                "db_table": "document",
                "indexes": [models.Index(fields=["keep_until"], name="document_by_term")],
            },
        ),
        own_rows("document", rights="SELECT (id, organisation_id), INSERT"),
        # Whom it is about, and for whom it was made, is not among what a number tells.
        every_row("document", Audience.SIGN_IN, rights="SELECT (insurer_id, number, kind, made_at, keep_until)"),
        every_row("document", Audience.WORKER, rights="SELECT (id, keep_until), DELETE"),
    ]
