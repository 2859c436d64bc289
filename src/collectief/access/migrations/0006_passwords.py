"""Own passwords and second factors: the sign-in's alone."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, plain


def _id() -> tuple[str, models.BigAutoField[int, int]]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("access", "0005_used_once")]
    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                _id(),
                ("sealed", models.BinaryField()),
                ("linked_at", models.DateTimeField(db_default=Now())),
                ("last_step", models.BigIntegerField()),
                (
                    "account",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={"db_table": "authenticator"},
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                _id(),
                ("digest", models.BinaryField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "recovery_code",
                "constraints": [models.UniqueConstraint(fields=("account", "digest"), name="recovery_code_once")],
            },
        ),
        migrations.CreateModel(
            name="WrongTry",
            fields=[_id(), ("key", models.BinaryField()), ("at", models.DateTimeField())],
            options={
                "db_table": "wrong_try",
                "indexes": [models.Index(fields=["key", "at"], name="wrong_try_window")],
            },
        ),
        every_row("authenticator", Audience.SIGN_IN, rights="SELECT, INSERT, UPDATE (last_step), DELETE"),
        every_row("recovery_code", Audience.SIGN_IN, rights="SELECT, INSERT, DELETE"),
        every_row("wrong_try", Audience.SIGN_IN, rights="SELECT, INSERT, DELETE"),
        # An invitation that is used chooses the password, of accounts of this insurer (policy `managed`).
        plain("account", Audience.ACCOUNTS, rights="UPDATE (password)"),
    ]
