"""Stays: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0010_names")]
    operations = [also_own_insurer("participation")]
