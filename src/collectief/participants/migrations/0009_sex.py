"""The sex that the BRP has of somebody, for segments that show it (G03)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participants", "0008_card_number")]
    operations = [
        migrations.AddField("registercheck", "sex", models.CharField(max_length=1, default="", db_default="")),
        migrations.AddField("participant", "sex", models.CharField(max_length=1, default="", db_default="")),
    ]
