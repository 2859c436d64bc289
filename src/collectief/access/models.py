"""Who can sign in, and for whom."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from collectief.contracts.models import Insurer, Organisation


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by what they sign in with."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email=username)


class Account(AbstractBaseUser):
    """A person who can sign in. Django's own password field stays unusable until passwords exist for a segment."""

    insurer = models.ForeignKey(Insurer, models.PROTECT)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    objects = AccountManager()

    class Meta:
        db_table = "account"


class Membership(models.Model):
    """An account's place in an organisation: its roles there, and the eHerkenning identity it comes with.

    eHerkenning matches on company (KvK of the organisation) and acting subject, never on e-mail.
    """

    account = models.ForeignKey(Account, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    acting_subject = models.CharField(max_length=200, null=True)
    roles = ArrayField(models.CharField(max_length=40), default=list)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "membership"
        constraints = [
            models.UniqueConstraint(fields=["account", "organisation"], name="membership_once"),
            models.UniqueConstraint(fields=["organisation", "acting_subject"], name="membership_identity_once"),
        ]


class UsedOnce(models.Model):
    """The digest of an artifact or assertion that was used; `until` is when it could not be used again anyway."""

    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "used_once"

    @classmethod
    def remember(cls, digest: str, until: datetime) -> bool:
        """Whether it was not there yet. One statement, so that of two at the same moment one wins."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO used_once (digest, until) VALUES (%s, %s) ON CONFLICT (digest) DO NOTHING", [digest, until]
            )
            return bool(cursor.rowcount)
