"""Runs: what was planned, by whom, and how far it came."""

from __future__ import annotations

from django.db import models

from collectief.contracts.models import Insurer


class Run(models.Model):
    """One insurer's run of a kind, for a month or a year: there is one, however often it is started (K04)."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=20)
    state = models.CharField(max_length=10, default="planned")
    # Empty and None for what was planned by itself.
    planned_by = models.CharField(max_length=120, default="")
    planned_by_id = models.BigIntegerField(null=True)
    planned_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Units that are done, of as many as there were to do when it was last planned.
    done = models.IntegerField(default=0)
    total = models.IntegerField()
    # The kind of problem that the last try met; never its text, which may quote what it was about.
    failure = models.CharField(max_length=80, default="")
    failed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "run"
        constraints = [models.UniqueConstraint(fields=["insurer", "kind", "subject"], name="run_once")]
        indexes = [models.Index(fields=["insurer", "-planned_at", "-id"], name="run_latest")]
