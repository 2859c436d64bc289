"""Policy schedules on paper: written by jobs, counted by staff, forgotten after their term."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_insurer, own_rows, within_reach


class Migration(migrations.Migration):
    dependencies = [("policies", "0005_policyholder"), ("participants", "0008_card_number")]
    operations = [
        migrations.CreateModel(
            name="PostedSchedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("insurer_id", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="contracts.organisation",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="participants.participant",
                    ),
                ),
                ("participation_id", models.BigIntegerField()),
                ("document_id", models.BigIntegerField(null=True)),
                ("problem", models.CharField(db_default="", default="", max_length=20)),
                ("tried_at", models.DateTimeField()),
            ],
            options={
                "db_table": "posted_schedule",
                "constraints": [
                    models.UniqueConstraint(fields=["organisation", "participation_id"], name="schedule_posted_once")
                ],
                "indexes": [
                    models.Index(fields=["tried_at"], name="schedule_posted_by_term"),
                    models.Index(
                        condition=models.Q(document_id__isnull=True),
                        fields=["insurer_id"],
                        name="schedule_not_posted",
                    ),
                ],
            },
        ),
        own_rows("posted_schedule", rights="SELECT, INSERT, UPDATE (document_id, problem, tried_at)"),
        # With whom it is about (G13).
        within_reach(
            "posted_schedule", "EXISTS (SELECT FROM participant p WHERE p.id = posted_schedule.participant_id)"
        ),
        every_row("posted_schedule", Audience.WORKER, rights="SELECT (id, document_id, tried_at), DELETE"),
        own_insurer(
            "posted_schedule",
            Audience.STAFF,
            rights="SELECT (id, insurer_id, organisation_id, document_id, problem)",
        ),
    ]
