"""What was asked for abroad, and whom EESSI reaches there."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from collectief.contracts.models import Organisation
from collectief.participants.models import Participant


class S1Request(models.Model):
    """An S1 that an organisation asked for one of its participants; there is one at a time (U09).

    Who it is about is as it was when it was asked: that is what goes out. `key` is the same each time it is sent.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_index=False)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    # The contracts of the insurance it is asked for by.
    contracts = ArrayField(models.BigIntegerField())
    account_id = models.BigIntegerField()
    mandate_id = models.BigIntegerField(null=True)
    brand = models.CharField(max_length=40)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    keep_until = models.DateField()
    relation_number = models.CharField(max_length=12)
    initials = models.CharField(max_length=40)
    prefix = models.CharField(max_length=20)
    surname = models.CharField(max_length=200)
    birth_date = models.CharField(max_length=10)
    ground = models.CharField(max_length=20)
    form = models.CharField(max_length=8)
    country = models.CharField(max_length=2)
    street = models.CharField(max_length=120)
    house_number = models.CharField(max_length=20)
    postcode = models.CharField(max_length=16, default="")
    city = models.CharField(max_length=80)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    institution = models.CharField(max_length=40, default="")
    institution_name = models.CharField(max_length=200, default="")
    way = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default="asked")
    # The case's number in EESSI; and why it was not taken there, where that is so.
    eessi_case = models.CharField(max_length=60, default="")
    not_sent = models.CharField(max_length=60, default="")
    sent_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    # Why not: a code of an institution abroad, or none; and in words, theirs or the insurer's.
    reason_code = models.CharField(max_length=40, default="")
    reason = models.CharField(max_length=500, default="")
    # Since when another may be asked for beside it.
    another_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "s1_request"
        constraints = [
            models.UniqueConstraint(
                fields=["participant"], condition=models.Q(another_at__isnull=True), name="s1_request_once"
            )
        ]
        indexes = [
            models.Index(fields=["participant", "-id"], name="s1_request_of"),
            models.Index(fields=["insurer_id", "relation_number"], name="s1_request_by_number"),
            models.Index(fields=["asked_at"], condition=models.Q(state="asked"), name="s1_request_waiting"),
            models.Index(fields=["eessi_case"], condition=~models.Q(eessi_case=""), name="s1_request_case"),
            models.Index(fields=["keep_until"], name="s1_request_by_term"),
        ]


class ForeignInstitution(models.Model):
    """An institution that EESSI reaches, as its directory last had it."""

    id = models.CharField(max_length=40, primary_key=True)
    country = models.CharField(max_length=2)
    name = models.CharField(max_length=200)

    class Meta:
        db_table = "foreign_institution"
        indexes = [models.Index(fields=["country", "name"], name="foreign_institution_in")]
