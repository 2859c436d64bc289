"""What devices keep stands with the passkey, and recovery codes know of which secret they are (ADR 26)."""

from __future__ import annotations

import hashlib
import hmac

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from collectief.scope.secret import key_for


def keep_handles(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The handle of every passkey, as it was derived until now."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE passkey NO FORCE ROW LEVEL SECURITY")
        cursor.execute("SELECT DISTINCT account_id FROM passkey")
        key = key_for("passkey")
        handles = [
            (hmac.digest(key, str(account_id).encode(), hashlib.sha256), account_id)
            for (account_id,) in cursor.fetchall()
        ]
        cursor.executemany("UPDATE passkey SET handle = %s WHERE account_id = %s", handles)
        cursor.execute("ALTER TABLE passkey FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [("access", "0013_staff_end_mandates"), ("participants", "0007_key_number")]
    operations = [
        migrations.AddField("passkey", "handle", models.BinaryField(default=b""), preserve_default=False),
        migrations.RunPython(keep_handles, migrations.RunPython.noop),
        # Until now there was one secret.
        migrations.AddField("recoverycode", "key_number", models.SmallIntegerField(default=1), preserve_default=False),
    ]
