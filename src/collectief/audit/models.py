"""Tables that are only ever added to: what was done, the seals on it, and what verifying found (docs/audit.md)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """One act of one account: the fields of NEN 7513.

    `participant_ids` are the clients it was about; a list shown is one event with every row shown. `object_ids` are the
    other things it was about, by kind: {"mutation": [12], "batch": [3]}.
    """

    insurer_id = models.BigIntegerField()
    # None for what the insurer's own people did, who act for no customer.
    organisation_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())
    # The number of the transaction that wrote it: what is sealed goes by this, since ids are not committed in order.
    clock = models.BigIntegerField(db_default=models.Func(function="audit_clock"))
    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=20, default="success")
    # None for an operator at the command line, who is known by name.
    account_id = models.BigIntegerField(null=True)
    account = models.CharField(max_length=200)
    roles = ArrayField(models.CharField(max_length=40))
    # Who answers for it: the organisation the account acts for.
    responsible = models.CharField(max_length=200)
    purpose = models.CharField(max_length=60)
    access_point = models.CharField(max_length=80)
    participant_ids = ArrayField(models.BigIntegerField(), default=list)
    object_ids = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["organisation_id", "at"], name="audit_event_when"),
            models.Index(fields=["insurer_id", "clock", "id"], name="audit_event_sealing"),
            models.Index(fields=["insurer_id", "at"], name="audit_event_at_insurer"),
            models.Index(fields=["insurer_id", "account_id", "at"], name="audit_event_by_account"),
            # What waits to be put in is kept small: whoever fills it puts it in, and somebody waits for their page.
            GinIndex(fields=["participant_ids"], name="audit_event_about", gin_pending_list_limit=256),
        ]


class AuditSeal(models.Model):
    """A seal on an insurer's events of the transactions [from_clock, to_clock): link `number` of its chain."""

    pk = models.CompositePrimaryKey("insurer_id", "number")
    insurer_id = models.BigIntegerField()
    number = models.BigIntegerField()
    # Of the canonical form: what is sealed stays verifiable when the trail gets another column.
    version = models.SmallIntegerField()
    from_clock = models.BigIntegerField()
    to_clock = models.BigIntegerField()
    count = models.IntegerField()
    # Hexadecimal SHA-256: of the events, of the seal before, and of this seal with both in it.
    events_hash = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    head = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_seal"


class AuditVerification(models.Model):
    """One verification of an insurer's trail: when, how far, and whether it was whole."""

    insurer_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    seals = models.BigIntegerField()
    events = models.BigIntegerField()
    unsealed = models.BigIntegerField()
    head = models.CharField(max_length=64)
    # Whether heads kept elsewhere were at hand: only then can be seen that the tail was cut off.
    compared = models.BooleanField()
    findings = models.IntegerField()
    # The seal of the first thing that was wrong.
    first_seal = models.BigIntegerField(null=True)

    class Meta:
        db_table = "audit_verification"
        indexes = [models.Index(fields=["insurer_id", "at"], name="audit_verification_last")]
