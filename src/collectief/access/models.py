"""Who can sign in, and for whom."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

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
