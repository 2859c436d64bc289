"""Who takes part in which contract, when."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models

from collectief.contracts.models import GroupContract, Organisation
from collectief.participants.models import Participant


class Participation(models.Model):
    """A stay of one participant in one contract (deelname).

    `first_day` and `end_day` are made by the database from the period (`infinity`: open-ended), because row
    security leaves range operators without their index. From `sort_key` on the columns are copies of the participant's,
    kept by `actions`, because a list is found, sorted and shown from one table. Row security and the contract
    already tie the organisation, so it has no foreign key of its own to check for every row. What shelf a stay is
    on for the lists is the database's own work and `settling`'s (migration 0003_shelves).
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, db_index=False, db_constraint=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_index=False)
    period = DateRangeField()
    reason = models.CharField(max_length=40, default="")
    sort_key = models.CharField(max_length=260, db_collation="C")
    birth_date = models.CharField(max_length=10, db_collation="C")
    relation_number = models.CharField(max_length=12, db_collation="C")
    external_reference = models.CharField(max_length=40, db_collation="C", default="")
    initials = models.CharField(max_length=40)
    prefix = models.CharField(max_length=20)
    surname = models.CharField(max_length=200)

    class Meta:
        db_table = "participation"
        indexes = [models.Index(fields=["participant", "organisation", "id"], name="participation_of_participant")]


class HouseholdMember(models.Model):
    """With whom somebody came (G06, G07): as whom, and the participant to whom the household belongs.

    By stay: it goes with one that is undone. `client_id` is the participant's own number for the client.
    """

    participation_id = models.BigIntegerField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, db_index=False, db_constraint=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_index=False, db_constraint=False)
    client_id = models.BigIntegerField()
    place = models.CharField(max_length=10)

    class Meta:
        db_table = "household_member"
        indexes = [
            models.Index(fields=["client_id"], name="household_of_client"),
            models.Index(fields=["participant"], name="household_of_participant"),
        ]
