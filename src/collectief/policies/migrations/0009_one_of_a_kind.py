"""One product of a kind at a time in a stay, as before, by two keys (law 1, ADR 24).

Everyone has a basic insurance, and hardly anybody another: a key of its own, without the kind in it, is half the work
for each of a hundred thousand.
"""

from __future__ import annotations

from django.db import migrations

_KEY = (
    "ALTER TABLE policy_term ADD CONSTRAINT {name} EXCLUDE USING gist (participation_id WITH =, {columns}period WITH &&)"
    " WHERE ({where})"
)


class Migration(migrations.Migration):
    dependencies = [("policies", "0008_label_code")]
    operations = [
        migrations.RunSQL(
            [
                _KEY.format(name="policy_term_one_basic", columns="", where="kind = 'basic'"),
                _KEY.format(name="policy_term_one_of_each", columns="kind WITH =, ", where="kind <> 'basic'"),
                # WITHOUT OVERLAPS saw to that too.
                "ALTER TABLE policy_term DROP CONSTRAINT policy_term_one_of_a_kind,"
                " ADD CONSTRAINT policy_term_some_days CHECK (NOT isempty(period))",
            ],
            "ALTER TABLE policy_term ADD CONSTRAINT policy_term_one_of_a_kind"
            " UNIQUE (participation_id, kind, period WITHOUT OVERLAPS), DROP CONSTRAINT policy_term_one_basic,"
            " DROP CONSTRAINT policy_term_one_of_each, DROP CONSTRAINT policy_term_some_days",
        )
    ]
