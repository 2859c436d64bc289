"""Wishes to leave have a term: the worker between organisations ends it, without reading whose they are (law 9)."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, plain


class Migration(migrations.Migration):
    dependencies = [("access", "0014_renewal")]
    operations = [
        migrations.AddField("leavewish", "decided_at", models.DateTimeField(null=True)),
        migrations.RunSQL(
            [
                # The owner is bound by row security too. Until now no day was kept but the one of asking.
                "ALTER TABLE leave_wish NO FORCE ROW LEVEL SECURITY",
                "UPDATE leave_wish SET decided_at = asked_at WHERE state <> 'open'",
                "ALTER TABLE leave_wish FORCE ROW LEVEL SECURITY",
            ],
            migrations.RunSQL.noop,
        ),
        plain("leave_wish", Audience.ACCOUNTS, rights="UPDATE (decided_at)"),
        plain("leave_wish", Audience.STAFF, rights="UPDATE (decided_at)"),
        every_row("leave_wish", Audience.WORKER, rights="SELECT (id, decided_at), DELETE"),
    ]
