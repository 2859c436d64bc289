"""One table that is only ever added to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """One act of one account: the fields of NEN 7513.

    `participant_ids` are the clients it was about; a list shown is one event with every row shown.
    """

    insurer_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=20, default="success")
    account_id = models.BigIntegerField()
    account = models.CharField(max_length=200)
    roles = ArrayField(models.CharField(max_length=40))
    # Who answers for it: the organisation the account acts for.
    responsible = models.CharField(max_length=200)
    purpose = models.CharField(max_length=60)
    access_point = models.CharField(max_length=80)
    participant_ids = ArrayField(models.BigIntegerField(), default=list)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["organisation_id", "at"], name="audit_event_when"),
        ]
