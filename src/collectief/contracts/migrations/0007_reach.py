"""Who works in some contracts sees those contracts and no other (G13)."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import REACH, within_reach


class Migration(migrations.Migration):
    dependencies = [("contracts", "0006_auditor"), ("scope", "0006_contracts_role")]
    operations = [within_reach("group_contract", f"id = ANY ({REACH})")]
