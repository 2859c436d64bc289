"""People, their faces and what the BRP last said of them."""

from __future__ import annotations

from django.db import models

from collectief.contracts.models import Organisation


class Person(models.Model):
    """One row per human per insurer. No role of ours reads it: only the definer functions in `sql/` do."""

    insurer_id = models.BigIntegerField()
    bsn_index = models.BinaryField()
    bsn_sealed = models.BinaryField()
    key_id = models.SmallIntegerField()
    # What stands on their insurance card, without its check digit; None until a first one is made (U11).
    card_number = models.BigIntegerField(null=True)

    class Meta:
        db_table = "person"
        constraints = [
            models.UniqueConstraint(fields=["insurer_id", "bsn_index"], name="person_once"),
            # Only who has a number is in the index: nobody has one yet who comes in with a file.
            models.UniqueConstraint(
                fields=["card_number"], name="person_card_number_once", condition=models.Q(card_number__isnull=False)
            ),
        ]


class RegisterCheck(models.Model):
    """What the BRP last answered an organisation about a BSN: used again while recent (STANDARDS, BRP).

    Per organisation, so that none learns from an answer, or from how soon it comes, what another asked.
    """

    pk = models.CompositePrimaryKey("organisation_id", "bsn_index")
    organisation_id = models.BigIntegerField()
    bsn_index = models.BinaryField()
    checked_at = models.DateTimeField()
    found = models.BooleanField()
    deceased = models.BooleanField(default=False)
    initials = models.CharField(max_length=40, default="")
    prefix = models.CharField(max_length=20, default="")
    surname = models.CharField(max_length=200, default="")
    birth_date = models.CharField(max_length=10, default="")
    sex = models.CharField(max_length=1, default="", db_default="")

    class Meta:
        db_table = "register_check"


class Participant(models.Model):
    """A person as one organisation knows them. `bsn_index` finds them again, `relation_number` names them.

    `birth_date` is the text form of `foundation.dates.BirthDate`: day or month may be 00, and it is empty where
    the BRP knows no date. Why some references here and elsewhere have no foreign key: ADR 9.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, db_constraint=False)
    bsn_index = models.BinaryField()
    relation_number = models.CharField(max_length=12, db_collation="C")
    external_reference = models.CharField(max_length=40, db_collation="C", default="")
    initials = models.CharField(max_length=40)
    prefix = models.CharField(max_length=20)
    surname = models.CharField(max_length=200)
    birth_date = models.CharField(max_length=10, db_collation="C")
    sort_key = models.CharField(max_length=260, db_collation="C")
    # M or V as the BRP has it, in a segment that shows it (G03).
    sex = models.CharField(max_length=1, default="", db_default="")

    class Meta:
        db_table = "participant"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "bsn_index"], name="participant_once"),
            models.UniqueConstraint(fields=["insurer_id", "relation_number"], name="participant_relation_number_once"),
        ]
        indexes = [models.Index(fields=["organisation", "external_reference"], name="participant_reference")]


class Address(models.Model):
    """The home address, optional; abroad it is what an S1 is asked with (U20)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    participant = models.OneToOneField(Participant, models.CASCADE)
    country = models.CharField(max_length=60)
    street = models.CharField(max_length=120)
    house_number = models.CharField(max_length=20)
    postcode = models.CharField(max_length=16)
    city = models.CharField(max_length=80)

    class Meta:
        db_table = "address"
