"""Wishes to leave the portal (O16): an organisation's accounts, kept by the role for accounts; the insurer decides some."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import OWN_ORGANISATION, own_insurer


class Migration(migrations.Migration):
    dependencies = [("access", "0011_mandates"), ("contracts", "0009_contract_link")]
    operations = [
        migrations.CreateModel(
            name="LeaveWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.organisation"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="access.membership"),
                ),
                ("wish", models.CharField(max_length=12)),
                ("route", models.CharField(max_length=12)),
                ("brand", models.CharField(max_length=40)),
                ("language", models.CharField(default="nl", max_length=5)),
                ("asked_at", models.DateTimeField()),
                ("state", models.CharField(default="open", max_length=12)),
                ("reason", models.CharField(default="", max_length=500)),
            ],
            options={
                "db_table": "leave_wish",
                "indexes": [
                    models.Index(fields=["organisation"], name="leave_wish_open", condition=models.Q(state="open"))
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["membership"], condition=models.Q(state="open"), name="leave_wish_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE leave_wish ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE leave_wish FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY managed ON leave_wish TO {Audience.ACCOUNTS} USING ({OWN_ORGANISATION})"
                f" WITH CHECK ({OWN_ORGANISATION})",
                f"GRANT SELECT, INSERT, UPDATE (state) ON leave_wish TO {Audience.ACCOUNTS}",
                f"GRANT USAGE ON SEQUENCE leave_wish_id_seq TO {Audience.ACCOUNTS}",
            ],
            ["DROP POLICY managed ON leave_wish", f"REVOKE ALL ON leave_wish FROM {Audience.ACCOUNTS}"],
        ),
        own_insurer("leave_wish", Audience.STAFF, rights="SELECT, UPDATE (state, reason)"),
    ]
