"""Insurance cards: made by jobs, seen by who may see the participant; staff see how many, and why some are not made."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_insurer, own_rows, within_reach


def _id() -> models.BigAutoField:  # type: ignore[type-arg]
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _key(to: str, *, checked: bool = True) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, db_constraint=checked
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0002_policy_terms"),
        ("participants", "0008_card_number"),
        ("contracts", "0013_postal_address"),
    ]
    operations = [
        migrations.CreateModel(
            name="CardRun",
            fields=[
                ("id", _id()),
                ("insurer", _key("contracts.insurer")),
                ("year", models.SmallIntegerField()),
                ("started_by", models.CharField(max_length=120)),
                ("started_at", models.DateTimeField()),
            ],
            options={
                "db_table": "card_run",
                "constraints": [models.UniqueConstraint(fields=["insurer", "year"], name="card_run_once")],
            },
        ),
        migrations.CreateModel(
            name="InsuranceCard",
            fields=[
                ("id", _id()),
                ("insurer_id", models.BigIntegerField()),
                ("organisation", _key("contracts.organisation")),
                ("participant", _key("participants.participant", checked=False)),
                ("year", models.SmallIntegerField()),
                ("number", models.CharField(max_length=16)),
                ("expires_on", models.DateField()),
                ("document_id", models.BigIntegerField(null=True)),
                ("problem", models.CharField(db_default="", default="", max_length=20)),
                ("tried_at", models.DateTimeField()),
            ],
            options={
                "db_table": "insurance_card",
                "constraints": [
                    models.UniqueConstraint(fields=["organisation", "participant", "year"], name="insurance_card_once")
                ],
                "indexes": [
                    models.Index(fields=["insurer_id", "year"], name="insurance_card_of_year"),
                    models.Index(fields=["expires_on"], name="insurance_card_by_term"),
                ],
            },
        ),
        own_insurer("card_run", Audience.STAFF, rights="SELECT, INSERT"),
        every_row("card_run", Audience.WORKER, rights="SELECT"),
        own_rows("insurance_card", rights="SELECT, INSERT, UPDATE (document_id, problem, tried_at)"),
        # With whom it is about (G13).
        within_reach("insurance_card", "EXISTS (SELECT FROM participant p WHERE p.id = insurance_card.participant_id)"),
        every_row("insurance_card", Audience.WORKER, rights="SELECT (id, expires_on), DELETE"),
        own_insurer(
            "insurance_card",
            Audience.STAFF,
            rights="SELECT (id, insurer_id, organisation_id, year, document_id, problem)",
        ),
    ]
