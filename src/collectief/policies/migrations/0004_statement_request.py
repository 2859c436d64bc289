"""Insurance statements that are asked for: of their organisation; staff of the insurer answer."""

from __future__ import annotations

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import REACH, every_row, own_insurer, own_rows, within_reach


def _key(to: str, *, checked: bool = True) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, db_constraint=checked
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("policies", "0003_insurance_card"), ("scope", "0006_contracts_role")]
    operations = [
        migrations.CreateModel(
            name="StatementRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer", _key("contracts.insurer")),
                ("organisation", _key("contracts.organisation")),
                ("participant", _key("participants.participant", checked=False)),
                ("relation_number", models.CharField(max_length=12)),
                ("contracts", ArrayField(models.BigIntegerField())),
                ("days", models.JSONField()),
                ("account_id", models.BigIntegerField()),
                ("mandate_id", models.BigIntegerField(null=True)),
                ("asked_by", models.CharField(max_length=120)),
                ("brand", models.CharField(max_length=40)),
                ("asked_at", models.DateTimeField()),
                ("answer", models.CharField(db_default="", default="", max_length=2000)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "statement_request",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(answered_at=None),
                        fields=["organisation", "participant"],
                        name="statement_request_open_once",
                    )
                ],
                "indexes": [
                    models.Index(fields=["organisation", "participant", "-asked_at"], name="statement_request_of")
                ],
            },
        ),
        own_rows("statement_request", rights="SELECT, INSERT"),
        # What it says is about all its contracts (G13).
        within_reach("statement_request", f"contracts <@ {REACH}"),
        own_insurer("statement_request", Audience.STAFF, rights="SELECT, UPDATE (answer, answered_at)"),
        every_row("statement_request", Audience.WORKER, rights="SELECT (id, answered_at), DELETE"),
    ]
