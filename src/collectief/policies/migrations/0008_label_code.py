"""The UZOVI codes of labels, kept by the insurer's staff and read where a card is made (K02)."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import own_insurer


class Migration(migrations.Migration):
    dependencies = [("policies", "0007_label_renamed"), ("contracts", "0014_customer_ends")]
    operations = [
        migrations.CreateModel(
            name="LabelCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.insurer"
                    ),
                ),
                ("label", models.CharField(max_length=80)),
                ("uzovi", models.CharField(max_length=4)),
                ("first_day", models.DateField()),
            ],
            options={
                "db_table": "label_code",
                "constraints": [
                    models.UniqueConstraint(fields=["insurer", "label", "first_day"], name="label_code_once")
                ],
            },
        ),
        own_insurer("label_code", Audience.STAFF, rights="SELECT, INSERT, UPDATE (label), DELETE"),
        own_insurer("label_code", Audience.ORGANISATION, rights="SELECT"),
    ]
