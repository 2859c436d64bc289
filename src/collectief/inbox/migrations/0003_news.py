"""What the insurer tells: written by its staff, read by its customers; messages of it go to organisations (K03)."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import OWN_INSURER, every_row, own_insurer

STAFF = Audience.STAFF
# Of customers' messages the office touches its own alone, and reads none of the others.
_ITS_OWN = f"{OWN_INSURER} AND about = 'news'"
_TEXTS = django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list)


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_announced")]
    operations = [
        migrations.CreateModel(
            name="News",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("title", models.JSONField()),
                ("text", models.JSONField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("keep_until", models.DateField()),
                ("brands", _TEXTS),
                ("segments", _TEXTS.clone()),
                ("category", models.CharField(default="", max_length=30)),
                ("reached", models.IntegerField(default=0)),
                ("written_by", models.CharField(max_length=120)),
                ("written_by_id", models.BigIntegerField()),
                ("written_at", models.DateTimeField()),
                ("withdrawn_by", models.CharField(default="", max_length=120)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "news",
                "indexes": [models.Index(fields=["insurer_id", "-first_day", "-id"], name="news_latest")],
            },
        ),
        own_insurer("news", STAFF, rights="SELECT, INSERT, UPDATE (reached, withdrawn_by, withdrawn_at)"),
        # Who wrote it is the office's to know.
        own_insurer(
            "news",
            Audience.ORGANISATION,
            rights="SELECT (id, insurer_id, kind, title, text, first_day, last_day, brands, segments, withdrawn_at)",
        ),
        every_row("news", Audience.WORKER, rights="SELECT (id, keep_until), DELETE"),
        migrations.RunSQL(
            [
                f"CREATE POLICY of_the_insurer ON message TO {STAFF} USING ({_ITS_OWN}) WITH CHECK ({_ITS_OWN})",
                f"GRANT INSERT, DELETE, SELECT (id, insurer_id, about, about_id) ON message TO {STAFF}",
                f"GRANT USAGE ON SEQUENCE message_id_seq TO {STAFF}",
            ],
            [
                "DROP POLICY of_the_insurer ON message",
                f"REVOKE ALL ON message FROM {STAFF}",
                f"REVOKE ALL ON SEQUENCE message_id_seq FROM {STAFF}",
            ],
        ),
    ]
