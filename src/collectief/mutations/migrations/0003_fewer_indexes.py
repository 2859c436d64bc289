"""Only what reverses something is indexed as such; a reference that nothing can break loses its foreign key (ADR 9)."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mutations", "0002_security")]
    operations = [
        migrations.AlterField(
            model_name="mutation",
            name="participant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="participants.participant",
            ),
        ),
        migrations.AlterField(
            model_name="mutation",
            name="reverses",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="mutations.mutation"
            ),
        ),
        migrations.AddConstraint(
            model_name="mutation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)), fields=("reverses",), name="mutation_reversed_once"
            ),
        ),
    ]
