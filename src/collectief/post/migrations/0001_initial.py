"""Letters on paper: jobs hand them over, staff see how they stand, the customer sees its own."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_insurer, own_rows, within_reach


class Migration(migrations.Migration):
    initial = True
    dependencies = [("contracts", "0012_contact"), ("documents", "0002_kept")]
    operations = [
        migrations.CreateModel(
            name="Consignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.organisation"
                    ),
                ),
                ("document_id", models.BigIntegerField(unique=True)),
                ("number", models.CharField(max_length=17)),
                ("kind", models.CharField(max_length=30)),
                ("to", models.CharField(max_length=20)),
                ("state", models.CharField(default="waiting", max_length=20)),
                ("made_at", models.DateTimeField()),
                ("handed_over_at", models.DateTimeField(null=True)),
                ("service_number", models.CharField(db_default="", default="", max_length=64)),
                ("asked_at", models.DateTimeField(null=True)),
                ("posted_at", models.DateTimeField(null=True)),
                ("refusal", models.CharField(db_default="", default="", max_length=60)),
                ("returned_on", models.DateField(null=True)),
                ("returned_why", models.CharField(db_default="", default="", max_length=20)),
                ("returned_by", models.CharField(db_default="", default="", max_length=120)),
                ("keep_until", models.DateField()),
            ],
            options={
                "db_table": "consignment",
                "indexes": [
                    models.Index(
                        condition=models.Q(state="waiting"), fields=["organisation", "id"], name="consignment_waits"
                    ),
                    models.Index(
                        condition=models.Q(state="handed_over"), fields=["asked_at"], name="consignment_follows"
                    ),
                    models.Index(fields=["insurer_id", "-id"], name="consignment_latest"),
                    models.Index(fields=["insurer_id", "number"], name="consignment_by_number"),
                    models.Index(fields=["keep_until"], name="consignment_by_term"),
                ],
            },
        ),
        own_rows(
            "consignment",
            rights="SELECT, INSERT, UPDATE (state, handed_over_at, service_number, asked_at, posted_at, refusal)",
        ),
        # What was sent goes by what it tells of: who may not see the letter does not see that it went (G13).
        within_reach("consignment", "EXISTS (SELECT FROM document d WHERE d.id = document_id)"),
        own_insurer(
            "consignment", Audience.STAFF, rights="SELECT, UPDATE (state, returned_on, returned_why, returned_by)"
        ),
        every_row(
            "consignment",
            Audience.WORKER,
            rights="SELECT (id, insurer_id, organisation_id, state, asked_at, keep_until), DELETE",
        ),
    ]
