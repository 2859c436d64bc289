"""Messages: their organisation's, within one's contracts; read by account; past their term they go."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import OWN_ACCOUNT, REACH, every_row, own_rows, within_reach


class Migration(migrations.Migration):
    initial = True
    dependencies = [("participants", "0005_person_sealed"), ("scope", "0006_contracts_role")]
    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("keep_until", models.DateField()),
                ("category", models.CharField(max_length=30)),
                ("code", models.CharField(max_length=60)),
                ("about", models.CharField(max_length=12)),
                ("about_id", models.BigIntegerField()),
                (
                    "contracts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True),
                ),
                ("participant_id", models.BigIntegerField(null=True)),
                ("name", models.JSONField(null=True)),
                ("sort_key", models.CharField(db_collation="C", default="", max_length=260)),
                ("facts", models.JSONField(default=dict)),
                ("account_id", models.BigIntegerField(null=True)),
                ("seen_by_sender", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "message",
                "indexes": [
                    models.Index(fields=["organisation_id", "-at", "-id"], name="message_latest"),
                    models.Index(fields=["keep_until"], name="message_by_term"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageRead",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "message_id", "account_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.DB_CASCADE, to="inbox.message"
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "message_read"},
        ),
        own_rows("message", rights="SELECT, INSERT"),
        within_reach("message", f"contracts <@ {REACH} OR (contracts IS NULL AND account_id = {OWN_ACCOUNT})"),
        every_row("message", Audience.WORKER, rights="SELECT (id, keep_until), DELETE"),
        own_rows("message_read", rights="SELECT, INSERT"),
    ]
