"""Wishes to leave: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("access", "0015_forgotten")]
    operations = [also_own_insurer("leave_wish", policy="managed")]
