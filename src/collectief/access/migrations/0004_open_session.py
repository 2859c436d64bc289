"""Sessions that know whose they are; who was signed in signs in once more."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


class Migration(migrations.Migration):
    dependencies = [("access", "0003_invitations")]
    operations = [
        migrations.CreateModel(
            name="OpenSession",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("account_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "open_session",
                "indexes": [models.Index(fields=["account_id"], name="open_session_of_account")],
            },
        ),
        plain("open_session", Audience.SIGN_IN, rights="SELECT, INSERT, UPDATE, DELETE"),
        migrations.RunSQL(
            ["DELETE FROM django_session", f"REVOKE ALL ON django_session FROM {Audience.SIGN_IN}"],
            [f"GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO {Audience.SIGN_IN}"],
        ),
    ]
