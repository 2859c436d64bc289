"""Links to contracts of other customer numbers: an organisation's own rows, with a copy of number and name.

So it reads of a contract that is not its own what it was told, and the contract itself stays closed to it. Whoever
links is looked up as the sign-in, which reads of contracts their number, name and whose they are.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_insurer, own_rows


def _key(to: str, **more: object) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, **more)  # type: ignore[arg-type]


class Migration(migrations.Migration):
    dependencies = [("contracts", "0008_customer_number")]
    operations = [
        migrations.CreateModel(
            name="ContractLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer", _key("contracts.insurer", db_index=False)),
                ("organisation", _key("contracts.organisation", db_index=False)),
                ("customer_number", models.CharField(max_length=20)),
                ("contract_number", models.CharField(max_length=20)),
                ("contract", _key("contracts.groupcontract", null=True)),
                ("contract_name", models.CharField(default="", max_length=120)),
                ("state", models.CharField(max_length=10)),
                ("asked_by", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(default="", max_length=500)),
                ("ended_by", models.CharField(default="", max_length=120)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "contract_link",
                "indexes": [models.Index(fields=["organisation", "state"], name="contract_link_of")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["organisation", "customer_number", "contract_number"],
                        condition=models.Q(state__in=["asked", "linked"]),
                        name="contract_link_once",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(state="linked") | models.Q(contract__isnull=False),
                        name="contract_link_to_something",
                    ),
                ],
            },
        ),
        own_rows("contract_link", rights="SELECT, INSERT, UPDATE (state, ended_by, ended_at)"),
        own_insurer(
            "contract_link",
            Audience.STAFF,
            rights="SELECT, UPDATE (contract_id, contract_name, state, reason, decided_at)",
        ),
        every_row("group_contract", Audience.SIGN_IN, rights="SELECT (id, insurer_id, organisation_id, number, name)"),
    ]
