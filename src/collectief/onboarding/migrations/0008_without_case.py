"""Second applications of a mailbox have no case: nobody would ever decide those of before, nor end their term (law 9).

What came in lately may still get its case, from a job that waits.
"""

from __future__ import annotations

from django.db import migrations

# The owner is bound by row security too.
_TABLES = ("account_application", "case_of_work")


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0007_own_insurer"), ("cases", "0004_forgotten_asker")]
    operations = [
        migrations.RunSQL(
            [
                *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in _TABLES),
                "DELETE FROM account_application a WHERE decision = '' AND applied_at < now() - interval '7 days'"
                " AND NOT EXISTS (SELECT FROM case_of_work c"
                " WHERE c.kind = 'account_application' AND c.subject = a.id::text)",
                *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in _TABLES),
            ],
            migrations.RunSQL.noop,
        )
    ]
