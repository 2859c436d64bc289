"""Letters are kept: sealed, seen by who reaches every contract they tell of, and gone after their term (law 9)."""

from __future__ import annotations

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import REACH, every_row, own_rows, plain, within_reach


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("contracts", "0012_contact"), ("scope", "0006_contracts_role")]
    operations = [
        migrations.AddField("document", "contracts", ArrayField(models.BigIntegerField(), null=True)),
        migrations.AddField("document", "facts", models.BinaryField(null=True)),
        migrations.AddField("document", "key_sealed", models.BinaryField(null=True)),
        migrations.AddField("document", "name", models.CharField(db_default="", default="", max_length=120)),
        migrations.AddIndex(
            "document",
            models.Index(fields=["organisation", "participant", "-made_at"], name="document_about"),
        ),
        migrations.AddConstraint(
            "document", models.UniqueConstraint(fields=["organisation", "facts"], name="document_same_once")
        ),
        migrations.CreateModel(
            name="DocumentFile",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        serialize=False,
                        to="documents.document",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="contracts.organisation",
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
            options={"db_table": "document_file"},
        ),
        plain("document", Audience.ORGANISATION, rights="SELECT"),
        # Of a letter that tells of more than somebody reaches, they see nothing (G13).
        within_reach("document", f"contracts <@ {REACH}"),
        plain("document", Audience.WORKER, rights="SELECT (number)"),
        own_rows("document_file", rights="SELECT, INSERT"),
        within_reach("document_file", "EXISTS (SELECT FROM document d WHERE d.id = document_id)"),
        every_row("document_file", Audience.WORKER, rights="SELECT (document_id), DELETE"),
    ]
