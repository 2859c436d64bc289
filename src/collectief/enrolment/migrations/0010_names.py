"""A stay carries the name as the list shows it, beside the sort key it is found by.

A page of a list then visits one table: looking each of its fifty people up to learn what they are called was more than
a quarter of its time. Like the other copies these are the participant's, and `actions` keeps them.
"""

from __future__ import annotations

from django.db import migrations, models

# The columns, and how long the participant's are.
_NAME = {"initials": 40, "prefix": 20, "surname": 200}
_ROW = "participant_id, contract_id, relation_number, birth_date, external_reference, first_day, end_day"
_INDEX = (
    "CREATE INDEX participation_by_sort_key ON participation (organisation_id, shelf, sort_key, id) INCLUDE ({columns})"
)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0009_household"), ("participants", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE participation "
                + ", ".join(
                    f"ADD COLUMN {column} varchar({length}) NOT NULL DEFAULT ''" for column, length in _NAME.items()
                ),
                "DROP INDEX participation_by_sort_key",
                # The owner is bound by row security too; no day changes, so no mark does.
                "ALTER TABLE participation NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER",
                "ALTER TABLE participant NO FORCE ROW LEVEL SECURITY",
                "UPDATE participation s SET initials = p.initials, prefix = p.prefix, surname = p.surname"
                "  FROM participant p WHERE p.id = s.participant_id",
                "ALTER TABLE participant FORCE ROW LEVEL SECURITY",
                "ALTER TABLE participation FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER, "
                + ", ".join(f"ALTER COLUMN {column} DROP DEFAULT" for column in _NAME),
                _INDEX.format(columns=f"{_ROW}, {', '.join(_NAME)}"),
            ],
            [
                "DROP INDEX participation_by_sort_key",
                "ALTER TABLE participation " + ", ".join(f"DROP COLUMN {column}" for column in _NAME),
                _INDEX.format(columns=_ROW),
            ],
            state_operations=[
                migrations.AddField("participation", column, models.CharField(max_length=length))
                for column, length in _NAME.items()
            ],
        ),
    ]
