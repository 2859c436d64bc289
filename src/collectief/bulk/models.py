"""Batches and the chunks of their rows."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from collectief.contracts.models import Organisation


class Batch(models.Model):
    """One file, from upload to result. The row stays as history; what people sent goes after 30 days.

    `key_sealed` is the key everything of this batch is sealed with, itself sealed with the installation's:
    destroying it makes the rows unreadable, backups included.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    account_id = models.BigIntegerField()
    account = models.CharField(max_length=120)
    # The mandate it was sent under; None for who sent it for their own organisation (X07).
    mandate_id = models.BigIntegerField(null=True)
    brand = models.CharField(max_length=40)
    channel = models.CharField(max_length=12)
    contract = models.CharField(max_length=20, default="")
    # The contracts its sender could reach; None is all of them. Who reaches fewer does not see the file (G13).
    contracts = ArrayField(models.BigIntegerField(), null=True)
    file_name = models.CharField(max_length=200)
    file_size = models.BigIntegerField()
    # Where the sealed file lies until its rows are read.
    stored_as = models.CharField(max_length=100, default="")
    state = models.CharField(max_length=20, default="received")
    code = models.CharField(max_length=60, default="")
    params = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    # Raised each time a plan is made: what is accepted is the plan that was seen.
    version = models.IntegerField(default=0)
    rows = models.IntegerField(default=0)
    planned_counts = models.JSONField(default=dict)
    outcome_counts = models.JSONField(default=dict)
    # The BRP did not answer when last asked; the batch goes on by itself when it does.
    register_silent = models.BooleanField(default=False)
    # How many times it was told once more that the plan waits (X08).
    reminded = models.SmallIntegerField(default=0, db_default=0)
    key_sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    planned_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=120, default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "batch"
        indexes = [models.Index(fields=["organisation", "-id"], name="batch_latest")]


class BatchChunk(models.Model):
    """Some thousands of rows of a file, that are judged and carried out in one transaction (ADR 10).

    All rows of a person are in one chunk, in the order of the file. `numbers` are the spreadsheet's row numbers;
    `planned` and `outcomes` have a letter per row (`bulk.rules`) and are empty until then. `sealed` holds what was
    sent, `plan_told` and `outcome_told` why, by row number; `mutation_ids` are 0 where nothing needed recording.
    """

    pk = models.CompositePrimaryKey("batch_id", "lane", "chunk")
    batch = models.ForeignKey(Batch, models.CASCADE, db_index=False, db_constraint=False)
    organisation_id = models.BigIntegerField()
    lane = models.SmallIntegerField()
    chunk = models.IntegerField()
    size = models.IntegerField()
    numbers = ArrayField(models.IntegerField())
    sealed = models.BinaryField()
    planned = models.TextField(default="")
    # The facts its plan was made on: while they are the same, so is the plan.
    facts = models.CharField(max_length=80, default="")
    plan_told = models.BinaryField(default=b"")
    # What can be carried out as it was judged, while these facts are the same (ADR 11); empty once it was.
    kept = models.BinaryField(default=b"")
    outcomes = models.TextField(default="")
    outcome_told = models.BinaryField(default=b"")
    mutation_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        db_table = "batch_chunk"
