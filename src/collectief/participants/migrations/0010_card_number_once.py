"""Only who has a card number is in its index: everyone who came in with a file was there with none."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participants", "0009_sex")]
    operations = [
        migrations.AlterField("person", "card_number", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "person",
            models.UniqueConstraint(
                fields=["card_number"], name="person_card_number_once", condition=models.Q(card_number__isnull=False)
            ),
        ),
    ]
