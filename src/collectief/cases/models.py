"""Cases: what, about what, due when, and how it was decided."""

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
    due_on = models.DateField()
    decision = models.CharField(max_length=12, default="")
    reason = models.CharField(max_length=500, default="")
    decided_by = models.CharField(max_length=120, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "case_of_work"
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="case_once")]
        indexes = [
            models.Index(fields=["insurer_id", "due_on"], name="case_open", condition=models.Q(decision="")),
        ]
