"""What is used of deductibles, the files it came with, and whom a year's overview was told."""

from __future__ import annotations

from django.db import models

from collectief.contracts.models import Insurer, Organisation
from collectief.participants.models import Participant


class DeductibleImport(models.Model):
    """A file of the insurer's core, and what became of its lines. `problems` are the first ones: [line, codes]."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    by = models.CharField(max_length=120)
    # What tells whether two files are the same.
    digest = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    # None for one that is under way, or was broken off.
    finished_at = models.DateTimeField(null=True)
    lines = models.IntegerField(default=0)
    new = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    problems = models.JSONField(default=list)

    class Meta:
        db_table = "deductible_import"
        indexes = [models.Index(fields=["insurer", "-started_at", "-id"], name="deductible_import_latest")]


class DeductibleUse(models.Model):
    """What one participant's deductible is in a year, and what of it is used on a day, in euro cents (U25)."""

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_index=False, db_constraint=False)
    year = models.SmallIntegerField()
    deductible = models.IntegerField()
    used = models.IntegerField()
    as_of = models.DateField()

    class Meta:
        db_table = "deductible_use"
        constraints = [models.UniqueConstraint(fields=["participant", "year"], name="deductible_use_once")]
        indexes = [
            models.Index(fields=["organisation", "year"], name="deductible_use_of"),
            models.Index(fields=["insurer_id", "year", "organisation"], name="deductible_use_by_year"),
        ]


class DeductibleOverview(models.Model):
    """That an organisation was told its overview of a year is ready, as it was on a day (K04)."""

    pk = models.CompositePrimaryKey("organisation", "year")
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    year = models.SmallIntegerField()
    as_of = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "deductible_overview"
