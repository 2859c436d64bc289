"""Mutations that are carried out together or not at all: a household that is enrolled (G06)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mutations", "0005_also_contract")]
    operations = [
        migrations.AddField("mutation", "group_id", models.BigIntegerField(null=True)),
        migrations.AddIndex(
            "mutation",
            models.Index(fields=["group_id"], name="mutation_of_group", condition=models.Q(group_id__isnull=False)),
        ),
    ]
