"""References that nothing can break lose their foreign key (ADR 9)."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0003_shelves")]
    operations = [
        migrations.AlterField(
            model_name="participation",
            name="contract",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="contracts.groupcontract",
            ),
        ),
    ]
