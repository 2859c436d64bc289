"""The index of what is open ends in the id: the latest of somebody's is then found without sorting, row after row."""

from __future__ import annotations

from django.db import migrations, models

_OPEN = models.Q(state__in=["received", "checking", "waiting"])


class Migration(migrations.Migration):
    dependencies = [("mutations", "0006_group")]
    operations = [
        migrations.RemoveIndex("mutation", "mutation_open"),
        migrations.AddIndex(
            "mutation",
            models.Index(fields=["organisation", "participant", "id"], name="mutation_open", condition=_OPEN),
        ),
    ]
