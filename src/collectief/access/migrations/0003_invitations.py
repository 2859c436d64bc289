"""Invitations; and an account is one of an insurer: the same mailbox may have another at another insurer."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Lower, Now

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, plain

_OWN = "organisation_id = (SELECT nullif(current_setting('c.org', true), '')::bigint)"
_INSURERS = "insurer_id = (SELECT nullif(current_setting('c.insurer', true), '')::bigint)"


def _policy(table: str, condition: str, *, rights: str) -> migrations.RunSQL:
    """The role for accounts gets `rights` on the rows of its organisation, or of its insurer."""
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY managed ON {table} TO {Audience.ACCOUNTS} USING ({condition}) WITH CHECK ({condition})",
            f"GRANT {rights} ON {table} TO {Audience.ACCOUNTS}",
        ],
        [f"DROP POLICY managed ON {table}", f"REVOKE ALL ON {table} FROM {Audience.ACCOUNTS}"],
    )


class Migration(migrations.Migration):
    dependencies = [("access", "0002_security"), ("scope", "0003_accounts_role")]
    operations = [
        migrations.AlterField("account", "email", models.EmailField(max_length=254)),
        migrations.AddConstraint("account", models.UniqueConstraint("insurer", Lower("email"), name="account_once")),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("mobile", models.CharField(default="", max_length=20)),
                ("brand", models.CharField(max_length=40)),
                ("language", models.CharField(default="nl", max_length=5)),
                ("nonce", models.BinaryField()),
                ("invited_by", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(db_default=Now())),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("undeliverable", models.BooleanField(default=False)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "membership",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="access.membership"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="contracts.organisation"
                    ),
                ),
            ],
            options={
                "db_table": "invitation",
                "indexes": [models.Index(fields=["organisation"], name="invitation_of_organisation")],
            },
        ),
        _policy("account", _INSURERS, rights="SELECT, INSERT"),
        _policy("membership", _OWN, rights="SELECT, INSERT, UPDATE"),
        _policy("invitation", _OWN, rights="SELECT, INSERT, UPDATE"),
        _policy("organisation", _OWN.replace("organisation_id", "id", 1), rights="SELECT"),
        plain("SEQUENCE account_id_seq, membership_id_seq, invitation_id_seq", Audience.ACCOUNTS, rights="USAGE"),
        # Who holds a link is nobody yet: it is looked up as the sign-in.
        every_row("invitation", Audience.SIGN_IN, rights="SELECT"),
        every_row("invitation", Audience.STAFF, rights="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(
            f"GRANT SELECT ON insurer TO {Audience.ACCOUNTS}", f"REVOKE SELECT ON insurer FROM {Audience.ACCOUNTS}"
        ),
    ]
