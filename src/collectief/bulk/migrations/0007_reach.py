"""The contracts that the sender of a file could reach; NULL is all of them (G13)."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models

from collectief.scope.rowsecurity import REACH, within_reach


class Migration(migrations.Migration):
    dependencies = [("bulk", "0006_kept"), ("scope", "0006_contracts_role")]
    operations = [
        migrations.AddField(
            "batch",
            "contracts",
            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True),
        ),
        # A file of who reached more may hold people of any contract.
        within_reach("batch", f"contracts <@ {REACH}"),
        within_reach("batch_chunk", "EXISTS (SELECT FROM batch b WHERE b.id = batch_id)"),
    ]
