"""What was fixed is its organisation's to read, and nobody's to change; the worker fixes, by number and day."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import REACH, every_row, own_insurer, own_rows, within_reach


def _id() -> models.BigAutoField:  # type: ignore[type-arg]
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _key(to: str, *, checked: bool = False) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, db_constraint=checked
    )  # fmt: skip


class Migration(migrations.Migration):
    initial = True
    dependencies = [("contracts", "0011_without_kvk"), ("enrolment", "0008_adjoining")]
    operations = [
        migrations.CreateModel(
            name="MonthlyRun",
            fields=[
                ("id", _id()),
                ("insurer", _key("contracts.insurer", checked=True)),
                ("month", models.DateField()),
                ("state", models.CharField(default="running", max_length=10)),
                ("started_by", models.CharField(max_length=120)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("contracts", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "monthly_run",
                "constraints": [models.UniqueConstraint(fields=["insurer", "month"], name="monthly_run_once")],
            },
        ),
        migrations.CreateModel(
            name="FixedMonth",
            fields=[
                ("id", _id()),
                ("organisation", _key("contracts.organisation")),
                ("contract", _key("contracts.groupcontract")),
                ("month", models.DateField()),
                ("count", models.IntegerField()),
                ("came", models.IntegerField()),
                ("gone", models.IntegerField()),
                ("fixed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "fixed_month",
                "constraints": [models.UniqueConstraint(fields=["contract", "month"], name="fixed_month_once")],
            },
        ),
        migrations.CreateModel(
            name="FixedStay",
            fields=[
                ("id", _id()),
                ("organisation", _key("contracts.organisation")),
                ("contract", _key("contracts.groupcontract")),
                ("participant", _key("participants.participant")),
                ("first_day", models.DateField()),
                ("end_day", models.DateField()),
                ("from_month", models.DateField()),
                ("to_month", models.DateField()),
            ],
            options={
                "db_table": "fixed_stay",
                "indexes": [
                    models.Index(fields=["organisation", "contract", "to_month"], name="fixed_stay_of_contract")
                ],
            },
        ),
        own_insurer("monthly_run", Audience.STAFF, rights="SELECT, INSERT"),
        every_row("monthly_run", Audience.WORKER, rights="SELECT, INSERT, UPDATE (state, finished_at, contracts)"),
        own_rows("fixed_month", rights="SELECT"),
        within_reach("fixed_month", f"contract_id = ANY ({REACH})"),
        every_row("fixed_month", Audience.WORKER, rights="SELECT, INSERT"),
        own_rows("fixed_stay", rights="SELECT"),
        within_reach("fixed_stay", f"contract_id = ANY ({REACH})"),
        every_row("fixed_stay", Audience.WORKER, rights="SELECT, INSERT, UPDATE (to_month)"),
        # Which contracts there are, and nothing that says whose.
        every_row("group_contract", Audience.WORKER, rights="SELECT (id, insurer_id, organisation_id, first_day)"),
        migrations.RunSQL(
            f"GRANT SELECT (insurer_id) ON participation TO {Audience.WORKER}",
            f"REVOKE SELECT (insurer_id) ON participation FROM {Audience.WORKER}",
        ),
    ]
