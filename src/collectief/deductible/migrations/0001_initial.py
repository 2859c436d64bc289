"""What is used is its organisation's to read; the worker takes it over, by number, and tells that it is there."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_insurer, own_rows, within_reach

WORKER = Audience.WORKER
# Whoever works in some contracts sees it of who has a stay in one of those, as of participants themselves.
_HAS_A_STAY = "EXISTS (SELECT FROM participation s WHERE s.participant_id = deductible_use.participant_id)"


def _id() -> models.BigAutoField:  # type: ignore[type-arg]
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _key(to: str, *, checked: bool = False) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, db_constraint=checked
    )  # fmt: skip


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("contracts", "0011_without_kvk"),
        ("participants", "0005_person_sealed"),
        ("policies", "0002_policy_terms"),
        ("enrolment", "0008_adjoining"),
        ("inbox", "0003_news"),
    ]
    operations = [
        migrations.CreateModel(
            name="DeductibleImport",
            fields=[
                ("id", _id()),
                ("insurer", _key("contracts.insurer", checked=True)),
                ("by", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("lines", models.IntegerField(default=0)),
                ("new", models.IntegerField(default=0)),
                ("changed", models.IntegerField(default=0)),
                ("unchanged", models.IntegerField(default=0)),
                ("refused", models.IntegerField(default=0)),
                ("problems", models.JSONField(default=list)),
            ],
            options={
                "db_table": "deductible_import",
                "indexes": [models.Index(fields=["insurer", "-started_at", "-id"], name="deductible_import_latest")],
            },
        ),
        migrations.CreateModel(
            name="DeductibleUse",
            fields=[
                ("id", _id()),
                ("insurer_id", models.BigIntegerField()),
                ("organisation", _key("contracts.organisation")),
                ("participant", _key("participants.participant")),
                ("year", models.SmallIntegerField()),
                ("deductible", models.IntegerField()),
                ("used", models.IntegerField()),
                ("as_of", models.DateField()),
            ],
            options={
                "db_table": "deductible_use",
                "constraints": [models.UniqueConstraint(fields=["participant", "year"], name="deductible_use_once")],
                "indexes": [
                    models.Index(fields=["organisation", "year"], name="deductible_use_of"),
                    models.Index(fields=["insurer_id", "year", "organisation"], name="deductible_use_by_year"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeductibleOverview",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation", "year", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organisation", _key("contracts.organisation")),
                ("year", models.SmallIntegerField()),
                ("as_of", models.DateField()),
                ("told_at", models.DateTimeField()),
            ],
            options={"db_table": "deductible_overview"},
        ),
        own_rows("deductible_use", rights="SELECT"),
        within_reach("deductible_use", _HAS_A_STAY),
        every_row("deductible_use", WORKER, rights="SELECT, INSERT, UPDATE, DELETE"),
        every_row("deductible_overview", WORKER, rights="SELECT, INSERT, UPDATE, DELETE"),
        own_insurer("deductible_import", Audience.STAFF, rights="SELECT"),
        every_row("deductible_import", WORKER, rights="SELECT, INSERT, UPDATE, DELETE"),
        # Whom a relation number is of, and nothing that says who it is.
        every_row("participant", WORKER, rights="SELECT (id, insurer_id, organisation_id, relation_number)"),
        migrations.RunSQL(
            [f"GRANT INSERT ON message TO {WORKER}", f"GRANT USAGE ON SEQUENCE message_id_seq TO {WORKER}"],
            [f"REVOKE INSERT ON message FROM {WORKER}", f"REVOKE USAGE ON SEQUENCE message_id_seq FROM {WORKER}"],
        ),
    ]
