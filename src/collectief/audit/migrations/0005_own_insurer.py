"""The trail: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_searched")]
    operations = [also_own_insurer("audit_event")]
