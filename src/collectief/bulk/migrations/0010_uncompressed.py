"""What is sealed cannot be made smaller: trying it took more time than writing it."""

from __future__ import annotations

from django.db import migrations

_SEALED = ("sealed", "plan_told", "kept", "outcome_told")


class Migration(migrations.Migration):
    dependencies = [("bulk", "0009_reminded")]
    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE batch_chunk ALTER COLUMN {column} SET STORAGE EXTERNAL" for column in _SEALED],
            [f"ALTER TABLE batch_chunk ALTER COLUMN {column} SET STORAGE EXTENDED" for column in _SEALED],
        )
    ]
