"""The months that were fixed are runs like any other (runs.0001_initial): what was done stays known."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_TABLES = ("monthly_run", "run")
# The owner is bound by row security too.
_UNBOUND = [f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in _TABLES]
_MOVE = """
INSERT INTO run (insurer_id, kind, subject, state, planned_by, planned_at, started_at, finished_at, done, total, failure)
SELECT insurer_id, 'flow_lists', to_char(month, 'YYYY-MM'), CASE state WHEN 'done' THEN 'done' ELSE 'failed' END,
       started_by, started_at, started_at, finished_at, contracts, contracts, ''
  FROM monthly_run ON CONFLICT DO NOTHING
"""

# No table is altered while keys to it wait to be checked.
_CHECKED = "SET CONSTRAINTS ALL IMMEDIATE"
MOVED: list[Any] = [*_UNBOUND, _MOVE, _CHECKED, "ALTER TABLE run FORCE ROW LEVEL SECURITY"]


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial"), ("runs", "0001_initial")]
    operations = [
        # One that was broken off is planned again by the night, or by hand.
        migrations.RunSQL(MOVED, migrations.RunSQL.noop),
        migrations.DeleteModel(name="MonthlyRun"),
    ]
