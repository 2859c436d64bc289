"""Lists that are made again and again, and what was made of them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from collectief.contracts.models import Organisation


class ExportPlan(models.Model):
    """A list that somebody has made for themselves, by themselves alone seen; with their rights of the day it is made.

    `on_day` is a day of the week, Monday being 1, or of the month. Without a contract it is of all they reach.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    account_id = models.BigIntegerField()
    # The mandate it was planned under, and the organisation they are of then (X07).
    mandate_id = models.BigIntegerField(null=True)
    home_id = models.BigIntegerField()
    brand = models.CharField(max_length=40)
    language = models.CharField(max_length=5)
    which = models.CharField(max_length=10)
    contract_id = models.BigIntegerField(null=True)
    every = models.CharField(max_length=10)
    on_day = models.SmallIntegerField()
    planned_at = models.DateTimeField()
    next_day = models.DateField()
    stopped_at = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=20, default="", db_default="")

    class Meta:
        db_table = "export_plan"
        indexes = [
            models.Index(fields=["organisation", "account_id"], name="export_plan_own"),
            models.Index(fields=["next_day"], condition=models.Q(stopped_at=None), name="export_plan_due"),
        ]


class ExportFile(models.Model):
    """What was made of a list on a day: its row is its key, the file lies sealed where files lie.

    `contracts` are those its maker could reach; None is all of them. Who reaches fewer by now does not get it (G13).
    """

    plan = models.ForeignKey(ExportPlan, models.DO_NOTHING)
    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    account_id = models.BigIntegerField()
    day = models.DateField()
    made_at = models.DateTimeField()
    keep_until = models.DateField()
    contracts = ArrayField(models.BigIntegerField(), null=True)
    # What it is called when it is taken away, and how many lines it has.
    name = models.CharField(max_length=120)
    lines = models.IntegerField()
    stored_as = models.CharField(max_length=100)
    key_sealed = models.BinaryField()

    class Meta:
        db_table = "export_file"
        indexes = [
            models.Index(fields=["organisation", "account_id", "-day"], name="export_file_own"),
            models.Index(fields=["keep_until"], name="export_file_by_term"),
        ]
        constraints = [models.UniqueConstraint(fields=["plan", "day"], name="export_once_a_day")]
