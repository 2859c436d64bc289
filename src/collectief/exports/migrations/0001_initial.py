"""Lists that are made again and again: seen by whoever planned them alone; the worker sees when they are due."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import OWN_ACCOUNT, REACH, every_row, own_rows, within_reach


def _of_account(table: str) -> migrations.RunSQL:
    """Nobody else of the organisation sees it, in all its contracts or in some."""
    return migrations.RunSQL(
        f"CREATE POLICY of_account ON {table} AS RESTRICTIVE TO {Audience.ORGANISATION}"
        f" USING (account_id = {OWN_ACCOUNT})",
        f"DROP POLICY of_account ON {table}",
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contracts", "0014_customer_ends"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("mandate_id", models.BigIntegerField(null=True)),
                ("home_id", models.BigIntegerField()),
                ("brand", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=5)),
                ("which", models.CharField(max_length=10)),
                ("contract_id", models.BigIntegerField(null=True)),
                ("every", models.CharField(max_length=10)),
                ("on_day", models.SmallIntegerField()),
                ("planned_at", models.DateTimeField()),
                ("next_day", models.DateField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_why", models.CharField(db_default="", default="", max_length=20)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.organisation"
                    ),
                ),
            ],
            options={
                "db_table": "export_plan",
            },
        ),
        migrations.CreateModel(
            name="ExportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("keep_until", models.DateField()),
                (
                    "contracts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("lines", models.IntegerField()),
                ("stored_as", models.CharField(max_length=100)),
                ("key_sealed", models.BinaryField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.organisation"
                    ),
                ),
                ("plan", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to="exports.exportplan")),
            ],
            options={
                "db_table": "export_file",
            },
        ),
        migrations.AddIndex(
            model_name="exportplan",
            index=models.Index(fields=["organisation", "account_id"], name="export_plan_own"),
        ),
        migrations.AddIndex(
            model_name="exportplan",
            index=models.Index(condition=models.Q(("stopped_at", None)), fields=["next_day"], name="export_plan_due"),
        ),
        migrations.AddIndex(
            model_name="exportfile",
            index=models.Index(fields=["organisation", "account_id", "-day"], name="export_file_own"),
        ),
        migrations.AddIndex(
            model_name="exportfile",
            index=models.Index(fields=["keep_until"], name="export_file_by_term"),
        ),
        migrations.AddConstraint(
            model_name="exportfile",
            constraint=models.UniqueConstraint(fields=("plan", "day"), name="export_once_a_day"),
        ),
        own_rows("export_plan", rights="SELECT, INSERT, UPDATE (next_day, stopped_at, stopped_why)"),
        own_rows("export_file", rights="SELECT, INSERT"),
        _of_account("export_plan"),
        _of_account("export_file"),
        # What was made of more contracts may hold people of any of them (G13).
        within_reach("export_file", f"contracts <@ {REACH}"),
        every_row(
            "export_plan",
            Audience.WORKER,
            rights="SELECT (id, insurer_id, account_id, organisation_id, brand, mandate_id, home_id, next_day,"
            " stopped_at), UPDATE (stopped_at, stopped_why), DELETE",
        ),
        every_row("export_file", Audience.WORKER, rights="SELECT (id, plan_id, keep_until, stored_as), DELETE"),
    ]
