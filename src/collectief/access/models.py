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
    """An account's place in an organisation: its roles there, and the identity it comes with.

    eHerkenning matches on company (KvK of the organisation) and acting subject, single sign-on on the provider's own
    name for somebody (`gateways.single_sign_on`); neither on e-mail.
    """

    account = models.ForeignKey(Account, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    acting_subject = models.CharField(max_length=200, null=True)
    roles = ArrayField(models.CharField(max_length=40), default=list)
    # The contracts they were given to work in; None is all of them, also those to come (G13).
    contracts = ArrayField(models.BigIntegerField(), null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "membership"
        constraints = [
            models.UniqueConstraint(fields=["account", "organisation"], name="membership_once"),
            models.UniqueConstraint(fields=["organisation", "acting_subject"], name="membership_identity_once"),
            models.CheckConstraint(
                condition=models.Q(contracts__isnull=True) | ~models.Q(contracts=[]), name="membership_some_contract"
            ),
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


class Mandate(models.Model):
    """What an organisation lets another do in its name (X07): these roles, in these contracts, on these days.

    To whom is a KvK number: whichever customer of the insurer has it, now or later, may use it. Who gives a mandate
    learns nothing of that. `name` is what they call it. Half-open; `contracts` None is all of them.
    """

    insurer_id = models.BigIntegerField()
    principal = models.ForeignKey(Organisation, models.PROTECT, db_index=False, related_name="+")
    kvk = models.CharField(max_length=8)
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=40))
    contracts = ArrayField(models.BigIntegerField(), null=True)
    first_day = models.DateField()
    end_day = models.DateField(null=True)
    given_by = models.CharField(max_length=120)
    given_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=120, default="")

    class Meta:
        db_table = "mandate"
        indexes = [
            models.Index(fields=["principal", "id"], name="mandate_given"),
            models.Index(fields=["insurer_id", "kvk"], name="mandate_received"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contracts__isnull=True) | ~models.Q(contracts=[]), name="mandate_some_contract"
            ),
            models.CheckConstraint(
                condition=models.Q(end_day__isnull=True) | models.Q(end_day__gt=models.F("first_day")),
                name="mandate_some_day",
            ),
        ]


class MandatePerson(models.Model):
    """Somebody of the organisation that got a mandate, who may act under it, and in which of its roles."""

    mandate = models.ForeignKey(Mandate, models.CASCADE, db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE)
    # The membership's: what row security goes by.
    organisation_id = models.BigIntegerField()
    roles = ArrayField(models.CharField(max_length=40))

    class Meta:
        db_table = "mandate_person"
        constraints = [models.UniqueConstraint(fields=["mandate", "membership"], name="mandate_person_once")]


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
    """A code for who lost their telephone, kept as a keyed digest; gone once it is used.

    `key_number` says of which secret the key is: gone too once that one counts no longer (ADR 26).
    """

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    digest = models.BinaryField()
    key_number = models.SmallIntegerField()

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
    # What its device calls the account.
    handle = models.BinaryField()
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


class PastAddress(models.Model):
    """An address that was an account's until a month ago: told too, when a second factor is to be reset (K05)."""

    account = models.ForeignKey(Account, models.CASCADE)
    address = models.EmailField()
    until = models.DateTimeField()

    class Meta:
        db_table = "past_address"


class FactorReset(models.Model):
    """Resetting an account's second factor: who asked, whom they called back, who was the second, and how it ended.

    One at a time for an account. The database itself asks for a second person and for a day between approving and
    doing. What was noted is kept for a year; the trail has codes only.
    """

    insurer_id = models.BigIntegerField()
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    state = models.CharField(max_length=12, default="asked")
    # The portal whose words and address the notices have, and their language.
    brand = models.CharField(max_length=40)
    language = models.CharField(max_length=5, default="nl")
    # As typed by who asked.
    spoken_with = models.CharField(max_length=120)
    call_note = models.CharField(max_length=500)
    reason = models.CharField(max_length=500)
    # No account: an operator at the command line. Where and at which portal an employee works.
    asked_by_id = models.BigIntegerField(null=True)
    asked_by = models.CharField(max_length=120)
    asked_email = models.EmailField(default="")
    asked_office = models.BigIntegerField(null=True)
    asked_portal = models.CharField(max_length=40, default="")
    asked_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=120, default="")
    decided_email = models.EmailField(default="")
    decided_office = models.BigIntegerField(null=True)
    decided_portal = models.CharField(max_length=40, default="")
    decided_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, default="")
    # What the account had when it was asked: another address or password since then stops it.
    address = models.EmailField()
    password_mark = models.BinaryField()
    nonce = models.BinaryField()

    class Meta:
        db_table = "factor_reset"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], name="factor_reset_once", condition=models.Q(state__in=("asked", "waiting"))
            ),
        ]
        indexes = [models.Index(fields=["insurer_id", "state", "id"], name="factor_reset_open")]


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
    # When it was done, refused or taken back; from then on its term runs (law 9).
    decided_at = models.DateTimeField(null=True)
    # Why the insurer refused, in words for whoever asked.
    reason = models.CharField(max_length=500, default="")

    class Meta:
        db_table = "leave_wish"
        indexes = [models.Index(fields=["organisation"], name="leave_wish_open", condition=models.Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=models.Q(state="open"), name="leave_wish_once")
        ]
