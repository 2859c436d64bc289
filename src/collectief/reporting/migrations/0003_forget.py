"""What was fixed goes when it has had its term (law 9), by the worker's hand."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_runs")]
    operations = [
        migrations.RunSQL(
            f"GRANT DELETE ON fixed_month, fixed_stay TO {Audience.WORKER}",
            f"REVOKE DELETE ON fixed_month, fixed_stay FROM {Audience.WORKER}",
        )
    ]
