"""Links and changes of data have a term: the worker between organisations ends it, without reading who asked (law 9)."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row


class Migration(migrations.Migration):
    dependencies = [("contracts", "0015_relationship_manager")]
    operations = [
        migrations.AddField("contractlink", "forgotten", models.BooleanField(default=False, db_default=False)),
        every_row(
            "contract_link",
            Audience.WORKER,
            rights="SELECT (id, state, decided_at, ended_at, forgotten), UPDATE (asked_by, forgotten), DELETE",
        ),
        every_row("data_change", Audience.WORKER, rights="SELECT (id, decided_at), DELETE"),
    ]
