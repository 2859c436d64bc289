"""How often the people of a lane have changed: what was judged before stands while it is the same."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.rowsecurity import own_rows


class Migration(migrations.Migration):
    dependencies = [("mutations", "0003_fewer_indexes")]
    operations = [
        migrations.CreateModel(
            name="PeopleLane",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id", "lane", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("lane", models.SmallIntegerField()),
                ("version", models.BigIntegerField()),
            ],
            options={"db_table": "people_lane"},
        ),
        own_rows("people_lane", rights="SELECT, INSERT, UPDATE"),
    ]
