"""What a plan keeps of the rows that can be carried out as they were judged (ADR 11)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bulk", "0005_worker_rights")]
    operations = [
        migrations.AddField("batchchunk", "kept", models.BinaryField(default=b"")),
        migrations.RunSQL(
            # What is sealed does not get smaller: trying costs time.
            "ALTER TABLE batch_chunk ALTER COLUMN kept SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
