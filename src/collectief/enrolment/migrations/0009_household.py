"""Who came with whom: the client, a partner, children (G06, G07)."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.rowsecurity import REACH, own_rows, within_reach


def _key(to: str) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, db_constraint=False)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0008_adjoining"), ("policies", "0005_policyholder")]
    operations = [
        migrations.CreateModel(
            name="HouseholdMember",
            fields=[
                ("participation_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("organisation", _key("contracts.organisation")),
                ("contract", _key("contracts.groupcontract")),
                ("participant", _key("participants.participant")),
                ("client_id", models.BigIntegerField()),
                ("place", models.CharField(max_length=10)),
            ],
            options={
                "db_table": "household_member",
                "indexes": [
                    models.Index(fields=["client_id"], name="household_of_client"),
                    models.Index(fields=["participant"], name="household_of_participant"),
                ],
            },
        ),
        own_rows("household_member", rights="SELECT, INSERT, DELETE"),
        within_reach("household_member", f"contract_id = ANY ({REACH})"),
    ]
