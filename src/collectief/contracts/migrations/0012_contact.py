"""Whom the insurer reaches about a contract: an organisation's own rows; the insurer's staff read those of theirs."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import REACH, own_insurer, own_rows, within_reach


def _key(to: str, **more: object) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, **more)  # type: ignore[arg-type]


class Migration(migrations.Migration):
    dependencies = [("contracts", "0011_without_kvk")]
    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer", _key("contracts.insurer")),
                ("organisation", _key("contracts.organisation")),
                ("contract", _key("contracts.groupcontract", null=True)),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(default="", max_length=120)),
                ("phone", models.CharField(default="", max_length=20)),
                ("email", models.CharField(default="", max_length=254)),
                ("changed_by", models.CharField(max_length=120)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "contact",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["organisation", "contract", "kind"], nulls_distinct=False, name="contact_once"
                    )
                ],
            },
        ),
        own_rows("contact", rights="SELECT, INSERT, UPDATE (name, phone, email, changed_by, changed_at)"),
        own_insurer("contact", Audience.STAFF, rights="SELECT"),
        within_reach("contact", f"contract_id IS NULL OR contract_id = ANY ({REACH})"),
    ]
