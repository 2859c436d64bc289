"""Uploads: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("bulk", "0011_ended_by_nobody")]
    operations = [also_own_insurer("batch")]
