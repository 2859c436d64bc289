"""Who can sign in, and for whom."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection, models
from django.db.models.functions import Lower, Now

from collectief.contracts.models import Insurer, Organisation


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by what they sign in with."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email=username)


class Account(AbstractBaseUser):
    """A person who can sign in. The password is unusable for who signs in with eHerkenning."""

    insurer = models.ForeignKey(Insurer, models.PROTECT)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    objects = AccountManager()

    class Meta:
        db_table = "account"
        constraints = [
            # However it is typed: a mailbox is one account of an insurer, and of another insurer another.
            models.UniqueConstraint("insurer", Lower("email"), name="account_once"),
        ]


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


class Invitation(models.Model):
    """The letter with which somebody comes into a membership that waits for them (U30, W01, O02).

    Its token is derived from `nonce` and the installation's secret, and stands nowhere: a new nonce makes the old
    letter worthless. `expires_at` is 14 days on; used up once `accepted_at` is there.
    """

    membership = models.OneToOneField(Membership, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    # As typed by who invited; the account has its own once they are in.
    name = models.CharField(max_length=120)
    # Where a code goes when the invitation is used, for portals that ask for one (O03).
    mobile = models.CharField(max_length=20, default="")
    brand = models.CharField(max_length=40)
    language = models.CharField(max_length=5, default="nl")
    nonce = models.BinaryField()
    invited_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # The mail server said that the address does not exist.
    undeliverable = models.BooleanField(default=False)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitation"
        indexes = [models.Index(fields=["organisation"], name="invitation_of_organisation")]


class Authenticator(models.Model):
    """The authenticator app an account has linked: its secret, sealed for this account (W04).

    There is a row only once a code of it was right. `last_step` is the half minute of the last code that was taken:
    that code and every earlier one are worth nothing any more.
    """

    account = models.OneToOneField(Account, models.CASCADE)
    sealed = models.BinaryField()
    linked_at = models.DateTimeField(db_default=Now())
    last_step = models.BigIntegerField()

    class Meta:
        db_table = "authenticator"


class RecoveryCode(models.Model):
    """A code for who lost their telephone, kept as a keyed digest; gone once it is used."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    digest = models.BinaryField()

    class Meta:
        db_table = "recovery_code"
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once")]


class WrongTry(models.Model):
    """One wrong password or code; `key` is a keyed digest of account or address, so that the table names nobody."""

    key = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "wrong_try"
        indexes = [models.Index(fields=["key", "at"], name="wrong_try_window")]


class OpenSession(AbstractBaseSession):
    """A session, as Django keeps it, and whose it is: empty until somebody signed in with it."""

    account_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "open_session"
        indexes = [models.Index(fields=["account_id"], name="open_session_of_account")]

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from .session_store import SessionStore

        return SessionStore


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


class Telephone(models.Model):
    """The mobile number that codes go to, confirmed by one: E.164, with its plus (W04, O06)."""

    account = models.OneToOneField(Account, models.CASCADE)
    number = models.CharField(max_length=20)
    confirmed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "telephone"


class SentCode(models.Model):
    """A code that went to a mobile number: derived from `nonce`, so that the table holds none.

    One at a time for an account and a purpose: a new one makes the one of before worthless. Gone once it is used.
    """

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    purpose = models.CharField(max_length=20)
    number = models.CharField(max_length=20)
    nonce = models.BinaryField()
    expires_at = models.DateTimeField()
    tries = models.IntegerField(default=0)

    class Meta:
        db_table = "sent_code"
        constraints = [models.UniqueConstraint(fields=["account", "purpose"], name="sent_code_once")]


class Passkey(models.Model):
    """A key of WebAuthn: the public half, of one host. `sign_count` grows with each use where a device counts."""

    account = models.ForeignKey(Account, models.CASCADE)
    host = models.CharField(max_length=100)
    credential = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "passkey"


class MailedLink(models.Model):
    """A link that was mailed to choose a new password (W03) or to confirm a new address (O06), valid for an hour.

    Its token is derived as an invitation's is. One at a time for an account and a purpose; gone once it is used.
    """

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    purpose = models.CharField(max_length=20)
    brand = models.CharField(max_length=40)
    language = models.CharField(max_length=5, default="nl")
    # The new address that is to be confirmed; empty for a password.
    address = models.EmailField(default="")
    nonce = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "mailed_link"
        constraints = [models.UniqueConstraint(fields=["account", "purpose"], name="mailed_link_once")]


class LeaveWish(models.Model):
    """Somebody wants to leave the portal, or to give up managing it (O16).

    `route` says who does it: the managers of the organisation, or the insurer by a case. One open at a time.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE)
    wish = models.CharField(max_length=12)
    route = models.CharField(max_length=12)
    brand = models.CharField(max_length=40)
    language = models.CharField(max_length=5, default="nl")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="open")
    # Why the insurer refused, in words for whoever asked.
    reason = models.CharField(max_length=500, default="")

    class Meta:
        db_table = "leave_wish"
        indexes = [models.Index(fields=["organisation"], name="leave_wish_open", condition=models.Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=models.Q(state="open"), name="leave_wish_once")
        ]
