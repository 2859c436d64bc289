"""Mail that a message is there: who wants it when, and which mails are to go (X08)."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, plain


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]
    operations = [
        migrations.AddField("message", "announced", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["organisation_id"], name="message_to_announce", condition=models.Q(("announced", False))
            ),
        ),
        migrations.CreateModel(
            name="MailPreference",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "brand", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("brand", models.CharField(max_length=40)),
                ("choice", models.CharField(max_length=10)),
                ("language", models.CharField(max_length=5)),
            ],
            options={"db_table": "mail_preference"},
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("brand", models.CharField(max_length=40)),
                ("due_at", models.DateTimeField()),
                ("version", models.IntegerField(db_default=1, default=1)),
            ],
            options={
                "db_table": "announcement",
                "indexes": [models.Index(fields=["due_at"], name="announcement_due")],
                "constraints": [models.UniqueConstraint(fields=("account_id", "brand"), name="announcement_once")],
            },
        ),
        # Whom a message concerns the worker may know, and not what it says or whom it is about.
        plain(
            "message",
            Audience.WORKER,
            rights="SELECT (organisation_id, at, category, contracts, account_id, seen_by_sender, announced),"
            " UPDATE (announced)",
        ),
        every_row("mail_preference", Audience.SIGN_IN, rights="SELECT, INSERT, UPDATE"),
        every_row("mail_preference", Audience.WORKER, rights="SELECT"),
        every_row("announcement", Audience.WORKER, rights="SELECT, INSERT, UPDATE, DELETE"),
    ]
