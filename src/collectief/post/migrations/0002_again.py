"""A letter that was refused or came back is sent once more: a row of its own, each time under another key (K08)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("post", "0001_initial")]
    operations = [
        migrations.AddField("consignment", "attempt", models.PositiveSmallIntegerField(db_default=1, default=1)),
        migrations.AlterField("consignment", "document_id", models.BigIntegerField()),
        migrations.AddField("consignment", "again_of", models.BigIntegerField(null=True, unique=True)),
        migrations.AddField("consignment", "again_why", models.CharField(db_default="", default="", max_length=20)),
        migrations.AddField("consignment", "again_by", models.CharField(db_default="", default="", max_length=120)),
        migrations.AddConstraint(
            "consignment", models.UniqueConstraint(fields=["document_id", "attempt"], name="consignment_once")
        ),
    ]
