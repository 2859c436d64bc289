"""An insurer's staff read and decide the applications for its own portals only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience

STAFF = Audience.STAFF
# An application is written by who may read nothing, and so knows its insurer by the slug of the portal's brand.
_OWN = "insurer = (SELECT slug FROM insurer WHERE id = (SELECT nullif(current_setting('c.insurer', true), '')::bigint))"


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0001_initial"), ("contracts", "0002_security")]
    operations = [
        migrations.RunSQL(
            [
                f"DROP POLICY every_row_{STAFF} ON account_application",
                f"CREATE POLICY own_insurer_{STAFF} ON account_application TO {STAFF} USING ({_OWN}) WITH CHECK ({_OWN})",
            ],
            [
                f"DROP POLICY own_insurer_{STAFF} ON account_application",
                f"CREATE POLICY every_row_{STAFF} ON account_application TO {STAFF} USING (true) WITH CHECK (true)",
            ],
        )
    ]
