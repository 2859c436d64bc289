"""Every change that was asked, and what became of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from collectief.contracts.models import GroupContract, Organisation
from collectief.participants.models import Participant


class PeopleLane(models.Model):
    """How often the people of an organisation in one lane have changed (`mutations.lanes`)."""

    pk = models.CompositePrimaryKey("organisation_id", "lane")
    organisation_id = models.BigIntegerField()
    lane = models.SmallIntegerField()
    version = models.BigIntegerField()

    class Meta:
        db_table = "people_lane"


class Mutation(models.Model):
    """One change asked for one person, from submission to outcome (X05).

    `asked` is the application as JSON, without the BSN: that stands sealed beside it until the decision.
    `touched` are the stays it changed, before and after: undoing it and explaining a correction are mechanical.
    `trail` has a step per transition: state, moment, by whom, reason code.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, null=True, db_index=False, db_constraint=False)
    # The other contract of a transfer: who does not reach both does not see it (G13).
    also_contract_id = models.BigIntegerField(null=True)
    participant = models.ForeignKey(Participant, models.PROTECT, null=True, db_index=False, db_constraint=False)
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=12)
    code = models.CharField(max_length=60, default="")
    params = models.JSONField(default=dict)
    effective_day = models.DateField(null=True)
    bsn_index = models.BinaryField(null=True)
    bsn_sealed = models.BinaryField(null=True)
    asked = models.JSONField(default=dict)
    touched = models.JSONField(default=list)
    trail = models.JSONField(default=list)
    # Participations it changes or would change: what makes a row in the list grey.
    participation_ids = ArrayField(models.BigIntegerField(), default=list)
    channel = models.CharField(max_length=12)
    source = models.CharField(max_length=40, default="")
    account_id = models.BigIntegerField()
    account = models.CharField(max_length=120)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)
    # The first mutation of those that are carried out together or not at all (G06).
    group_id = models.BigIntegerField(null=True)
    submitted_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    # Refused or withdrawn, of who is no participant, and past its term: `asked` and `params` are empty (law 9).
    forgotten = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "mutation"
        constraints = [
            # Only what reverses something is in the index: hardly any mutation is.
            models.UniqueConstraint(
                fields=["reverses"], name="mutation_reversed_once", condition=models.Q(reverses__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["participant", "-id"], name="mutation_of_participant"),
            models.Index(fields=["organisation", "-id"], name="mutation_latest"),
            models.Index(
                fields=["organisation", "-decided_at"],
                name="mutation_rejected",
                condition=models.Q(state="rejected"),
            ),
            models.Index(
                fields=["decided_at"],
                name="mutation_to_forget",
                condition=models.Q(participant__isnull=True, state__in=["rejected", "withdrawn"], forgotten=False),
            ),
            # Hardly any mutation is one of a group.
            models.Index(fields=["group_id"], name="mutation_of_group", condition=models.Q(group_id__isnull=False)),
            models.Index(
                fields=["organisation", "participant", "id"],
                name="mutation_open",
                condition=models.Q(state__in=["received", "checking", "waiting"]),
            ),
        ]
