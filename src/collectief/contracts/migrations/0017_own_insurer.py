"""Contacts, links and changes of data: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("contracts", "0016_forgotten")]
    operations = [also_own_insurer(table) for table in ("contact", "contract_link", "data_change")]
