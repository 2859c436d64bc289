"""How many times it was told once more that a plan waits for agreement (X08); the worker finds what is due by it."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


class Migration(migrations.Migration):
    dependencies = [("bulk", "0008_mandate")]
    operations = [
        migrations.AddField("batch", "reminded", models.SmallIntegerField(db_default=0, default=0)),
        plain("batch", Audience.WORKER, rights="SELECT (reminded)"),
    ]
