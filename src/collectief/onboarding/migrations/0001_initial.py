"""Applications: anybody may add one, the insurer's staff read and decide them."""

from __future__ import annotations

import uuid

import django.contrib.postgres.fields
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row


class Migration(migrations.Migration):
    initial = True
    dependencies = [("scope", "0001_roles")]
    operations = [
        migrations.CreateModel(
            name="AccountApplication",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("insurer", models.CharField(max_length=50)),
                ("brand", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=5)),
                ("segment", models.CharField(max_length=40)),
                ("organisation", models.CharField(max_length=200)),
                ("kvk", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=120)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(max_length=20)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40)),
                ),
                ("applied_at", models.DateTimeField()),
                ("decision", models.CharField(default="", max_length=12)),
                ("reason", models.CharField(default="", max_length=500)),
            ],
            options={"db_table": "account_application"},
        ),
        every_row("account_application", Audience.STAFF, rights="SELECT, UPDATE (decision, reason)"),
        migrations.RunSQL(
            [
                f"CREATE POLICY applying ON account_application FOR INSERT TO {Audience.SIGN_IN} WITH CHECK (TRUE)",
                f"GRANT INSERT ON account_application TO {Audience.SIGN_IN}",
            ],
            [
                "DROP POLICY applying ON account_application",
                f"REVOKE ALL ON account_application FROM {Audience.SIGN_IN}",
            ],
        ),
    ]
