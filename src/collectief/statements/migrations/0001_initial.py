"""What is asked for abroad: an organisation's own, within reach of its people; decided by staff of the insurer; sent by the worker."""

from __future__ import annotations

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_insurer, own_rows, plain, within_reach

# What changes while it is on its way, and when it is decided.
_SENT = "way, state, eessi_case, not_sent, sent_at, decided_at, reason_code, reason"
# Which are to be sent, whose they are and which an answer is about: nothing of whom they are about.
_TO_DO = "id, organisation_id, account_id, brand, mandate_id, way, state, asked_at, eessi_case, keep_until"


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("contracts", "0012_contact"),
        ("participants", "0007_key_number"),
        ("scope", "0006_contracts_role"),
    ]
    operations = [
        migrations.CreateModel(
            name="ForeignInstitution",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("country", models.CharField(max_length=2)),
                ("name", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "foreign_institution",
                "indexes": [models.Index(fields=["country", "name"], name="foreign_institution_in")],
            },
        ),
        migrations.CreateModel(
            name="S1Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("contracts", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                ("account_id", models.BigIntegerField()),
                ("mandate_id", models.BigIntegerField(null=True)),
                ("brand", models.CharField(max_length=40)),
                ("asked_by", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                ("keep_until", models.DateField()),
                ("relation_number", models.CharField(max_length=12)),
                ("initials", models.CharField(max_length=40)),
                ("prefix", models.CharField(max_length=20)),
                ("surname", models.CharField(max_length=200)),
                ("birth_date", models.CharField(max_length=10)),
                ("ground", models.CharField(max_length=20)),
                ("form", models.CharField(max_length=8)),
                ("country", models.CharField(max_length=2)),
                ("street", models.CharField(max_length=120)),
                ("house_number", models.CharField(max_length=20)),
                ("postcode", models.CharField(default="", max_length=16)),
                ("city", models.CharField(max_length=80)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("institution", models.CharField(default="", max_length=40)),
                ("institution_name", models.CharField(default="", max_length=200)),
                ("way", models.CharField(max_length=10)),
                ("state", models.CharField(default="asked", max_length=10)),
                ("eessi_case", models.CharField(default="", max_length=60)),
                ("not_sent", models.CharField(default="", max_length=60)),
                ("sent_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason_code", models.CharField(default="", max_length=40)),
                ("reason", models.CharField(default="", max_length=500)),
                ("another_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.organisation"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="participants.participant"
                    ),
                ),
            ],
            options={
                "db_table": "s1_request",
                "indexes": [
                    models.Index(fields=["participant", "-id"], name="s1_request_of"),
                    models.Index(fields=["insurer_id", "relation_number"], name="s1_request_by_number"),
                    models.Index(
                        condition=models.Q(("state", "asked")), fields=["asked_at"], name="s1_request_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("eessi_case", ""), _negated=True),
                        fields=["eessi_case"],
                        name="s1_request_case",
                    ),
                    models.Index(fields=["keep_until"], name="s1_request_by_term"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("another_at__isnull", True)),
                        fields=("participant",),
                        name="s1_request_once",
                    )
                ],
            },
        ),
        own_rows("s1_request", rights=f"SELECT, INSERT, UPDATE ({_SENT})"),
        # Whoever reaches somebody reads where their S1 stands, under whichever contract it was asked.
        within_reach(
            "s1_request", "EXISTS (SELECT FROM participant p WHERE p.id = s1_request.participant_id)", command="SELECT"
        ),
        own_insurer("s1_request", Audience.STAFF, rights="SELECT, UPDATE (state, decided_at, reason, another_at)"),
        every_row("s1_request", Audience.WORKER, rights=f"SELECT ({_TO_DO}), DELETE"),
        plain("foreign_institution", Audience.ORGANISATION, rights="SELECT"),
        plain("foreign_institution", Audience.WORKER, rights="SELECT, INSERT, UPDATE, DELETE"),
    ]
