"""Roles asked for: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0006_forgotten_by_decision")]
    operations = [also_own_insurer("role_request", policy="managed")]
