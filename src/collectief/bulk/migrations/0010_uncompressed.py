"""What is sealed cannot be made smaller, so nobody tries: as it was for the rows and what is kept of them."""

from __future__ import annotations

from django.db import migrations

_SEALED = ("plan_told", "outcome_told")


class Migration(migrations.Migration):
    dependencies = [("bulk", "0009_reminded")]
    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE batch_chunk ALTER COLUMN {column} SET STORAGE EXTERNAL" for column in _SEALED],
            [f"ALTER TABLE batch_chunk ALTER COLUMN {column} SET STORAGE EXTENDED" for column in _SEALED],
        )
    ]
