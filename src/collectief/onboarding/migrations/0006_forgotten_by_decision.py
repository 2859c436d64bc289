"""Roles that were asked for have a term, and that of an application begins when it was decided, as its case's (law 9).

The worker between organisations ends it, without reading who asked.
"""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, plain

# Until now no day was kept but the one of asking.
_ASKED = {"account_application": "applied_at", "role_request": "asked_at"}


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0005_forgotten")]
    operations = [
        *(
            migrations.AddField(model, "decided_at", models.DateTimeField(null=True))
            for model in ("accountapplication", "rolerequest")
        ),
        *(
            migrations.RunSQL(
                [
                    # The owner is bound by row security too.
                    f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
                    f"UPDATE {table} SET decided_at = {asked} WHERE decision <> ''",
                    f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                ],
                migrations.RunSQL.noop,
            )
            for table, asked in _ASKED.items()
        ),
        plain("account_application", Audience.STAFF, rights="UPDATE (decided_at)"),
        plain("account_application", Audience.WORKER, rights="SELECT (decided_at)"),
        plain("role_request", Audience.ACCOUNTS, rights="UPDATE (decided_at)"),
        plain("role_request", Audience.STAFF, rights="UPDATE (decided_at)"),
        every_row("role_request", Audience.WORKER, rights="SELECT (id, decided_at), DELETE"),
    ]
