"""Changes to its data that an organisation asks for: its own rows; the insurer's staff answer those of their customers."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import REACH, own_insurer, own_rows, within_reach


def _key(to: str, **more: object) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, **more)  # type: ignore[arg-type]


class Migration(migrations.Migration):
    dependencies = [("contracts", "0009_contract_link")]
    operations = [
        migrations.CreateModel(
            name="DataChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer", _key("contracts.insurer")),
                ("organisation", _key("contracts.organisation")),
                ("contract", _key("contracts.groupcontract", null=True)),
                ("text", models.CharField(max_length=1000)),
                ("state", models.CharField(default="asked", max_length=10)),
                ("asked_by", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(default="", max_length=500)),
            ],
            options={
                "db_table": "data_change",
                "indexes": [models.Index(fields=["organisation", "-asked_at"], name="data_change_of")],
            },
        ),
        own_rows("data_change", rights="SELECT, INSERT"),
        own_insurer("data_change", Audience.STAFF, rights="SELECT, UPDATE (state, reason, decided_at)"),
        within_reach("data_change", f"contract_id IS NULL OR contract_id = ANY ({REACH})"),
    ]
