"""Batches and rows are their organisation's; the worker's housekeeping sees when they came, not what is in them."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_rows


class Migration(migrations.Migration):
    dependencies = [("bulk", "0001_initial"), ("scope", "0001_roles")]
    operations = [
        own_rows("batch", rights="SELECT, INSERT, UPDATE"),
        own_rows("batch_row", rights="SELECT, INSERT, UPDATE, DELETE"),
        every_row("batch", Audience.WORKER, rights="SELECT (id, created_at, key_sealed), UPDATE (key_sealed)"),
        every_row("batch_row", Audience.WORKER, rights="SELECT (batch_id), DELETE"),
        # A row is updated twice, in columns no index has: room on its page keeps those updates cheap.
        migrations.RunSQL("ALTER TABLE batch_row SET (fillfactor = 60)", "ALTER TABLE batch_row RESET (fillfactor)"),
    ]
