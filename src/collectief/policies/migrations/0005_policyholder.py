"""Who took out an insurance that somebody asked for by itself, and how they pay for it (G06)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_statement_request")]
    operations = [
        migrations.AddField("policyterm", "policyholder_id", models.BigIntegerField(null=True)),
        migrations.AddField("policyterm", "payment", models.CharField(max_length=20, default="", db_default="")),
    ]
