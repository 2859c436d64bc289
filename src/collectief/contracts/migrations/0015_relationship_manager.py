"""Who at the insurer looks after a customer: kept by its staff, and each customer reads of its own (U31)."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import OWN_ORGANISATION, own_insurer

_OWN = (
    "id = (SELECT relationship_manager_id FROM organisation"
    f" WHERE {OWN_ORGANISATION.replace('organisation_id', 'organisation.id', 1)})"
)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0014_customer_ends")]
    operations = [
        migrations.CreateModel(
            name="RelationshipManager",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.insurer"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("phone", models.CharField(default="", max_length=20)),
                ("email", models.CharField(max_length=254)),
            ],
            options={
                "db_table": "relationship_manager",
                "constraints": [models.UniqueConstraint(fields=["insurer", "email"], name="relationship_manager_once")],
            },
        ),
        migrations.AddField(
            "organisation",
            "relationship_manager",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="contracts.relationshipmanager"
            ),
        ),
        own_insurer(
            "relationship_manager", Audience.STAFF, rights="SELECT, INSERT, UPDATE (name, phone, email), DELETE"
        ),
        migrations.RunSQL(
            [
                f"CREATE POLICY own_manager ON relationship_manager FOR SELECT TO {Audience.ORGANISATION}"
                f" USING ({_OWN})",
                f"GRANT SELECT ON relationship_manager TO {Audience.ORGANISATION}",
            ],
            reverse_sql=[
                "DROP POLICY own_manager ON relationship_manager",
                f"REVOKE ALL ON relationship_manager FROM {Audience.ORGANISATION}",
            ],
        ),
    ]
