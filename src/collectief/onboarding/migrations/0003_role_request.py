"""Further roles asked of the insurer (U02): kept by the role for accounts, decided by the insurer's staff."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import OWN_ORGANISATION, own_insurer


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0002_own_insurer"),
        ("access", "0014_renewal"),
        ("contracts", "0014_customer_ends"),
    ]
    operations = [
        migrations.CreateModel(
            name="RoleRequest",
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
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                ("brand", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=5)),
                ("asked_at", models.DateTimeField()),
                ("decision", models.CharField(default="", max_length=12)),
                ("reason", models.CharField(default="", max_length=500)),
            ],
            options={
                "db_table": "role_request",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["membership"], condition=models.Q(decision=""), name="role_request_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE role_request ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE role_request FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY managed ON role_request TO {Audience.ACCOUNTS} USING ({OWN_ORGANISATION})"
                f" WITH CHECK ({OWN_ORGANISATION})",
                f"GRANT SELECT, INSERT ON role_request TO {Audience.ACCOUNTS}",
                f"GRANT USAGE ON SEQUENCE role_request_id_seq TO {Audience.ACCOUNTS}",
            ],
            ["DROP POLICY managed ON role_request", f"REVOKE ALL ON role_request FROM {Audience.ACCOUNTS}"],
        ),
        own_insurer("role_request", Audience.STAFF, rights="SELECT, UPDATE (decision, reason)"),
    ]
