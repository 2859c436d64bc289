"""Telephones, passkeys and links by mail: the sign-in's alone."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, plain


def _id() -> tuple[str, models.BigAutoField[int, int]]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _own_account() -> tuple[str, models.OneToOneField]:  # type: ignore[type-arg]
    return ("account", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL))


def _account(*, index: bool = True) -> tuple[str, models.ForeignKey]:  # type: ignore[type-arg]
    made = models.ForeignKey(db_index=index, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)
    return ("account", made)


class Migration(migrations.Migration):
    dependencies = [("access", "0006_passwords")]
    operations = [
        migrations.CreateModel(
            name="Telephone",
            fields=[
                _id(),
                ("number", models.CharField(max_length=20)),
                ("confirmed_at", models.DateTimeField(db_default=Now())),
                _own_account(),
            ],
            options={"db_table": "telephone"},
        ),
        migrations.CreateModel(
            name="SentCode",
            fields=[
                _id(),
                ("purpose", models.CharField(max_length=20)),
                ("number", models.CharField(max_length=20)),
                ("nonce", models.BinaryField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.IntegerField(default=0)),
                _account(index=False),
            ],
            options={
                "db_table": "sent_code",
                "constraints": [models.UniqueConstraint(fields=("account", "purpose"), name="sent_code_once")],
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                _id(),
                ("host", models.CharField(max_length=100)),
                ("credential", models.BinaryField(unique=True)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField(default=0)),
                ("name", models.CharField(max_length=60)),
                ("made_at", models.DateTimeField(db_default=Now())),
                ("used_at", models.DateTimeField(null=True)),
                _account(),
            ],
            options={"db_table": "passkey"},
        ),
        migrations.CreateModel(
            name="MailedLink",
            fields=[
                _id(),
                ("purpose", models.CharField(max_length=20)),
                ("brand", models.CharField(max_length=40)),
                ("language", models.CharField(default="nl", max_length=5)),
                ("address", models.EmailField(default="", max_length=254)),
                ("nonce", models.BinaryField()),
                ("expires_at", models.DateTimeField()),
                _account(index=False),
            ],
            options={
                "db_table": "mailed_link",
                "constraints": [models.UniqueConstraint(fields=("account", "purpose"), name="mailed_link_once")],
            },
        ),
        every_row("telephone", Audience.SIGN_IN, rights="SELECT, INSERT, DELETE"),
        every_row("sent_code", Audience.SIGN_IN, rights="SELECT, INSERT, UPDATE (tries), DELETE"),
        every_row("passkey", Audience.SIGN_IN, rights="SELECT, INSERT, UPDATE (sign_count, used_at), DELETE"),
        every_row("mailed_link", Audience.SIGN_IN, rights="SELECT, INSERT, DELETE"),
        # Who proved who they are changes their own password and address.
        plain("account", Audience.SIGN_IN, rights="UPDATE (password, email)"),
    ]
