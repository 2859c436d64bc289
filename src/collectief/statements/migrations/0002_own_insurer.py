"""S1s: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial")]
    operations = [also_own_insurer("s1_request")]
