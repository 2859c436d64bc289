"""Law 1 in the table itself, the columns lists filter on, and their indexes.

Every index begins with the organisation, as every policy does, and ends with the last day: what is current or
former is then decided inside the index. The temporal key is for the law, not for look-ups (DESIGN, Scope).
"""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import own_rows

_LISTS = ("sort_key", "relation_number", "birth_date", "external_reference", "first_day")


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0001_initial"), ("scope", "0001_roles")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE participation"
                " ADD COLUMN first_day date NOT NULL GENERATED ALWAYS AS (lower(period)) STORED,"
                " ADD COLUMN end_day date NOT NULL"
                " GENERATED ALWAYS AS (coalesce(upper(period), 'infinity'::date)) STORED,"
                " ADD CONSTRAINT participation_never_twice"
                " UNIQUE (participant_id, contract_id, period WITHOUT OVERLAPS)",
                *(
                    f"CREATE INDEX participation_by_{column} ON participation (organisation_id, {column}, end_day)"
                    for column in _LISTS
                ),
                "CREATE INDEX participation_by_end_day ON participation (organisation_id, end_day)",
            ],
            "ALTER TABLE participation DROP COLUMN first_day, DROP COLUMN end_day,"
            " DROP CONSTRAINT participation_never_twice",
        ),
        own_rows("participation", rights="SELECT, INSERT, UPDATE, DELETE"),
    ]
