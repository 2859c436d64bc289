"""Cases have a term: the worker between organisations ends it, without reading what is in them (law 9)."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_worked_on")]
    operations = [
        migrations.AddField("case", "forgotten", models.BooleanField(default=False, db_default=False)),
        every_row(
            "case_of_work",
            Audience.WORKER,
            rights="SELECT (id, decided_at, forgotten), UPDATE (reason, forgotten)",
        ),
        every_row("case_note", Audience.WORKER, rights="SELECT (id, case_id), DELETE"),
    ]
