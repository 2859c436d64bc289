"""Batches are ended as their organisation; the worker between organisations no longer moves them itself."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bulk", "0004_facts")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE (state, finished_at) ON batch FROM c_worker",
            "GRANT UPDATE (state, finished_at) ON batch TO c_worker",
        )
    ]
