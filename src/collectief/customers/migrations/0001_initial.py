"""Contracts that are proposed to be opened or ended: for the insurer's own staff; what they do then is the contract's."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import own_insurer


def _key(to: str, *, null: bool = False) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, null=null)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("contracts", "0014_customer_ends"), ("policies", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="ContractProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer", _key("contracts.insurer")),
                ("first_day", models.DateField()),
                ("state", models.CharField(default="proposed", max_length=10)),
                ("proposed_by", models.CharField(max_length=120)),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(default="", max_length=500)),
                ("kind", models.CharField(max_length=10)),
                ("organisation", _key("contracts.organisation")),
                ("contract", _key("contracts.groupcontract", null=True)),
                ("number", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=120)),
                ("end_day", models.DateField(null=True)),
            ],
            options={
                "db_table": "contract_proposal",
                "indexes": [models.Index(fields=["organisation", "-proposed_at"], name="contract_proposal_of")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["insurer", "number"],
                        condition=models.Q(state="proposed"),
                        name="contract_proposal_once",
                    )
                ],
            },
        ),
        own_insurer(
            "contract_proposal",
            Audience.STAFF,
            rights="SELECT, INSERT, UPDATE (contract_id, state, reason, decided_at)",
        ),
    ]
