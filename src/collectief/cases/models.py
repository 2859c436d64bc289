"""Cases: what, about what, due when, who is at it, and how it was decided."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Case(models.Model):
    """One thing that somebody at the insurer must judge.

    `subject` names what it is about by the key of its own table; what that is, the kind says. A case is decided once.
    """

    insurer_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    opened_at = models.DateTimeField(db_default=Now())
    # The account of the office that opened it; None for one that came from outside.
    opened_by_id = models.BigIntegerField(null=True)
    due_on = models.DateField()
    # Who is at it: account and name.
    taken_by_id = models.BigIntegerField(null=True)
    taken_by = models.CharField(max_length=120, default="", db_default="")
    taken_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=12, default="")
    reason = models.CharField(max_length=500, default="")
    decided_by = models.CharField(max_length=120, default="")
    # None for an operator at the command line.
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    # Notes and reason are no longer kept.
    forgotten = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "case_of_work"
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="case_once")]
        indexes = [
            models.Index(fields=["insurer_id", "due_on"], name="case_open", condition=models.Q(decision="")),
            models.Index(fields=["insurer_id", "-decided_at"], name="case_decided", condition=~models.Q(decision="")),
        ]


class CaseNote(models.Model):
    """What somebody wrote down while working on a case, for colleagues; never changed, and gone after its term."""

    insurer_id = models.BigIntegerField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)
    text = models.CharField(max_length=1000)

    class Meta:
        db_table = "case_note"
