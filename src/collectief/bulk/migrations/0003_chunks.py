"""Rows are kept by the chunk (ADR 10).

Uploads of before are forgotten: a plan takes minutes to make again, and what was carried out stands in the
mutations.
"""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_rows


class Migration(migrations.Migration):
    dependencies = [("bulk", "0002_security"), ("scope", "0002_queue")]
    operations = [
        migrations.RunSQL(
            [
                # The owner is bound by row security too, and belongs to no organisation.
                "ALTER TABLE batch NO FORCE ROW LEVEL SECURITY",
                "UPDATE batch SET key_sealed = NULL, finished_at = coalesce(finished_at, now()),"
                " state = CASE WHEN state IN ('done', 'refused', 'cancelled') THEN state ELSE 'cancelled' END",
                "ALTER TABLE batch FORCE ROW LEVEL SECURITY",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel("BatchRow"),
        migrations.CreateModel(
            name="BatchChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "lane", "chunk", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("lane", models.SmallIntegerField()),
                ("chunk", models.IntegerField()),
                ("size", models.IntegerField()),
                ("numbers", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField())),
                ("sealed", models.BinaryField()),
                ("planned", models.TextField(default="")),
                ("plan_told", models.BinaryField(default=b"")),
                ("outcomes", models.TextField(default="")),
                ("outcome_told", models.BinaryField(default=b"")),
                (
                    "mutation_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="bulk.batch",
                    ),
                ),
            ],
            options={"db_table": "batch_chunk"},
        ),
        own_rows("batch_chunk", rights="SELECT, INSERT, UPDATE"),
        every_row("batch_chunk", Audience.WORKER, rights="SELECT (batch_id), DELETE"),
        migrations.RunSQL(
            [
                # What is sealed does not get smaller: trying costs time.
                "ALTER TABLE batch_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL",
                "GRANT SELECT (id, organisation_id, account_id, brand, state, created_at, accepted_at, finished_at,"
                " stored_as, key_sealed), UPDATE (key_sealed, stored_as, state, finished_at) ON batch TO c_worker",
                "GRANT SELECT (lock, status) ON procrastinate_jobs TO c_worker",
            ],
            [
                "REVOKE SELECT (lock, status) ON procrastinate_jobs FROM c_worker",
                "REVOKE UPDATE (stored_as, state, finished_at) ON batch FROM c_worker",
            ],
        ),
    ]
