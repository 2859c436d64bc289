"""Messages, and who has read which."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Message(models.Model):
    """One thing an organisation is told (`facts.Tiding`).

    Written in the transaction of what it tells. `at` may lie ahead: until then nobody sees it.
    """

    insurer_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    at = models.DateTimeField()
    keep_until = models.DateField()
    category = models.CharField(max_length=30)
    code = models.CharField(max_length=60)
    about = models.CharField(max_length=12)
    about_id = models.BigIntegerField()
    contracts = ArrayField(models.BigIntegerField(), null=True)
    participant_id = models.BigIntegerField(null=True)
    # Of who is no participant: initials, prefix and surname, and what is searched.
    name = models.JSONField(null=True)
    sort_key = models.CharField(max_length=260, db_collation="C", default="")
    facts = models.JSONField(default=dict)
    # Whose deed it tells of, and whether they saw what came of it: to them it is no news.
    account_id = models.BigIntegerField(null=True)
    seen_by_sender = models.BooleanField(default=False)
    # The one account that may read it; None for everyone who may otherwise.
    only_for = models.BigIntegerField(null=True)
    # Whether it was looked whom mail is to tell of it.
    announced = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "message"
        indexes = [
            models.Index(fields=["organisation_id"], name="message_to_announce", condition=models.Q(announced=False)),
            models.Index(fields=["organisation_id", "-at", "-id"], name="message_latest"),
            models.Index(fields=["keep_until"], name="message_by_term"),
            models.Index(
                fields=["only_for", "about_id"], name="message_for_one", condition=models.Q(only_for__isnull=False)
            ),
        ]


class MessageRead(models.Model):
    """That an account has read a message; goes when the message does, by the database's own hand."""

    pk = models.CompositePrimaryKey("message_id", "account_id")
    message = models.ForeignKey(Message, models.DB_CASCADE, db_index=False)
    account_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "message_read"


class MailPreference(models.Model):
    """When an account wants mail about messages at a portal; who has none chose nothing (X08)."""

    pk = models.CompositePrimaryKey("account_id", "brand")
    account_id = models.BigIntegerField()
    brand = models.CharField(max_length=40)
    choice = models.CharField(max_length=10)
    language = models.CharField(max_length=5)

    class Meta:
        db_table = "mail_preference"


class Announcement(models.Model):
    """A mail that is to go: one for an account at a portal, however many messages it is about.

    `version` rises with each message that came since: of what came while the mail was on its way another one tells.
    """

    account_id = models.BigIntegerField()
    brand = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    version = models.IntegerField(default=1, db_default=1)

    class Meta:
        db_table = "announcement"
        constraints = [models.UniqueConstraint(fields=["account_id", "brand"], name="announcement_once")]
        indexes = [models.Index(fields=["due_at"], name="announcement_due")]


class News(models.Model):
    """Something the insurer told its customers, or will (`facts.Written`).

    News is read from here; a message was given to each of its organisations, and `reached` says to how many.
    """

    insurer_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    title = models.JSONField()
    text = models.JSONField()
    first_day = models.DateField()
    last_day = models.DateField()
    keep_until = models.DateField()
    brands = ArrayField(models.CharField(max_length=40), default=list)
    segments = ArrayField(models.CharField(max_length=40), default=list)
    category = models.CharField(max_length=30, default="")
    reached = models.IntegerField(default=0)
    written_by = models.CharField(max_length=120)
    written_by_id = models.BigIntegerField()
    written_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=120, default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "news"
        indexes = [models.Index(fields=["insurer_id", "-first_day", "-id"], name="news_latest")]
