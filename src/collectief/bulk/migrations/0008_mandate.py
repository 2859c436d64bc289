"""The mandate that a file was sent under, so that what goes on with it looks it up again (X07)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bulk", "0007_reach")]
    operations = [
        migrations.AddField("batch", "mandate_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(
            "GRANT SELECT (mandate_id) ON batch TO c_worker", "REVOKE SELECT (mandate_id) ON batch FROM c_worker"
        ),
    ]
