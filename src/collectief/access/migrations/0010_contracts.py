"""The contracts somebody was given to work in; NULL is all of them (G13)."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0009_factor_reset")]
    operations = [
        migrations.AddField(
            "membership",
            "contracts",
            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True),
        ),
        migrations.AddConstraint(
            "membership",
            # Nobody is given nothing: that would be an account that can be told from a mistake by nobody.
            models.CheckConstraint(
                condition=models.Q(contracts__isnull=True) | ~models.Q(contracts=[]), name="membership_some_contract"
            ),
        ),
    ]
