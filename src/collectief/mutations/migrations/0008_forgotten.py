"""What was asked for somebody who never came is emptied after its time (law 9).

The worker between organisations finds it by state and day, and may do no more than empty it: it reads nothing of what
was asked, and the policy lets it leave nothing else behind.
"""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience

_CAME_TO_NOTHING = "participant_id IS NULL AND state IN ('rejected', 'withdrawn')"
_COLUMNS = "SELECT (id, participant_id, state, decided_at, forgotten), UPDATE (asked, params, forgotten)"


class Migration(migrations.Migration):
    dependencies = [("mutations", "0007_latest_open")]
    operations = [
        migrations.AddField("mutation", "forgotten", models.BooleanField(default=False, db_default=False)),
        migrations.AddIndex(
            "mutation",
            models.Index(
                fields=["decided_at"],
                name="mutation_to_forget",
                condition=models.Q(participant__isnull=True, state__in=["rejected", "withdrawn"], forgotten=False),
            ),
        ),
        migrations.RunSQL(
            [
                f"CREATE POLICY to_forget ON mutation TO {Audience.WORKER} USING ({_CAME_TO_NOTHING})"
                f" WITH CHECK ({_CAME_TO_NOTHING} AND forgotten AND asked = '{{}}' AND params = '{{}}')",
                f"GRANT {_COLUMNS} ON mutation TO {Audience.WORKER}",
            ],
            [
                f"REVOKE {_COLUMNS} ON mutation FROM {Audience.WORKER}",
                "DROP POLICY to_forget ON mutation",
            ],
        ),
    ]
