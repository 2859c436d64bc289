"""Lists that are made, and when: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial")]
    operations = [also_own_insurer(table) for table in ("export_file", "export_plan")]
