"""Applications have a term: the worker between organisations ends it, without reading who applied (law 9)."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0004_taken_back")]
    operations = [
        every_row("account_application", Audience.WORKER, rights="SELECT (id, applied_at, decision), DELETE"),
    ]
