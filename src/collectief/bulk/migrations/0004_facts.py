"""On which facts a chunk's plan was made."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bulk", "0003_chunks"), ("mutations", "0004_people_lane")]
    operations = [
        migrations.AddField("batchchunk", "facts", models.CharField(default="", max_length=80)),
    ]
