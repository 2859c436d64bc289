"""Policy terms, cards, schedules on paper and statements asked for: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("policies", "0009_one_of_a_kind")]
    operations = [
        also_own_insurer(table) for table in ("insurance_card", "policy_term", "posted_schedule", "statement_request")
    ]
