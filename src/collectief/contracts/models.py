"""Organisations and what they agreed."""

from __future__ import annotations

from django.db import models


class Insurer(models.Model):
    """A health insurer; nothing joins across two of them."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        db_table = "insurer"


class RelationshipManager(models.Model):
    """Who at an insurer looks after customers: on the screen the accountmanager, as customers reach them (U31)."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    name = models.CharField(max_length=120)
    # E.164.
    phone = models.CharField(max_length=20, default="")
    email = models.CharField(max_length=254)

    class Meta:
        db_table = "relationship_manager"
        constraints = [models.UniqueConstraint(fields=["insurer", "email"], name="relationship_manager_once")]


class Organisation(models.Model):
    """A customer: its KvK number says who may sign in for it, its segment what it can do.

    `rsin` (9 digits) is what eHerkenning knows some by instead; empty where nobody needs it.
    """

    insurer = models.ForeignKey(Insurer, models.PROTECT)
    name = models.CharField(max_length=200)
    kvk = models.CharField(max_length=8)
    rsin = models.CharField(max_length=9, default="", db_default="")
    segment = models.CharField(max_length=40)
    # The establishment (vestigingsnummer) it is, when it is not the whole company.
    branch = models.CharField(max_length=12, default="", db_default="")
    # Klantnummer: the insurer's number for this customer (W17).
    customer_number = models.CharField(
        max_length=20,
        db_default=models.Func(template="nextval('customer_number')::text", output_field=models.CharField()),
    )

    # The first day on which it is no customer any more.
    end_day = models.DateField(null=True)
    relationship_manager = models.ForeignKey(RelationshipManager, models.PROTECT, null=True)

    class Meta:
        db_table = "organisation"
        constraints = [
            models.UniqueConstraint(
                fields=["insurer", "kvk", "branch", "segment"], name="organisation_once", condition=~models.Q(kvk="")
            ),
            models.UniqueConstraint(
                fields=["insurer", "rsin", "branch", "segment"],
                name="organisation_rsin_once",
                condition=~models.Q(rsin=""),
            ),
            models.UniqueConstraint(fields=["insurer", "customer_number"], name="customer_number_once"),
        ]


class GroupContract(models.Model):
    """A collectiviteit: under it people are enrolled. `end_day` is the first day it no longer holds."""

    insurer = models.ForeignKey(Insurer, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    first_day = models.DateField()
    end_day = models.DateField(null=True)

    class Meta:
        db_table = "group_contract"
        constraints = [models.UniqueConstraint(fields=["insurer", "number"], name="group_contract_once")]


class ContractLink(models.Model):
    """A contract of another customer number that an organisation has linked, or asked to (W17).

    The numbers are as they were typed: of a contract that does not exist there is a row too, which looks the same to
    whoever asked. The name is copied when it is linked, since the contract itself stays closed to the organisation.
    What was refused is gone after its term. What is linked stays, and then no longer says by whom; unlinked after that,
    it is gone the next night (law 9).
    """

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    customer_number = models.CharField(max_length=20)
    contract_number = models.CharField(max_length=20)
    contract = models.ForeignKey(GroupContract, models.PROTECT, null=True)
    contract_name = models.CharField(max_length=120, default="")
    state = models.CharField(max_length=10)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    # Why the insurer refused, in words for the customer.
    reason = models.CharField(max_length=500, default="")
    ended_by = models.CharField(max_length=120, default="")
    ended_at = models.DateTimeField(null=True)
    # Who asked is no longer kept.
    forgotten = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "contract_link"
        indexes = [models.Index(fields=["organisation", "state"], name="contract_link_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "customer_number", "contract_number"],
                condition=models.Q(state__in=["asked", "linked"]),
                name="contract_link_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="linked") | models.Q(contract__isnull=False),
                name="contract_link_to_something",
            ),
        ]


class DataChange(models.Model):
    """A change to its data that an organisation asked for (W16): `contract` is empty for the organisation itself.

    Gone after its term (law 9).
    """

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, null=True, db_index=False)
    # What should be different, as typed.
    text = models.CharField(max_length=1000)
    state = models.CharField(max_length=10, default="asked")
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    # Why the insurer refused, in words for the customer.
    reason = models.CharField(max_length=500, default="")

    class Meta:
        db_table = "data_change"
        indexes = [models.Index(fields=["organisation", "-asked_at"], name="data_change_of")]


class Contact(models.Model):
    """Whom the insurer reaches about a contract, or the organisation itself, which has no `contract` (U28).

    Of the organisation itself there is a postal address too: where its paper goes.
    """

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, null=True, db_index=False)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120, default="")
    # E.164.
    phone = models.CharField(max_length=20, default="")
    email = models.CharField(max_length=254, default="")
    street = models.CharField(max_length=120, default="", db_default="")
    house_number = models.CharField(max_length=20, default="", db_default="")
    postcode = models.CharField(max_length=16, default="", db_default="")
    city = models.CharField(max_length=80, default="", db_default="")
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "contact"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "contract", "kind"], nulls_distinct=False, name="contact_once"
            )
        ]
