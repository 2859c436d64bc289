"""Which letters were made."""

from __future__ import annotations

from django.db import models

from collectief.contracts.models import Organisation
from collectief.participants.models import Participant


class Document(models.Model):
    """A letter that was made: its number can be checked by anybody, who does not learn whom it is about.

    `says` is what it came down to, without a name: days, products and cents.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_index=False)
    number = models.CharField(max_length=17, unique=True)
    kind = models.CharField(max_length=30)
    made_at = models.DateTimeField()
    keep_until = models.DateField()
    says = models.JSONField()

    class Meta:
        db_table = "document"
        indexes = [models.Index(fields=["keep_until"], name="document_by_term")]
