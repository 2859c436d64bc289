"""Questions and their answers."""

from __future__ import annotations

from django.db import models

from collectief.contracts.models import Insurer, Organisation


class Question(models.Model):
    """What somebody asked, of which desk, on which page; and what they were answered (G14, U31)."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    account_id = models.BigIntegerField()
    asked_by = models.CharField(max_length=120)
    # The desk's title in Dutch, as the brand had it then.
    desk = models.CharField(max_length=120)
    # The path of the page, without what was searched for; empty for none.
    page = models.CharField(max_length=200, default="")
    text = models.CharField(max_length=2000)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=2000, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "question"
        indexes = [models.Index(fields=["organisation", "account_id", "-asked_at"], name="question_of")]
