"""An organisation that leaves the portal gives no mandates any more: the insurer's staff revoke them with it (O16, X07)."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience


class Migration(migrations.Migration):
    dependencies = [("access", "0012_leave_wish")]
    operations = [
        migrations.RunSQL(
            f"GRANT UPDATE (revoked_at, revoked_by) ON mandate TO {Audience.STAFF}",
            f"REVOKE UPDATE (revoked_at, revoked_by) ON mandate FROM {Audience.STAFF}",
        )
    ]
