"""What was fixed of the contracts' figures and lists."""

from __future__ import annotations

from django.db import models

from collectief.contracts.models import GroupContract, Organisation
from collectief.participants.models import Participant


class FixedMonth(models.Model):
    """The official figures of a contract's month: never changed, whatever happens to the stays later (U27)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, db_index=False, db_constraint=False)
    month = models.DateField()
    count = models.IntegerField()
    came = models.IntegerField()
    gone = models.IntegerField()
    fixed_at = models.DateTimeField()

    class Meta:
        db_table = "fixed_month"
        constraints = [models.UniqueConstraint(fields=["contract", "month"], name="fixed_month_once")]


class FixedStay(models.Model):
    """Days that somebody takes part without a break, as the lists of the months from `from_month` on say it (U23).

    `to_month` is the first month whose list no longer says it so. A stay that no run finds changed has one row for all
    its months. Of the first list of a contract `from_month` is -infinity: months before are as that list has them.
    `end_day` and `to_month` are infinity where there is no end; none of these dates is read by the ORM.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, db_index=False, db_constraint=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_index=False, db_constraint=False)
    first_day = models.DateField()
    end_day = models.DateField()
    from_month = models.DateField()
    to_month = models.DateField()

    class Meta:
        db_table = "fixed_stay"
        indexes = [models.Index(fields=["organisation", "contract", "to_month"], name="fixed_stay_of_contract")]
