"""Letters that go on paper."""

from __future__ import annotations

from django.db import models

from collectief.contracts.models import Organisation


class Consignment(models.Model):
    """A letter for the print service: handed over once, under a key of its own, and how it stands (K08).

    `document_id` is the letter: no foreign key, since it goes with the letter, by the job of its own room. Whom it is
    about only the letter says. Sent once more it is another row: the next `attempt` of the same letter, or the first of
    one that was made anew.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    document_id = models.BigIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1, db_default=1)
    number = models.CharField(max_length=17)
    kind = models.CharField(max_length=30)
    to = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default="waiting")
    made_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    # The print service's own number of it.
    service_number = models.CharField(max_length=64, default="", db_default="")
    # When the service was last asked how far it is; None too once it has forgotten.
    asked_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    # Why the service refused it: its code.
    refusal = models.CharField(max_length=60, default="", db_default="")
    returned_on = models.DateField(null=True)
    returned_why = models.CharField(max_length=20, default="", db_default="")
    returned_by = models.CharField(max_length=120, default="", db_default="")
    keep_until = models.DateField()
    # The one that was refused or came back, when this is that letter once more; why, and who sent it.
    again_of = models.BigIntegerField(null=True, unique=True)
    again_why = models.CharField(max_length=20, default="", db_default="")
    again_by = models.CharField(max_length=120, default="", db_default="")

    class Meta:
        db_table = "consignment"
        constraints = [models.UniqueConstraint(fields=["document_id", "attempt"], name="consignment_once")]
        indexes = [
            models.Index(fields=["organisation", "id"], name="consignment_waits", condition=models.Q(state="waiting")),
            models.Index(fields=["asked_at"], name="consignment_follows", condition=models.Q(state="handed_over")),
            models.Index(fields=["insurer_id", "-id"], name="consignment_latest"),
            models.Index(fields=["insurer_id", "number"], name="consignment_by_number"),
            models.Index(fields=["keep_until"], name="consignment_by_term"),
        ]
