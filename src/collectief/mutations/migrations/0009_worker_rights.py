"""The worker between organisations sees which mutations wait, and for which job; nobody's data."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience

_OPEN = "state IN ('received', 'checking', 'waiting')"


class Migration(migrations.Migration):
    dependencies = [("mutations", "0008_forgotten"), ("scope", "0002_queue")]
    operations = [
        migrations.RunSQL(
            # For reading only: what is decided is not seen by it, and nothing but emptying is open to it.
            f"CREATE POLICY to_wake ON mutation FOR SELECT TO {Audience.WORKER} USING ({_OPEN})",
            "DROP POLICY to_wake ON mutation",
        ),
        migrations.RunSQL(
            # Jobs are what the worker works off.
            f"GRANT SELECT (id, task_name, args, status) ON procrastinate_jobs TO {Audience.WORKER}",
            f"REVOKE SELECT (id, task_name, args) ON procrastinate_jobs FROM {Audience.WORKER}",
        ),
    ]
